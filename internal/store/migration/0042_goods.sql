-- +goose Up
-- Where goods go back to, and the parcels that are expected there.

CREATE TABLE return_place (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shop_id      BIGINT REFERENCES shop (id), -- none: all shops
  route        TEXT   NOT NULL, -- drop_off, local_hub, local_warehouse, origin
  off          BOOLEAN NOT NULL,
  data         JSONB  NOT NULL, -- name, address, markets, hours, map, note
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX return_place_workspace ON return_place (workspace_id, id);

CREATE TABLE return_parcel (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  case_id      BIGINT NOT NULL REFERENCES case_file (id),
  case_number  BIGINT NOT NULL,
  resolution_id BIGINT NOT NULL,
  shop_id      BIGINT REFERENCES shop (id),
  order_id     BIGINT REFERENCES orders (id),
  rma          TEXT   NOT NULL,
  place_id     BIGINT REFERENCES return_place (id), -- none yet: the merchant has no place for the route
  route        TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  sender       JSONB  NOT NULL,
  lines        JSONB  NOT NULL,
  currency     TEXT   NOT NULL,
  carrier      TEXT   NOT NULL,
  tracking     TEXT   NOT NULL,
  tracking_key TEXT   NOT NULL, -- as numbers are compared
  shipment_id  BIGINT REFERENCES shipment (id),
  seen         TEXT   NOT NULL, -- status of the shipment that was taken up
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  sent_at      BIGINT NOT NULL,
  received_at  BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX return_parcel_resolution ON return_parcel (workspace_id, resolution_id);
CREATE UNIQUE INDEX return_parcel_rma ON return_parcel (workspace_id, rma);
CREATE INDEX return_parcel_newest ON return_parcel (workspace_id, id);
CREATE INDEX return_parcel_state ON return_parcel (workspace_id, state, id);
CREATE INDEX return_parcel_case ON return_parcel (workspace_id, case_id, id);
CREATE INDEX return_parcel_order ON return_parcel (workspace_id, order_id, id);
CREATE INDEX return_parcel_tracking ON return_parcel (workspace_id, tracking_key) WHERE tracking_key <> '';
CREATE INDEX return_parcel_way ON return_parcel (workspace_id, shipment_id) WHERE state IN ('sent', 'moving');
