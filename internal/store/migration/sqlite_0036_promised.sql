-- +goose Up
-- Orders by the last day that their customers were told of delivery: its midnight in UTC, 0 where nothing was told.

ALTER TABLE orders ADD COLUMN promised_by INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET promised_by = unixepoch(promise ->> 'to') * 1000 WHERE promise ->> 'to' IS NOT NULL;
CREATE INDEX orders_promised ON orders (workspace_id, promised_by, id) WHERE promised_by > 0;
