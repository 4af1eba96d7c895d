"""Shell scripts as the shell reads them: commands, what becomes of their failures, and the SQL and manifests inside."""
