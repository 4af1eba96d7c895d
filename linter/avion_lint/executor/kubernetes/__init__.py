"""Migrations as Jobs of a Kubernetes cluster: rendered, created with kubectl, watched to their end."""
