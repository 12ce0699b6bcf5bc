-- +goose Up
-- Accounts with providers of payments, and what the provider that moves no money was asked.

CREATE TABLE payment_account (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  driver       TEXT   NOT NULL,
  shop_id      BIGINT REFERENCES shop (id), -- none: all shops
  name         TEXT   NOT NULL,
  settings     BYTEA  NOT NULL, -- sealed
  state        TEXT   NOT NULL, -- on, paused, broken
  hook_id      BIGINT NOT NULL, -- where the provider calls us, or 0
  problem      TEXT   NOT NULL,
  ok_at        BIGINT NOT NULL,
  failed_at    BIGINT NOT NULL,
  created_by   BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX payment_account_shop ON payment_account (workspace_id, driver, coalesce(shop_id, 0));
CREATE INDEX payment_account_workspace ON payment_account (workspace_id, id);

CREATE TABLE sandbox_refund (
  workspace_id BIGINT NOT NULL,
  account_id   BIGINT NOT NULL REFERENCES payment_account (id) ON DELETE CASCADE,
  key          TEXT   NOT NULL,
  data         TEXT   NOT NULL, -- JSON
  PRIMARY KEY (account_id, key)
) ${STRICT};

CREATE INDEX refund_allocation_waiting ON refund_allocation (workspace_id, provider, refund_id)
  WHERE state IN ('approved', 'scheduled', 'submitted', 'pending', 'needs_action');
