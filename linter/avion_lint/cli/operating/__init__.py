"""The commands of operators: plan, run, rollback, backup, restore, diagnose, audit."""
