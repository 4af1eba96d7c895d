-- Author: Kim <kim@example.com>
-- Date: 2026-01-19

CREATE INDEX CONCURRENTLY users_created_at_idx ON users (created_at);
