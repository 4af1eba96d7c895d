"""SQL: parsing, the facts of a statement, and its effects."""
