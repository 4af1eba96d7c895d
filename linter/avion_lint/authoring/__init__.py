"""Makes migrations and gives them other versions: what a service's own files show, and nothing that is applied."""
