-- +goose Up
-- What the merchant promises beyond the law, the extensions that are sold, and the units that customers registered.

CREATE TABLE warranty_term (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  off          BOOLEAN NOT NULL,
  data         JSONB  NOT NULL, -- scope, months, remedies, words
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX warranty_term_workspace ON warranty_term (workspace_id, id);

CREATE TABLE warranty_plan (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  off          BOOLEAN NOT NULL,
  data         JSONB  NOT NULL, -- SKUs, scope, months
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX warranty_plan_workspace ON warranty_plan (workspace_id, id);

CREATE TABLE warranty_unit (
  id            BIGINT PRIMARY KEY,
  workspace_id  BIGINT NOT NULL REFERENCES workspace (id),
  shop_id       BIGINT REFERENCES shop (id),
  order_id      BIGINT NOT NULL REFERENCES orders (id),
  line_id       BIGINT NOT NULL, -- of the order
  number        BIGINT NOT NULL, -- of the line's units, from 1
  sku           TEXT   NOT NULL,
  sku_key       TEXT   NOT NULL,
  title         TEXT   NOT NULL,
  serial_no     TEXT   NOT NULL,
  serial_key    TEXT   NOT NULL, -- as serial numbers are compared
  registered_at BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX warranty_unit_piece ON warranty_unit (workspace_id, order_id, line_id, number);
CREATE UNIQUE INDEX warranty_unit_serial ON warranty_unit (workspace_id, sku_key, serial_key) WHERE serial_key <> '';
CREATE INDEX warranty_unit_sku ON warranty_unit (workspace_id, sku_key, id);
