-- +goose Up
ALTER TABLE users RENAME TO people;
ALTER TABLE people RENAME COLUMN email TO mail;
ALTER TABLE people RENAME CONSTRAINT users_pkey TO people_pkey;
ALTER INDEX users_full_name_born_key RENAME TO people_name_key;
ALTER SEQUENCE users_id_seq RENAME TO people_id_seq;
ALTER TYPE mood RENAME TO feeling;
ALTER TYPE feeling RENAME VALUE 'sad' TO 'blue';
ALTER TYPE feeling ADD VALUE 'so-so' BEFORE 'fine';
ALTER TYPE feeling ADD VALUE 'great' AFTER 'fine';
ALTER DOMAIN amount RENAME TO money_amount;
ALTER DOMAIN money_amount DROP CONSTRAINT sane;
ALTER VIEW happy RENAME TO happy_people;
ALTER TRIGGER touched ON people RENAME TO people_touched;
ALTER TABLE people SET SCHEMA billing;
ALTER TABLE billing.invoices ALTER COLUMN during SET NOT NULL, ALTER COLUMN total DROP DEFAULT, ADD COLUMN paid bool, ADD COLUMN memo varchar(9)[];
ALTER TABLE billing.people ALTER COLUMN number DROP IDENTITY;
ALTER TABLE billing.invoices ALTER COLUMN memo TYPE text[], ALTER COLUMN memo SET DEFAULT '{}';
ALTER SCHEMA billing RENAME TO accounts;
