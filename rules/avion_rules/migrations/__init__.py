"""Rules about files, names and directives: what the runner makes of a migration."""
