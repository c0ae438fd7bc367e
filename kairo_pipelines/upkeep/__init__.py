"""Keeping the lake small and quick: what is kept for how long, few large files for many small ones."""
