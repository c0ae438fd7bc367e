"""Capturing: which surfaces are due, fetching or replaying them, landing the raw bytes before anything reads them."""
