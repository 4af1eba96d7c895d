"""Rules about Kubernetes manifests that run migrations."""
