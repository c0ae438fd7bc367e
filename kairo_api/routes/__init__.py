"""One file a kind of thing that can be asked for."""
