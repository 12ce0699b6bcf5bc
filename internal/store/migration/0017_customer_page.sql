-- +goose Up
-- What customers begin on the page of a shop: a code that was sent to the mail
-- address of an order, updates that they asked for, parcels that they miss.

CREATE TABLE portal_code (
  order_id     BIGINT PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  hash         BYTEA  NOT NULL, -- keyed with the secret of the workspace
  tries        BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL
) ${STRICT};
CREATE INDEX portal_code_workspace ON portal_code (workspace_id);

CREATE TABLE portal_subscription (
  order_id     BIGINT PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  language     TEXT   NOT NULL, -- in which it was asked for
  confirmed_at BIGINT NOT NULL, -- by a reader of the order's mail
  ended_at     BIGINT           -- no updates since then
) ${STRICT};
CREATE INDEX portal_subscription_workspace ON portal_subscription (workspace_id);

CREATE TABLE portal_missing (
  order_id     BIGINT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  parcel       TEXT   NOT NULL, -- key of its number, or ''
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  ticket_id    BIGINT NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
  reported_at   BIGINT NOT NULL,
  answer_by    BIGINT NOT NULL, -- what the customer was told
  PRIMARY KEY (order_id, parcel)
) ${STRICT};
CREATE INDEX portal_missing_workspace ON portal_missing (workspace_id);
CREATE INDEX portal_missing_ticket ON portal_missing (ticket_id);
