"""The schema that a service's migrations make, before every statement."""
