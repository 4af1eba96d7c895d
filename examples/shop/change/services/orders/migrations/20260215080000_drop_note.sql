-- Author: kim@shop.example
-- Date: 2026-11-18

-- +goose Up
SET LOCAL lock_timeout = '3s';
ALTER TABLE orders DROP COLUMN note;

-- +goose Down
SET LOCAL lock_timeout = '3s';
ALTER TABLE orders ADD COLUMN note text;
