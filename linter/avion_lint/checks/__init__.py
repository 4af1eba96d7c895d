"""Checks that users write in YAML: what is selected, and the JSON Schema that has to hold of it."""
