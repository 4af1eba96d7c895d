"""Data: changes of many rows at once, and what is lost."""
