-- +goose Up
-- Refunds: what happened to each, what it adds up to, and where its parts go.

CREATE TABLE refund (
  id            BIGINT  PRIMARY KEY,
  workspace_id  BIGINT  NOT NULL REFERENCES workspace (id),
  shop_id       BIGINT  REFERENCES shop (id),
  order_id      BIGINT  NOT NULL REFERENCES orders (id),
  case_id       BIGINT,
  resolution_id BIGINT,
  state         TEXT    NOT NULL, -- that follows from its allocations
  stuck         BOOLEAN NOT NULL, -- somebody must do something
  currency      TEXT    NOT NULL,
  total         BIGINT  NOT NULL, -- in minor units
  beyond        BIGINT  NOT NULL, -- of it, what was never paid: bonus, goodwill
  created_at    BIGINT  NOT NULL,
  updated_at    BIGINT  NOT NULL,
  events        BIGINT  NOT NULL, -- how many happened
  data          JSONB   NOT NULL  -- the fold of its events
) ${STRICT};
CREATE INDEX refund_newest ON refund (workspace_id, id);
CREATE INDEX refund_state ON refund (workspace_id, state, id);
CREATE INDEX refund_stuck ON refund (workspace_id, id) WHERE stuck;
CREATE INDEX refund_order ON refund (workspace_id, order_id, id);
CREATE INDEX refund_case ON refund (workspace_id, case_id, id) WHERE case_id IS NOT NULL;
-- A resolution is paid once.
CREATE UNIQUE INDEX refund_resolution ON refund (workspace_id, resolution_id) WHERE resolution_id IS NOT NULL AND state <> 'cancelled';

CREATE TABLE refund_allocation (
  refund_id    BIGINT NOT NULL REFERENCES refund (id),
  number       BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  provider     TEXT   NOT NULL,
  payment      TEXT   NOT NULL, -- the provider's name of the payment that it goes back to, or ''
  reference    TEXT   NOT NULL, -- the provider's name of the refund, or ''
  state        TEXT   NOT NULL,
  PRIMARY KEY (refund_id, number)
) ${STRICT};
CREATE UNIQUE INDEX refund_allocation_reference ON refund_allocation (workspace_id, provider, reference) WHERE reference <> '';
CREATE INDEX refund_allocation_payment ON refund_allocation (workspace_id, provider, payment) WHERE payment <> '';

CREATE TABLE refund_event (
  refund_id    BIGINT NOT NULL REFERENCES refund (id),
  seq          BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  at           BIGINT NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  data         JSONB  NOT NULL,
  PRIMARY KEY (refund_id, seq)
) ${STRICT};
