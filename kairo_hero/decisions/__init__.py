"""What people decide on cards, packages and variants: recorded once each, and what of it stands."""
