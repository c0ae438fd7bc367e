"""Erasing an item or an author: out of the raw bytes, every table and its old files, and never to come back."""
