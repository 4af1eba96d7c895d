"""Which rules count and how much."""
