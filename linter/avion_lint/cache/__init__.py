"""What one run leaves for the next: the schema that applied migrations make, so that they need not be read again."""
