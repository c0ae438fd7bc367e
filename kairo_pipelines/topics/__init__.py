"""Topics: texts that mean the same without sharing a tag."""
