"""What a database itself says is applied: exports of goose_db_version and flyway_schema_history."""
