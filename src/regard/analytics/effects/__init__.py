"""What a bad experience costs, and whether a fix worked."""
