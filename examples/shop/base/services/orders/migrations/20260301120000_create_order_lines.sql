-- Author: kim@shop.example
-- Date: 2026-03-01

-- +goose Up
CREATE TABLE order_lines (
    order_id bigint NOT NULL REFERENCES orders (id),
    line integer NOT NULL,
    article text NOT NULL,
    price numeric(10, 2) NOT NULL,
    PRIMARY KEY (order_id, line)
);

-- +goose Down
DROP TABLE order_lines;
