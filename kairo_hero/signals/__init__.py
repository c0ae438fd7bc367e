"""What the world gives a brand's board: its trends, ranked by how much they matter to the brand, and their evidence."""
