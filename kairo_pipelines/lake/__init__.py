"""The lake: Delta tables of what machines produce, and the raw bytes that they come from."""
