"""Runs migrations: on throw-away databases to prove them, by the tools that operators trust."""
