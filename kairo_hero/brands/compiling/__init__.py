"""A folder of Markdown guides compiled into a brand: what each field is, where it was found, and what contradicts."""
