"""What is taking off: increments by capture hour, the detector, and the candidates with their lives and reasons."""
