"""The rules that come with avion-lint, a folder a family."""
