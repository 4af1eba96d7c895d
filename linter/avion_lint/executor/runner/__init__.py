"""goose, Flyway, and our own reader in a runner's place."""
