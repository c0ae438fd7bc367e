"""A recording of Hacker News front pages; ATTRIBUTION.md says where it comes from and how it was made."""
