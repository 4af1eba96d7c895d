"""YAML files read so that every part keeps its place."""
