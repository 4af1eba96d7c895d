"""Rules about roles and secrets."""
