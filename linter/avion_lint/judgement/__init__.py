"""From files, ground and policy to a verdict."""
