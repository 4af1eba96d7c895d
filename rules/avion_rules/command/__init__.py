"""Rules about commands in steps, containers and scripts."""
