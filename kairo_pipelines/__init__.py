"""Ingestion: from a surface's raw bytes to trend candidates, and the Dagster code location that runs it."""
