"""Rules about GitHub workflows that run migrations."""
