-- +goose Up
-- Goods that go out for after-sales cases: replacements and exchanges.

CREATE TABLE outgoing (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  case_id      BIGINT NOT NULL REFERENCES case_file (id),
  case_number  BIGINT NOT NULL,
  resolution_id BIGINT NOT NULL,
  shop_id      BIGINT REFERENCES shop (id),
  order_id     BIGINT REFERENCES orders (id),
  means        TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  source       TEXT   NOT NULL, -- where a new unit is sent from; '' is not said
  address      JSONB  NOT NULL,
  confirm      BOOLEAN NOT NULL, -- the customer has to confirm the address
  lines        JSONB  NOT NULL,
  currency     TEXT   NOT NULL,
  note         TEXT   NOT NULL,
  expected_at  BIGINT NOT NULL, -- stock
  attempt      BIGINT NOT NULL,
  carrier      TEXT   NOT NULL,
  tracking     TEXT   NOT NULL,
  shipment_id  BIGINT REFERENCES shipment (id),
  seen         TEXT   NOT NULL, -- status of the shipment that was taken up
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  sent_at      BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX outgoing_resolution ON outgoing (workspace_id, resolution_id);
CREATE INDEX outgoing_newest ON outgoing (workspace_id, id);
CREATE INDEX outgoing_state ON outgoing (workspace_id, state, id);
CREATE INDEX outgoing_case ON outgoing (workspace_id, case_id, id);
CREATE INDEX outgoing_order ON outgoing (workspace_id, order_id, id);
CREATE INDEX outgoing_way ON outgoing (workspace_id, shipment_id) WHERE state IN ('sent', 'lost');
