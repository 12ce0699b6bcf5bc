-- +goose Up
-- Which supplier's batch an article was of, and when; and the units that turned out to be faulty.

CREATE TABLE batch_article (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shop_id      BIGINT NOT NULL REFERENCES shop (id),
  sku_key      TEXT   NOT NULL,
  from_at      BIGINT NOT NULL, -- sold since then; 0: since ever
  until_at     BIGINT NOT NULL, -- and before then; the greatest number if it still is
  supplier     TEXT   NOT NULL, -- as people write it
  batch        TEXT   NOT NULL, -- empty if nobody named it
  PRIMARY KEY (workspace_id, shop_id, sku_key, from_at)
) ${STRICT};
CREATE INDEX batch_article_name ON batch_article (workspace_id, supplier, batch);

INSERT INTO batch_article (workspace_id, shop_id, sku_key, from_at, until_at, supplier, batch)
  SELECT p.workspace_id, p.shop_id, v.sku_key, 0, 9223372036854775807, CASE WHEN v.supplier <> '' THEN v.supplier ELSE p.supplier END, CASE WHEN v.batch <> '' THEN v.batch ELSE p.batch END
  FROM product p JOIN product_variant v ON v.product_id = p.id WHERE v.sku_key <> '' AND (v.supplier <> '' OR p.supplier <> '') ORDER BY p.id, v.position
  ON CONFLICT DO NOTHING;

CREATE TABLE batch_fault (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  case_id      BIGINT NOT NULL REFERENCES case_file (id),
  line         BIGINT NOT NULL, -- of the case
  source       TEXT   NOT NULL, -- by which claims name it
  shop_id      BIGINT NOT NULL, -- as the order has it
  sku_key      TEXT   NOT NULL,
  placed_at    BIGINT NOT NULL, -- the order
  units        BIGINT NOT NULL,
  currency     TEXT   NOT NULL,
  cost         BIGINT NOT NULL, -- of the case for these units, in minor units
  PRIMARY KEY (workspace_id, case_id, line)
) ${STRICT};
CREATE INDEX batch_fault_article ON batch_fault (workspace_id, shop_id, sku_key, placed_at);

-- Cases with faulty goods are counted anew.
UPDATE case_cost SET dirty = TRUE WHERE case_id IN (SELECT id FROM case_file WHERE CAST(data AS TEXT) LIKE '%"defective"%');
