"""A real control plane of Kubernetes on loopback, and a stand-in for the one node that it has."""
