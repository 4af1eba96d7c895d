"""The commands; the one place that puts the pieces together."""
