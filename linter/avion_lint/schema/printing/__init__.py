"""A schema for people and programs: as text, JSON, SQL and a Mermaid diagram, and what differs between two."""
