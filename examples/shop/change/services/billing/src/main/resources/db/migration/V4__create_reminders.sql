-- Author: lee@shop.example
-- Date: 2026-11-20
CREATE TABLE reminders (
    invoice_id bigint NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (invoice_id, sent_at)
);
CREATE INDEX reminders_sent_at_idx ON reminders (sent_at);
