CREATE TABLE items (id serial CONSTRAINT items_key PRIMARY KEY, name text NOT NULL, parent int REFERENCES items);
CREATE UNLOGGED TABLE IF NOT EXISTS cache (k text, v jsonb);
CREATE TABLE IF NOT EXISTS items (other int);
CREATE OR REPLACE VIEW names AS SELECT name FROM items;
CREATE TEMPORARY TABLE scratch (a int);
DROP TABLE IF EXISTS nothing;
