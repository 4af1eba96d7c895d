-- Author: jo@shop.example
-- Date: 2026-11-20

-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY sessions_expires_at_idx ON sessions (expires_at);

-- +goose Down
DROP INDEX CONCURRENTLY sessions_expires_at_idx;
