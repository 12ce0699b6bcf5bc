-- +goose Up
-- Orders by the last day that their customers were told of delivery: its midnight in UTC, 0 where nothing was told.

ALTER TABLE orders ADD COLUMN promised_by BIGINT NOT NULL DEFAULT 0;
UPDATE orders SET promised_by = (extract(epoch FROM (promise ->> 'to')::timestamptz) * 1000)::bigint WHERE promise ->> 'to' IS NOT NULL;
CREATE INDEX orders_promised ON orders (workspace_id, promised_by, id) WHERE promised_by > 0;
