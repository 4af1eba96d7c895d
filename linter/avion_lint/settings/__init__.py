"""What avion-lint.yaml says: its model, its reader, and what is wrong with it."""
