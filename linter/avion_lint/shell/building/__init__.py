"""From tree-sitter's tree to our own structure of a script, mending what its grammar binds wrongly."""
