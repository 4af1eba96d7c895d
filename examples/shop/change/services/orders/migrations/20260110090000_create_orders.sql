-- Author: kim@shop.example
-- Date: 2026-01-10

-- +goose Up
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL,
    state text NOT NULL DEFAULT 'new',
    note text
);

-- +goose Down
DROP TABLE orders;
