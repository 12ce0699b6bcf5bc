-- +goose Up
-- Connections with the platforms of shops, and which versions of their objects were taken.

CREATE TABLE shop_connection (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shop_id      BIGINT NOT NULL REFERENCES shop (id),
  driver       TEXT   NOT NULL,
  settings     BYTEA  NOT NULL, -- sealed
  state        TEXT   NOT NULL, -- importing, live, paused
  lists        JSONB  NOT NULL, -- how far each is read
  hook_id      BIGINT,          -- where its webhooks come in; a person may have deleted that
  called_at    BIGINT,          -- when the shop was asked to call us
  created_by   BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  due_at       BIGINT NOT NULL,
  ok_at        BIGINT,
  failed_at    BIGINT,
  streak       BIGINT NOT NULL, -- failures since the last success
  problem      TEXT   NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX shop_connection_shop ON shop_connection (workspace_id, shop_id);
CREATE INDEX shop_connection_workspace ON shop_connection (workspace_id, id);
CREATE INDEX shop_connection_hook ON shop_connection (workspace_id, hook_id) WHERE hook_id IS NOT NULL;
CREATE INDEX shop_connection_due ON shop_connection (due_at) WHERE state <> 'paused';

CREATE TABLE shop_object (
  workspace_id  BIGINT NOT NULL,
  connection_id BIGINT NOT NULL REFERENCES shop_connection (id) ON DELETE CASCADE,
  kind          TEXT   NOT NULL,
  external_id   TEXT   NOT NULL,
  changed_at    BIGINT NOT NULL, -- by the platform's clock; 0 if it does not say
  asked_at      BIGINT NOT NULL, -- by ours; 0 if a webhook brought it
  digest        TEXT   NOT NULL,
  problem       TEXT   NOT NULL, -- why it could not be taken
  detail        TEXT   NOT NULL,
  body          TEXT   NOT NULL, -- JSON of what has no record of its own
  PRIMARY KEY (connection_id, kind, external_id)
) ${STRICT};
CREATE INDEX shop_object_problem ON shop_object (connection_id, kind, external_id) WHERE problem <> '';
