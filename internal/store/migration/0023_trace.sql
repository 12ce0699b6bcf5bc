-- +goose Up
-- Search requests and claims to carriers, and what people are told of parcels that stall.

CREATE TABLE trace (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shipment_id  BIGINT NOT NULL REFERENCES shipment (id) ON DELETE CASCADE,
  order_id     BIGINT REFERENCES orders (id) ON DELETE SET NULL,
  shop_id      BIGINT REFERENCES shop (id),
  ticket_id    BIGINT REFERENCES ticket (id) ON DELETE SET NULL,
  kind         TEXT   NOT NULL, -- search, claim
  state        TEXT   NOT NULL, -- draft, sent, answered, paid, rejected, found, expired
  carrier      TEXT   NOT NULL,
  number       TEXT   NOT NULL,
  reference    TEXT   NOT NULL,
  papers       JSONB  NOT NULL,
  opens_at     BIGINT NOT NULL, -- 0: not known
  deadline     BIGINT NOT NULL, -- 0: none is known
  rule         TEXT   NOT NULL,
  amount       BIGINT NOT NULL,
  currency     TEXT   NOT NULL,
  note         TEXT   NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  sent_at      BIGINT NOT NULL,
  due_at       BIGINT NOT NULL  -- look again then; 0 is never
) ${STRICT};
CREATE INDEX trace_newest ON trace (workspace_id, id);
CREATE INDEX trace_state ON trace (workspace_id, state, deadline, id);
CREATE INDEX trace_due ON trace (workspace_id, due_at, id) WHERE due_at > 0;
CREATE INDEX trace_shipment ON trace (shipment_id, id);
CREATE INDEX trace_ticket ON trace (ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE UNIQUE INDEX trace_open ON trace (shipment_id) WHERE state IN ('draft', 'sent', 'answered');

-- How far a reader of the journal has read.
CREATE TABLE event_cursor (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  reader       TEXT   NOT NULL,
  cursor       BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, reader)
) ${STRICT};

-- Cases that were raised with people, so that each is raised once.
CREATE TABLE ticket_case (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  key          TEXT   NOT NULL,
  order_id     BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, key)
) ${STRICT};
