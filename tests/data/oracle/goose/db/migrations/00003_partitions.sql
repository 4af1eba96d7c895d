-- +goose Up
CREATE TABLE events (
    id bigint,
    at timestamptz NOT NULL,
    kind text CHECK (kind <> ''),
    user_id bigint REFERENCES users,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ON events (kind, lower(kind));
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 (id bigint NOT NULL, at timestamptz NOT NULL, kind text CHECK (kind <> ''), user_id bigint);
ALTER TABLE events_2026 RENAME CONSTRAINT events_2026_kind_check TO events_kind_check;
CREATE INDEX events_2026_user ON events_2026 (user_id);
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_user ON ONLY events (user_id);
ALTER INDEX events_user ATTACH PARTITION events_2026_user;
CREATE INDEX events_2025_user ON events_2025 (user_id);
ALTER INDEX events_user ATTACH PARTITION events_2025_user;
CREATE INDEX events_rest_user ON events_rest (user_id);
ALTER INDEX events_user ATTACH PARTITION events_rest_user;
CREATE INDEX events_waits ON ONLY events (id);
ALTER TABLE events ADD COLUMN note text NOT NULL DEFAULT '';
CREATE TRIGGER touched AFTER UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE events DETACH PARTITION events_2025;
DROP TABLE events_rest;
