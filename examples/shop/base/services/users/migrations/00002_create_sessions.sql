-- Author: mika@shop.example
-- Date: 2026-02-03

-- +goose Up
CREATE TABLE sessions (
    token uuid PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

-- +goose Down
DROP TABLE sessions;
