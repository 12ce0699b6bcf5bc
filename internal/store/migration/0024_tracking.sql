-- +goose Up
-- Accounts with tracking services, and the numbers that are followed through them.
-- A time of 0 is none, as in the tables of parcels.

CREATE TABLE tracker (
  id           BIGINT  PRIMARY KEY,
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  driver       TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  settings     BYTEA   NOT NULL, -- sealed
  state        TEXT    NOT NULL, -- on, paused, broken
  asks         BOOLEAN NOT NULL, -- the service can be asked
  hook_id      BIGINT  NOT NULL, -- where it calls us, or 0
  problem      TEXT    NOT NULL,
  failures     BIGINT  NOT NULL,
  rest_until   BIGINT  NOT NULL,
  quota_until  BIGINT  NOT NULL,
  ok_at        BIGINT  NOT NULL,
  failed_at    BIGINT  NOT NULL,
  adopt_after  BIGINT  NOT NULL, -- parcels up to this one were gone through; -1 is all
  created_by   BIGINT  NOT NULL,
  created_at   BIGINT  NOT NULL,
  updated_at   BIGINT  NOT NULL
) ${STRICT};
CREATE INDEX tracker_workspace ON tracker (workspace_id, id);

CREATE TABLE tracker_number (
  leg_id       BIGINT PRIMARY KEY REFERENCES shipment_leg (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL,
  shipment_id  BIGINT NOT NULL,
  tracker_id   BIGINT NOT NULL REFERENCES tracker (id) ON DELETE CASCADE,
  stage        TEXT   NOT NULL, -- new, followed, refused, done
  ref          TEXT   NOT NULL, -- the service's own identifier
  due_at       BIGINT NOT NULL, -- when to register it or to ask about it; 0 is never
  asked_at     BIGINT NOT NULL,
  heard_at     BIGINT NOT NULL,
  attempts     BIGINT NOT NULL,
  problem      TEXT   NOT NULL
) ${STRICT};
CREATE INDEX tracker_number_due ON tracker_number (tracker_id, stage, due_at) WHERE due_at > 0;
CREATE INDEX tracker_number_stage ON tracker_number (workspace_id, tracker_id, stage);
CREATE INDEX tracker_number_shipment ON tracker_number (shipment_id);
