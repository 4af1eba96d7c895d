"""What git knows of migrations: what is applied, what is new, what was changed."""
