"""Programs that are run under guard, and end with us."""
