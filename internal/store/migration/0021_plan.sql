-- +goose Up
-- Shipping plans in their versions, and what was quoted by them.

CREATE TABLE shipping_plan (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  document     JSONB  NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT, -- person
  PRIMARY KEY (workspace_id, name, version)
) ${STRICT};

CREATE TABLE quote (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  plan         TEXT   NOT NULL, -- name and version
  at           BIGINT NOT NULL,
  promises     JSONB  NOT NULL -- by service
) ${STRICT};
CREATE INDEX quote_at ON quote (workspace_id, at);
