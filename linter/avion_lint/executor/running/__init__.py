"""A run against a real database: plan, approval, preflight, lock, steps, and what to do after a failure."""
