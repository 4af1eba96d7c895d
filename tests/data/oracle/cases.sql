-- One thing at a time: a line `-- case: name`, then statements that PostgreSQL 18 takes.

-- case: names with numbers
CREATE TABLE t (a int CHECK (a > 0) CHECK (a < 9));
CREATE INDEX ON t (a);
CREATE INDEX ON t (a);

-- case: names taken by other relations
CREATE VIEW t_pkey AS SELECT 1;
CREATE SEQUENCE t_a_key;
CREATE TABLE t_id_seq ();
CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE);

-- case: constraint names taken in the schema
CREATE TABLE u (a int CONSTRAINT t_a_check CHECK (a > 0));
CREATE TABLE t (a int CHECK (a > 0));

-- case: names cut
CREATE TABLE xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy serial UNIQUE, CHECK (yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy > 0));
CREATE TABLE xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2 (b int REFERENCES xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy));

-- case: names cut in bytes
CREATE TABLE äääääääääääääääääääääääää (öööööööööööööööööööö int UNIQUE CHECK (öööööööööööööööööööö > 0));

-- case: words of expressions
CREATE TABLE t (a text, j jsonb);
CREATE INDEX ON t (lower(a), upper(a), (a || 'x'), coalesce(a, ''), ((j ->> 'k')::int));
CREATE INDEX ON t (a) INCLUDE (j);

-- case: the same key twice
CREATE TABLE t (a int PRIMARY KEY UNIQUE, b int UNIQUE, UNIQUE (b));

-- case: a column's check over two columns
CREATE TABLE t (a int, b int CHECK (b > a));

-- case: dropping a column
CREATE TABLE t (a serial, b int, CHECK (a > b), UNIQUE (a, b));
CREATE INDEX ON t (b) WHERE a > 0;
CREATE INDEX ON t ((a + b));
ALTER TABLE t DROP COLUMN a;

-- case: dropping a key in use
CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE);
CREATE TABLE u (a int REFERENCES t, b int REFERENCES t (b));
ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE;

-- case: dropping a type
CREATE TYPE m AS ENUM ('a');
CREATE DOMAIN d AS m;
CREATE TABLE t (a m, b d, c int, UNIQUE (a, c));
CREATE FUNCTION f(m) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW v AS SELECT a FROM t;
DROP TYPE m CASCADE;

-- case: dropping a function
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE t (a int DEFAULT f());
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
DROP FUNCTION f() CASCADE;
DROP FUNCTION g CASCADE;

-- case: overloads
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(text, b int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2';
DROP FUNCTION f(text, int);
ALTER FUNCTION f(int) RENAME TO g;

-- case: a function that takes a renamed type
CREATE TYPE m AS ENUM ('a');
CREATE FUNCTION f(m[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER TYPE m RENAME TO n;
CREATE SCHEMA s;
ALTER TYPE n SET SCHEMA s;

-- case: enum values in their places
CREATE TYPE m AS ENUM ('b');
ALTER TYPE m ADD VALUE 'd';
ALTER TYPE m ADD VALUE 'a' BEFORE 'b';
ALTER TYPE m ADD VALUE 'c' AFTER 'b';
ALTER TYPE m RENAME VALUE 'd' TO 'e';

-- case: owners of sequences
CREATE TABLE t (a int, b serial);
CREATE SEQUENCE s OWNED BY t.a;
ALTER SEQUENCE t_b_seq OWNED BY NONE;
ALTER TABLE t RENAME a TO c;
ALTER TABLE t RENAME TO u;

-- case: a schema dropped
CREATE SCHEMA s;
CREATE TABLE s.t (a int PRIMARY KEY);
CREATE TABLE u (a int REFERENCES s.t);
CREATE TYPE s.m AS ENUM ('x');
ALTER TABLE u ADD b s.m;
CREATE VIEW v AS SELECT a FROM s.t;
DROP SCHEMA s CASCADE;

-- case: moved to another schema
CREATE SCHEMA s;
CREATE TABLE t (a serial PRIMARY KEY, b int UNIQUE);
CREATE INDEX i ON t (b);
CREATE VIEW v AS SELECT a FROM t;
ALTER TABLE t SET SCHEMA s;
ALTER VIEW v SET SCHEMA s;

-- case: like others
CREATE TABLE t (a serial PRIMARY KEY, b int DEFAULT 3 CHECK (b > 0) UNIQUE);
CREATE INDEX ON t ((b + 1));
CREATE TABLE u (LIKE t INCLUDING INDEXES);
CREATE TABLE v (LIKE t INCLUDING CONSTRAINTS);

-- case: views with all columns
CREATE TABLE t (a int, b int);
CREATE TABLE u (c int);
CREATE VIEW v AS SELECT * FROM t, u x;
CREATE VIEW w AS SELECT x.*, 1 AS one FROM v x;
CREATE VIEW y (q, r) AS SELECT a, b FROM t;

-- case: partitions with indexes
CREATE TABLE t (a int PRIMARY KEY, b int) PARTITION BY LIST (a);
CREATE INDEX ON t (b);
CREATE TABLE p PARTITION OF t FOR VALUES IN (1) PARTITION BY LIST (a);
CREATE TABLE q PARTITION OF p FOR VALUES IN (1);
CREATE TABLE r (b int, a int NOT NULL);
ALTER TABLE t ATTACH PARTITION r DEFAULT;
CREATE INDEX ON t (b, a);

-- case: indexes on only the whole
CREATE TABLE t (a int) PARTITION BY LIST (a);
CREATE INDEX e ON ONLY t (a);
CREATE TABLE p PARTITION OF t DEFAULT;
CREATE INDEX i ON ONLY t ((a + 1));
CREATE INDEX j ON p ((a + 1));
CREATE INDEX k ON ONLY t ((a + 2));
ALTER INDEX i ATTACH PARTITION j;

-- case: defaults of NULL
CREATE TABLE t (a int DEFAULT NULL, b varchar(9) DEFAULT NULL, c int DEFAULT 1);
ALTER TABLE t ALTER c SET DEFAULT NULL;

-- case: a constraint by its index's name
CREATE TABLE t (a int UNIQUE);
ALTER INDEX t_a_key RENAME TO k;

-- case: an index that is a constraint now
CREATE TABLE t (a int, b int);
CREATE UNIQUE INDEX i ON t (a);
ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i;
-- case: identity in partitions, as since PostgreSQL 17
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, b int) PARTITION BY LIST (b);
CREATE TABLE p PARTITION OF t DEFAULT;
CREATE TABLE q (id int NOT NULL, b int);
ALTER TABLE t ATTACH PARTITION q FOR VALUES IN (1);
CREATE TABLE r PARTITION OF t FOR VALUES IN (2);
ALTER TABLE t DETACH PARTITION r;
