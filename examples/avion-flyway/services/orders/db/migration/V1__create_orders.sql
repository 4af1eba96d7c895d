-- Author: Sam <sam@example.com>
-- Date: 2026-02-02

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    placed_at timestamptz NOT NULL DEFAULT now(),
    total_cents bigint NOT NULL CHECK (total_cents >= 0)
);
