"""avion-lint: the gate between a migration file and production."""

__version__ = "0.1.0"
