-- +goose Up
-- What people write to products by hand, which no telling of the shop replaces, and the words that products are found by.

ALTER TABLE product ADD COLUMN own JSONB NOT NULL DEFAULT 'null'; -- attributes
ALTER TABLE product ADD COLUMN edits BIGINT NOT NULL DEFAULT 0;   -- how often somebody wrote by hand
ALTER TABLE product_variant ADD COLUMN own JSONB NOT NULL DEFAULT 'null';

-- Compared by bytes, so that a prefix is a range of the index in every locale of the server.
CREATE TABLE product_key (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  word         TEXT   COLLATE "C" NOT NULL,
  product_id   BIGINT NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, word, product_id)
);
CREATE INDEX product_key_product ON product_key (product_id);

-- Products that are known already are found by the beginning of their title, and by their SKUs; by every word once they are told anew.
INSERT INTO product_key (workspace_id, word, product_id)
  SELECT workspace_id, left(lower(title), 64), id FROM product WHERE title <> ''
  UNION SELECT workspace_id, left(lower(sku_key), 64), product_id FROM product_variant WHERE sku_key <> '';
