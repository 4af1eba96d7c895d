"""From a folder to services and their migrations."""
