"""Boards as they were kept: reading them back as they stood."""
