-- +goose Up
-- What each order was paid by, and what was found at shops to have gone back.

CREATE TABLE order_payment (
  order_id     BIGINT  NOT NULL REFERENCES orders (id),
  position     BIGINT  NOT NULL, -- in the order in which they were made
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  provider     TEXT    NOT NULL, -- who took it, or ''
  payment      TEXT    NOT NULL, -- the provider's name of it, or ''
  method       TEXT    NOT NULL,
  amount       BIGINT  NOT NULL, -- in minor units of the order's currency
  refunded     BIGINT  NOT NULL, -- that the provider or platform tells
  paid_at      BIGINT,
  captured_at  BIGINT,
  until        BIGINT,
  disputed     BOOLEAN NOT NULL,
  PRIMARY KEY (order_id, position)
) ${STRICT};
CREATE INDEX order_payment_name ON order_payment (workspace_id, provider, payment) WHERE payment <> '';

CREATE TABLE refund_found (
  order_id     BIGINT NOT NULL REFERENCES orders (id),
  total        BIGINT NOT NULL, -- what the shop said had gone back in all, in minor units
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  amount       BIGINT NOT NULL, -- of it, what was new
  refund_id    BIGINT REFERENCES refund (id), -- the refund that it was, or null: nobody asked for it here
  number       BIGINT NOT NULL, -- the allocation, or 0
  at           BIGINT NOT NULL,
  PRIMARY KEY (order_id, total)
) ${STRICT};
CREATE INDEX refund_found_refund ON refund_found (workspace_id, refund_id) WHERE refund_id IS NOT NULL;
