-- +goose Up
-- Refunds to bank accounts: whose accounts, and the files that tell banks to transfer.

CREATE INDEX refund_allocation_transfer ON refund_allocation (workspace_id, refund_id)
  WHERE provider = 'bank' AND state IN ('approved', 'scheduled', 'failed', 'reversed');

CREATE TABLE payee (
  order_id     BIGINT PRIMARY KEY REFERENCES orders (id),
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  account      BYTEA  NOT NULL, -- sealed: holder, number, bank
  saved_at     BIGINT NOT NULL
) ${STRICT};
CREATE INDEX payee_workspace ON payee (workspace_id, order_id);

CREATE TABLE transfer_batch (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  account_id   BIGINT NOT NULL, -- out of which it is paid; it may be gone
  format       TEXT   NOT NULL, -- sepa, list
  currency     TEXT   NOT NULL,
  state        TEXT   NOT NULL, -- made, sent, withdrawn
  count        BIGINT NOT NULL,
  total        BIGINT NOT NULL, -- in minor units
  execute_on   BIGINT NOT NULL,
  file_name    TEXT   NOT NULL,
  file         BYTEA  NOT NULL, -- sealed: its bytes, and the payees by number
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  made_at      BIGINT NOT NULL,
  sent_at      BIGINT NOT NULL,
  withdrawn_at BIGINT NOT NULL
) ${STRICT};
CREATE INDEX transfer_batch_newest ON transfer_batch (workspace_id, id);

CREATE TABLE transfer (
  batch_id     BIGINT  NOT NULL REFERENCES transfer_batch (id),
  number       BIGINT  NOT NULL,
  workspace_id BIGINT  NOT NULL,
  end_to_end   TEXT    NOT NULL,
  refund_id    BIGINT  NOT NULL REFERENCES refund (id),
  allocation   BIGINT  NOT NULL,
  attempt      BIGINT  NOT NULL,
  order_id     BIGINT  NOT NULL,
  amount       BIGINT  NOT NULL,
  about        TEXT    NOT NULL,
  returned     BOOLEAN NOT NULL, -- a bank said that it came back
  PRIMARY KEY (batch_id, number)
) ${STRICT};
CREATE UNIQUE INDEX transfer_name ON transfer (workspace_id, end_to_end);
