"""Schema: what will fail or be wrong, given the schema at that point."""
