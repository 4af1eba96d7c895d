-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
-- +goose StatementEnd
CREATE FUNCTION label(a int, OUT b text) LANGUAGE sql AS 'SELECT a::text';
CREATE FUNCTION label(a text, VARIADIC rest text[]) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION label(m mood) RETURNS text LANGUAGE sql AS 'SELECT m::text';
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER touched BEFORE UPDATE ON billing.invoices FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own ON users USING (id > 0);
DROP FUNCTION label(text, text[]);
ALTER FUNCTION label(int) RENAME TO label_number;
