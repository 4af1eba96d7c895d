-- Author: lee@shop.example
-- Date: 2026-01-08
CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL UNIQUE,
    paid boolean NOT NULL DEFAULT false,
    archived boolean
);
