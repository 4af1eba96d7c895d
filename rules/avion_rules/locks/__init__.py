"""Blocking: what a migration keeps waiting, and what the server refuses inside a transaction."""
