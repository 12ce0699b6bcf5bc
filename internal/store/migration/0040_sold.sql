-- +goose Up
-- The lines of orders are found by their SKU, as products are; with the shop and the moment of the order, so that the newest come out of the index.

ALTER TABLE order_line ADD COLUMN shop_id BIGINT NOT NULL DEFAULT 0;    -- as the order has it
ALTER TABLE order_line ADD COLUMN placed_at BIGINT NOT NULL DEFAULT 0;  -- likewise
ALTER TABLE order_line ADD COLUMN sku_key TEXT NOT NULL DEFAULT '';

-- Where upper knows ASCII alone, an SKU with other small letters is found once its order is told anew.
UPDATE order_line SET sku_key = upper(trim(sku)), shop_id = o.shop_id, placed_at = o.placed_at FROM orders o WHERE o.id = order_line.order_id;

CREATE INDEX order_line_sku ON order_line (workspace_id, shop_id, sku_key, placed_at, order_id) WHERE sku_key <> '';

-- What people wrote by hand to variants that are gone, by SKU.
ALTER TABLE product ADD COLUMN shelf JSONB NOT NULL DEFAULT 'null';
