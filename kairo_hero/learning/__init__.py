"""What a brand's decisions say about its next cards."""
