-- +goose Up
-- What is asked of carriers, insurers, suppliers and marketplaces for parcels and goods, and what they paid.

CREATE TABLE recovery_claim (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shop_id      BIGINT REFERENCES shop (id),
  against      TEXT   NOT NULL,
  party        TEXT   NOT NULL, -- as parties are compared
  name         TEXT   NOT NULL,
  cause        TEXT   NOT NULL,
  state        TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  asked        BIGINT NOT NULL,
  granted      BIGINT NOT NULL,
  received     BIGINT NOT NULL,
  batch        TEXT   NOT NULL,
  reference    TEXT   NOT NULL,
  owner_id     BIGINT,
  clock        BIGINT NOT NULL, -- by which something must happen; the greatest number if nothing must
  deadline     BIGINT NOT NULL,
  reply_by     BIGINT NOT NULL,
  due_at       BIGINT NOT NULL, -- when it is looked at again, 0 for never
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL, -- 0 while it is open
  data         JSONB  NOT NULL  -- papers, rule, words
) ${STRICT};
CREATE INDEX recovery_claim_newest ON recovery_claim (workspace_id, id);
CREATE INDEX recovery_claim_open ON recovery_claim (workspace_id, clock, id) WHERE ended_at = 0;
CREATE INDEX recovery_claim_due ON recovery_claim (workspace_id, due_at, id) WHERE due_at > 0;
CREATE INDEX recovery_claim_party ON recovery_claim (workspace_id, against, party, id);

CREATE TABLE recovery_item (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  claim_id     BIGINT NOT NULL REFERENCES recovery_claim (id),
  against      TEXT   NOT NULL, -- as its claim says
  party        TEXT   NOT NULL,
  source       TEXT   NOT NULL, -- what happened
  shipment_id  BIGINT REFERENCES shipment (id),
  tracking     TEXT   NOT NULL,
  order_id     BIGINT REFERENCES orders (id),
  case_id      BIGINT REFERENCES case_file (id),
  sku          TEXT   NOT NULL,
  title        TEXT   NOT NULL,
  quantity     BIGINT NOT NULL,
  value        BIGINT NOT NULL,
  refunded     BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, against, party, source)
) ${STRICT};
CREATE INDEX recovery_item_claim ON recovery_item (claim_id, at, source);
CREATE INDEX recovery_item_shipment ON recovery_item (shipment_id, claim_id) WHERE shipment_id IS NOT NULL;
CREATE INDEX recovery_item_order ON recovery_item (order_id, claim_id) WHERE order_id IS NOT NULL;
CREATE INDEX recovery_item_case ON recovery_item (case_id, claim_id) WHERE case_id IS NOT NULL;

CREATE TABLE recovery_payment (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  claim_id     BIGINT NOT NULL REFERENCES recovery_claim (id),
  reference    TEXT   NOT NULL,
  amount       BIGINT NOT NULL, -- as it came
  currency     TEXT   NOT NULL,
  counts       BIGINT NOT NULL, -- in the claim's currency
  at           BIGINT NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  booked_at    BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX recovery_payment_once ON recovery_payment (workspace_id, claim_id, reference);
CREATE INDEX event_recovery ON event (subject_id, id) WHERE subject_kind = 'recovery';
