"""Evidence in one comparable form: clean text, language, canonical links, engagement."""
