"""Measures how fast avion-lint is, beside its peers and beside what the machine allows."""
