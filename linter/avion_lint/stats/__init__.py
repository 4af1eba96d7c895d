"""How large the tables of production are, as a file tells it, and how long work on that many rows takes."""
