"""Policy packs: opinions on which rules count, as YAML."""
