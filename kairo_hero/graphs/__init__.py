"""Graphs compose drafts from a brand and its signals. They return drafts and never touch a database."""
