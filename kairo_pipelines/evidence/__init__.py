"""From what a capture holds to evidence: items at first sight, observations, and what could not be read."""
