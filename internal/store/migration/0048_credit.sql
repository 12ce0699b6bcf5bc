-- +goose Up
-- Store credit of customers, and the sums up to which people may approve refunds.

CREATE TABLE credit (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  customer_id  BIGINT NOT NULL REFERENCES customer (id),
  currency     TEXT   NOT NULL,
  balance      BIGINT NOT NULL CHECK (balance >= 0), -- the sum of its moves
  code         BYTEA  NOT NULL, -- sealed
  digest       BYTEA  NOT NULL, -- of the code
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX credit_customer ON credit (workspace_id, customer_id, currency);
CREATE UNIQUE INDEX credit_digest ON credit (workspace_id, digest);

CREATE TABLE credit_move (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  credit_id    BIGINT NOT NULL REFERENCES credit (id),
  key          TEXT   NOT NULL,
  kind         TEXT   NOT NULL, -- issued, redeemed, adjusted, expired
  amount       BIGINT NOT NULL, -- plus is more for the customer
  bonus        BIGINT NOT NULL,
  refund_id    BIGINT REFERENCES refund (id),
  note         TEXT   NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  at           BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX credit_move_once ON credit_move (workspace_id, key);
CREATE INDEX credit_move_credit ON credit_move (workspace_id, credit_id, id);

CREATE TABLE refund_limit (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  role         TEXT   NOT NULL, -- whose approvals it bounds; '' is everybody's: above it a refund takes two people
  currency     TEXT   NOT NULL,
  above        BIGINT NOT NULL, -- in minor units
  PRIMARY KEY (workspace_id, role, currency)
) ${STRICT};
