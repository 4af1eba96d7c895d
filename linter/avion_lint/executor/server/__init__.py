"""Where a database server is, which programs fit it, and throw-away servers."""
