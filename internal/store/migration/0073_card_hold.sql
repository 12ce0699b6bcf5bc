-- +goose Up
-- Sums that customers agreed to have held on a card, for goods that go out before theirs are back.

CREATE TABLE card_hold (
  id            BIGINT PRIMARY KEY,
  workspace_id  BIGINT NOT NULL REFERENCES workspace (id),
  case_id       BIGINT NOT NULL REFERENCES case_file (id),
  case_number   BIGINT NOT NULL,
  resolution_id BIGINT NOT NULL,
  shop_id       BIGINT REFERENCES shop (id),
  order_id      BIGINT REFERENCES orders (id),
  provider      TEXT   NOT NULL,
  state         TEXT   NOT NULL,
  currency      TEXT   NOT NULL,
  amount        BIGINT NOT NULL, -- agreed, in minor units
  units         JSONB  NOT NULL, -- that are to come back, with what was paid for each
  terms         TEXT   NOT NULL, -- as the customer read them
  language      TEXT   NOT NULL,
  page          TEXT   NOT NULL, -- the provider's own name of it
  address       TEXT   NOT NULL,
  attempt       BIGINT NOT NULL,
  take          BIGINT NOT NULL,
  payment       TEXT   NOT NULL, -- the provider's own name of what was taken
  code          TEXT   NOT NULL,
  note          TEXT   NOT NULL,
  tries         BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  held_at       BIGINT NOT NULL,
  ends_at       BIGINT NOT NULL,
  due_at        BIGINT NOT NULL, -- the customer's last day
  reminded_at   BIGINT NOT NULL,
  look_at       BIGINT NOT NULL,
  ended_at      BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX card_hold_live ON card_hold (workspace_id, resolution_id) WHERE state NOT IN ('released', 'failed', 'returned');
CREATE INDEX card_hold_case ON card_hold (workspace_id, case_id, id);
CREATE INDEX card_hold_look ON card_hold (workspace_id, look_at) WHERE state NOT IN ('taken', 'unpaid', 'released', 'failed', 'returned');
