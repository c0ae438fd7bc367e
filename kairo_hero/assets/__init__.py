"""The brand assets: from a brand as people describe it to its Today Board."""
