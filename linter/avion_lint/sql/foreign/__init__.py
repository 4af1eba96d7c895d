"""SQL for other databases, read by sqlglot; imported only where such SQL is read."""
