"""Brands: reading their files, keeping them in the relational store, and how they stood at a moment."""
