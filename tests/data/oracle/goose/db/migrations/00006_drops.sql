-- +goose Up
ALTER TABLE accounts.people DROP COLUMN full_name CASCADE;
DROP TYPE feeling CASCADE;
DROP FUNCTION touch() CASCADE;
ALTER TABLE accounts.people DROP CONSTRAINT people_pkey CASCADE;
DROP DOMAIN money_amount CASCADE;
DROP SEQUENCE free_numbers;
DROP TABLE events;
DROP TABLE accounts.people CASCADE;
