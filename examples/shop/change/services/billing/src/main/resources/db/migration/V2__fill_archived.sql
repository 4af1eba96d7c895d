-- Author: lee@shop.example
-- Date: 2026-11-19
UPDATE invoices SET archived = false;
