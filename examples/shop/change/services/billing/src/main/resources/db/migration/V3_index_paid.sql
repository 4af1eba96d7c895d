-- Author: lee@shop.example
-- Date: 2026-11-20
CREATE INDEX CONCURRENTLY invoices_paid_idx ON invoices (paid);
