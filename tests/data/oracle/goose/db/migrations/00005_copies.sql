-- +goose Up
SET search_path = accounts, public;
CREATE TABLE people_copy (LIKE people INCLUDING ALL EXCLUDING DEFAULTS, extra int);
CREATE TABLE people_plain (LIKE people);
CREATE TABLE special () INHERITS (people);
CREATE TABLE names AS SELECT id, mail AS address, upper(mail), number::smallint AS n FROM people;
SELECT p.* INTO copied FROM people p;
ALTER TABLE people ADD COLUMN since timestamptz(3) DEFAULT now();
ALTER TABLE special ADD COLUMN since_when date;
CREATE TABLE a_table_with_quite_a_long_name_that_nobody_would_want_to_type (
    a_column_with_a_long_name_as_well int UNIQUE CHECK (a_column_with_a_long_name_as_well > 0),
    größe_des_gegenstandes_in_zentimetern int,
    UNIQUE (a_column_with_a_long_name_as_well, größe_des_gegenstandes_in_zentimetern)
);
CREATE INDEX ON a_table_with_quite_a_long_name_that_nobody_would_want_to_type (größe_des_gegenstandes_in_zentimetern, a_column_with_a_long_name_as_well);
RESET search_path;
