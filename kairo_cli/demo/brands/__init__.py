"""The brand files of the demonstration; ATTRIBUTION.md says where they come from."""
