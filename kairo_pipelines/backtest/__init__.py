"""History run through the platform's own code, and what its candidates came to."""
