"""Proves migrations on throw-away databases, and compares what statements did with what is claimed of them."""
