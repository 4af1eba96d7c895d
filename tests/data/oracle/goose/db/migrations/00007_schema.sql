-- +goose Up
CREATE TABLE points_to (id bigint REFERENCES accounts.people_copy (id));
DROP SCHEMA accounts CASCADE;
