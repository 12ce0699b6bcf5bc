-- +goose Up
-- What shops write to customers by themselves, and the letters. A time of 0 is none.

CREATE TABLE proactive_policy (
  shop_id      BIGINT  PRIMARY KEY REFERENCES shop (id),
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  active       BOOLEAN NOT NULL,
  occasions    TEXT    NOT NULL, -- words with blanks between them
  gap          BIGINT  NOT NULL, -- milliseconds between two letters about one order
  most         BIGINT  NOT NULL, -- letters about one order
  from_hour    BIGINT  NOT NULL, -- of the customer's day
  until_hour   BIGINT  NOT NULL,
  updated_at   BIGINT  NOT NULL
) ${STRICT};
CREATE INDEX proactive_policy_workspace ON proactive_policy (workspace_id);

CREATE TABLE proactive_letter (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shop_id      BIGINT NOT NULL,
  order_id     BIGINT NOT NULL REFERENCES orders (id),
  shipment_id  BIGINT NOT NULL,
  occasion     TEXT   NOT NULL,
  detail       TEXT   NOT NULL, -- what tells it from others of its kind
  happened_at  BIGINT NOT NULL,
  state        TEXT   NOT NULL, -- planned, dropped, leaving, sent, failed, unknown, bounced
  why          TEXT   NOT NULL,
  problem      TEXT   NOT NULL,
  due_at       BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  sent_at      BIGINT NOT NULL,
  language     TEXT   NOT NULL, -- from here on what leaves, word for word
  recipient    TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  sender       TEXT   NOT NULL,
  key          TEXT   NOT NULL, -- Message-ID without brackets
  subject      TEXT   NOT NULL,
  body         TEXT   NOT NULL,
  stop         TEXT   NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX proactive_letter_once ON proactive_letter (shipment_id, occasion, happened_at, detail);
CREATE INDEX proactive_letter_order ON proactive_letter (order_id, id);
CREATE INDEX proactive_letter_workspace ON proactive_letter (workspace_id, id);
