"""What the demonstration brings along, so that it needs no network and no key."""
