"""Migration files exactly as their runner (goose, Flyway) reads them."""
