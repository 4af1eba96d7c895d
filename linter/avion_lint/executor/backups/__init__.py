"""Backups by pg_dump, and restores into new databases."""
