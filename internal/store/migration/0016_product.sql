-- +goose Up
-- What the shops sell, and what customers were told of delivery when they bought.

CREATE TABLE product (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shop_id      BIGINT NOT NULL REFERENCES shop (id),
  external_id  TEXT   NOT NULL,
  title        TEXT   NOT NULL,
  status       TEXT   NOT NULL, -- active, draft, archived, deleted
  brand        TEXT   NOT NULL,
  type         TEXT   NOT NULL,
  supplier     TEXT   NOT NULL,
  batch        TEXT   NOT NULL,
  url          TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  tags         JSONB  NOT NULL,
  images       JSONB  NOT NULL,
  attributes   JSONB  NOT NULL,
  told_at      BIGINT NOT NULL, -- by the platform; 0 if it did not say
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX product_external ON product (workspace_id, shop_id, external_id);
CREATE INDEX product_newest ON product (workspace_id, id);
CREATE INDEX product_shop ON product (workspace_id, shop_id, id);

CREATE TABLE product_variant (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  product_id   BIGINT NOT NULL REFERENCES product (id) ON DELETE CASCADE,
  position     BIGINT NOT NULL,
  external_id  TEXT   NOT NULL,
  sku          TEXT   NOT NULL,
  sku_key      TEXT   NOT NULL,
  barcode      TEXT   NOT NULL,
  title        TEXT   NOT NULL,
  image        TEXT   NOT NULL,
  price        BIGINT NOT NULL, -- sums in minor units of the product's currency
  listed       BIGINT NOT NULL,
  cost         BIGINT NOT NULL,
  hs_code      TEXT   NOT NULL,
  origin       TEXT   NOT NULL,
  supplier     TEXT   NOT NULL,
  batch        TEXT   NOT NULL,
  grams        BIGINT NOT NULL,
  size         JSONB  NOT NULL, -- millimetres
  stock        BIGINT,
  attributes   JSONB  NOT NULL,
  told_at      BIGINT NOT NULL
) ${STRICT};
CREATE INDEX product_variant_product ON product_variant (workspace_id, product_id, position);
CREATE INDEX product_variant_sku ON product_variant (workspace_id, sku_key) WHERE sku_key <> '';

ALTER TABLE orders ADD COLUMN promise JSONB NOT NULL DEFAULT '{}';
