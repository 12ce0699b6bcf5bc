-- +goose Up
-- What was deleted at its shop stays here, and is known to be gone there.

ALTER TABLE orders ADD COLUMN deleted_at BIGINT; -- when we learned of it
ALTER TABLE shop_object ADD COLUMN deleted BOOLEAN NOT NULL DEFAULT FALSE;
