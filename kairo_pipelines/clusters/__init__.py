"""Grouping artifacts by what they share: tags, sounds, links and phrases."""
