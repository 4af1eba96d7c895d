DROP VIEW IF EXISTS totals;
CREATE VIEW totals AS SELECT count(*) AS n, max(id) FROM items;
