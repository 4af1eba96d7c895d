-- Author: jo@shop.example
-- Date: 2026-11-20

-- +goose Up
CREATE UNIQUE INDEX users_email_idx ON users (email);

-- +goose down
DROP INDEX users_email_idx;
