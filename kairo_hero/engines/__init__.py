"""Engines run a flow from end to end: they read, call a graph, persist, and return DTOs and nothing else."""
