-- Author: Kim <kim@example.com>
-- Date: 2026-01-26

-- Runs again whenever it is edited.
CREATE OR REPLACE VIEW new_users AS
SELECT id, email FROM users WHERE created_at > now() - interval '7 days';
