"""PromQL: its words, its trees with places, what is known of metrics, and whether Prometheus would read it."""
