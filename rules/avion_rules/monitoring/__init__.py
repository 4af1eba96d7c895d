"""Rules about alert rules and dashboards."""
