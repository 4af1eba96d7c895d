"""What brings migrations to production: workflows, manifests, scripts, settings of environments, alerts."""
