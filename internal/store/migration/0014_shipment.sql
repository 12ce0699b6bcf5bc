-- +goose Up
-- Parcels: shipments, the states that their events add up to, legs, tracking events.
-- A time of 0 is none, here: these rows are written by the ten thousand.
-- A state changes with nearly every event, and PostgreSQL then writes all indexes
-- of its table anew: so it has a table of its own, with few.

CREATE TABLE shipment (
  id              BIGINT  PRIMARY KEY,
  workspace_id    BIGINT  NOT NULL REFERENCES workspace (id),
  shop_id         BIGINT  REFERENCES shop (id),
  order_id        BIGINT  REFERENCES orders (id),
  direction       TEXT    NOT NULL, -- out, back
  carrier         TEXT    NOT NULL, -- key of the first leg's carrier
  number          TEXT    NOT NULL, -- of the first leg
  origin          TEXT    NOT NULL, -- the lane: country, country, service
  destination     TEXT    NOT NULL,
  service         TEXT    NOT NULL,
  sent_from       JSONB   NOT NULL, -- places
  sent_to         JSONB   NOT NULL,
  created_at      BIGINT  NOT NULL,
  legs            BIGINT  NOT NULL  -- how many
) ${STRICT};
CREATE INDEX shipment_newest ON shipment (workspace_id, id);
CREATE INDEX shipment_carrier ON shipment (workspace_id, carrier, id);
CREATE INDEX shipment_shop ON shipment (workspace_id, shop_id, id);
CREATE INDEX shipment_lane ON shipment (workspace_id, destination, origin, id);

CREATE TABLE shipment_state (
  shipment_id     BIGINT  PRIMARY KEY REFERENCES shipment (id) ON DELETE CASCADE,
  workspace_id    BIGINT  NOT NULL,
  updated_at      BIGINT  NOT NULL,
  status          TEXT    NOT NULL,
  since           BIGINT  NOT NULL,
  cause           TEXT    NOT NULL,
  reason          TEXT    NOT NULL,
  first_scan_at   BIGINT  NOT NULL,
  picked_up_at    BIGINT  NOT NULL,
  delivered_at    BIGINT  NOT NULL,
  last_scan_at    BIGINT  NOT NULL,
  customs_since   BIGINT  NOT NULL,
  expected_from   BIGINT  NOT NULL,
  expected_to     BIGINT  NOT NULL,
  attempts        BIGINT  NOT NULL,
  attempt_at      BIGINT  NOT NULL,
  delayed         BOOLEAN NOT NULL,
  polling_expired BOOLEAN NOT NULL,
  not_found       BOOLEAN NOT NULL,
  doubtful        BOOLEAN NOT NULL,
  leg             BIGINT  NOT NULL, -- how far along the legs it was scanned
  through         BIGINT  NOT NULL, -- the time of the newest event in the state
  risk_at         BIGINT  NOT NULL, -- at risk from then on; 0 is never
  place           JSONB   NOT NULL
) ${STRICT};
CREATE INDEX shipment_state_status ON shipment_state (workspace_id, status, since, shipment_id);
CREATE INDEX shipment_state_risk ON shipment_state (workspace_id, risk_at, shipment_id) WHERE risk_at > 0;
CREATE INDEX shipment_state_attempts ON shipment_state (workspace_id, attempt_at, shipment_id) WHERE attempts > 0;

CREATE TABLE shipment_leg (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  shipment_id  BIGINT NOT NULL REFERENCES shipment (id) ON DELETE CASCADE,
  seq          BIGINT NOT NULL,
  carrier      TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  number       TEXT   NOT NULL,
  number_key   TEXT   NOT NULL,
  params       JSONB  NOT NULL,
  label_at     BIGINT NOT NULL,
  from_at      BIGINT NOT NULL, -- the number means this parcel from then
  until_at     BIGINT NOT NULL  -- until then; 0 is still
) ${STRICT};
CREATE UNIQUE INDEX shipment_leg_number ON shipment_leg (workspace_id, number_key, carrier) WHERE until_at = 0 AND number_key <> '';
CREATE INDEX shipment_leg_numbers ON shipment_leg (workspace_id, number_key);
CREATE INDEX shipment_leg_shipment ON shipment_leg (shipment_id, seq);

-- Which parcel of an order is which shipment. Several orders may share one.
CREATE TABLE shipment_order (
  workspace_id   BIGINT NOT NULL,
  fulfillment_id BIGINT NOT NULL,
  order_id       BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  shipment_id    BIGINT NOT NULL REFERENCES shipment (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, fulfillment_id)
) ${STRICT};
CREATE INDEX shipment_order_order ON shipment_order (workspace_id, order_id);
CREATE INDEX shipment_order_shipment ON shipment_order (shipment_id);

-- What a carrier or service sent, as it was sent: once for all events in it.
CREATE TABLE tracking_payload (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  source       TEXT   NOT NULL,
  size         BIGINT NOT NULL, -- before compression
  data         BYTEA  NOT NULL, -- zstd
  received_at  BIGINT NOT NULL
) ${STRICT};

CREATE TABLE tracking_event (
  id            BIGINT  PRIMARY KEY,
  workspace_id  BIGINT  NOT NULL,
  shipment_id   BIGINT  NOT NULL,
  leg_id        BIGINT  NOT NULL,
  at            BIGINT  NOT NULL,
  key           BIGINT  NOT NULL, -- of leg, time, code, text, place
  status        TEXT    NOT NULL,
  cause         TEXT    NOT NULL,
  reason        TEXT    NOT NULL,
  code          TEXT    NOT NULL,
  text          TEXT    NOT NULL,
  zoned         BOOLEAN NOT NULL,
  correction    BOOLEAN NOT NULL,
  expected_from BIGINT  NOT NULL,
  expected_to   BIGINT  NOT NULL,
  place         JSONB   NOT NULL,
  source        TEXT    NOT NULL,
  payload_id    BIGINT  NOT NULL,
  arrived_at    BIGINT  NOT NULL
) ${STRICT};
-- Begins with an identifier that rises with time: parcels that are on their way
-- at the same time lie together, so that the table may grow.
CREATE UNIQUE INDEX tracking_event_once ON tracking_event (shipment_id, at, key);
