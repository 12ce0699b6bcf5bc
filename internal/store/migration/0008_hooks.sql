-- +goose Up
-- Webhooks that go out, hooks that come in.

CREATE TABLE webhook (
  id            BIGINT PRIMARY KEY,
  workspace_id  BIGINT NOT NULL REFERENCES workspace (id),
  url           TEXT   NOT NULL,
  description   TEXT   NOT NULL,
  kinds         JSONB  NOT NULL, -- patterns
  secret        BYTEA  NOT NULL, -- keys with their ends; sealed
  state         TEXT   NOT NULL, -- on, off, gone, dead
  created_by    BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  streak        BIGINT NOT NULL, -- failures since the last success
  failing_since BIGINT,
  due_at        BIGINT NOT NULL, -- no attempt before
  ok_at         BIGINT,
  failed_at     BIGINT,
  disabled_at   BIGINT,
  replay_from   BIGINT NOT NULL,
  replay_until  BIGINT NOT NULL
) ${STRICT};
CREATE INDEX webhook_workspace ON webhook (workspace_id, state);

-- An event that is owed to an endpoint; written with the event. It refers to the
-- endpoint without a constraint, which would make every event of the workspace
-- wait for the lock under which an attempt is written down.
CREATE TABLE webhook_delivery (
  workspace_id BIGINT NOT NULL,
  endpoint_id  BIGINT NOT NULL,
  event_id     BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  lane         TEXT   NOT NULL, -- the record whose deliveries keep their order
  state        TEXT   NOT NULL, -- waiting, delivered, failed
  attempt      BIGINT NOT NULL,
  status       BIGINT NOT NULL, -- of the last answer, 0 for none
  due_at       BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  done_at      BIGINT,
  PRIMARY KEY (endpoint_id, event_id)
) ${STRICT};
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (endpoint_id, event_id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, due_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_lane ON webhook_delivery (lane, endpoint_id, event_id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_age ON webhook_delivery (endpoint_id, created_at) WHERE state <> 'waiting';

CREATE TABLE webhook_attempt (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  endpoint_id  BIGINT NOT NULL,
  event_id     BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  took_ms      BIGINT NOT NULL,
  status       BIGINT NOT NULL,
  answer       TEXT   NOT NULL,
  problem      TEXT   NOT NULL
) ${STRICT};
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (endpoint_id, event_id, id);
CREATE INDEX webhook_attempt_age ON webhook_attempt (endpoint_id, id);

-- Where hooks of other programs come in.
CREATE TABLE hook (
  id           BIGINT  PRIMARY KEY,
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  name         TEXT    NOT NULL,
  scheme       TEXT    NOT NULL, -- how it proves where it comes from
  kind         TEXT    NOT NULL, -- what processes it
  secret       BYTEA   NOT NULL, -- keys with their ends; sealed
  disabled     BOOLEAN NOT NULL,
  created_by   BIGINT  NOT NULL,
  created_at   BIGINT  NOT NULL,
  updated_at   BIGINT  NOT NULL
) ${STRICT};
CREATE INDEX hook_workspace ON hook (workspace_id, id);

CREATE TABLE hook_received (
  id            BIGINT PRIMARY KEY,
  workspace_id  BIGINT NOT NULL,
  connection_id BIGINT NOT NULL REFERENCES hook (id) ON DELETE CASCADE,
  key           TEXT   NOT NULL, -- the sender's id
  topic         TEXT   NOT NULL,
  content_type  TEXT   NOT NULL,
  size          BIGINT NOT NULL, -- of the body before compression
  body          BYTEA  NOT NULL, -- zstd
  at            BIGINT NOT NULL,
  state         TEXT   NOT NULL, -- waiting, done, failed
  attempt       BIGINT NOT NULL,
  problem       TEXT   NOT NULL,
  done_at       BIGINT
) ${STRICT};
CREATE UNIQUE INDEX hook_received_once ON hook_received (connection_id, key);
CREATE INDEX hook_received_log ON hook_received (connection_id, id);
CREATE INDEX hook_received_waiting ON hook_received (connection_id, id) WHERE state = 'waiting';

-- What was turned away, counted by reason and day.
CREATE TABLE hook_refused (
  workspace_id  BIGINT NOT NULL,
  connection_id BIGINT NOT NULL REFERENCES hook (id) ON DELETE CASCADE,
  day           BIGINT NOT NULL, -- days since 1970
  reason        TEXT   NOT NULL,
  count         BIGINT NOT NULL,
  last_at       BIGINT NOT NULL,
  PRIMARY KEY (connection_id, day, reason)
) ${STRICT};
