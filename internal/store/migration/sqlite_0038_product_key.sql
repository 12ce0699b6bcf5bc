-- +goose Up
-- What people write to products by hand, which no telling of the shop replaces, and the words that products are found by.

ALTER TABLE product ADD COLUMN own TEXT NOT NULL DEFAULT 'null'; -- attributes
ALTER TABLE product ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;   -- how often somebody wrote by hand
ALTER TABLE product_variant ADD COLUMN own TEXT NOT NULL DEFAULT 'null';

-- A prefix is a range of the index.
CREATE TABLE product_key (
  workspace_id INTEGER NOT NULL REFERENCES workspace (id),
  word         TEXT      NOT NULL,
  product_id   INTEGER NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, word, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_key_product ON product_key (product_id);

-- Products that are known already are found by the beginning of their title, and by their SKUs; by every word once they are told anew.
INSERT INTO product_key (workspace_id, word, product_id)
  SELECT workspace_id, substr(lower(title), 1, 64), id FROM product WHERE title <> ''
  UNION SELECT workspace_id, substr(lower(sku_key), 1, 64), product_id FROM product_variant WHERE sku_key <> '';
