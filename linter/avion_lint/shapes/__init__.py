"""Which fields Kubernetes objects and GitHub workflows have, by schemas that packages carry, and what differs."""
