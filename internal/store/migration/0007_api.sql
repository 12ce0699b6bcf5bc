-- +goose Up
-- What the API answered under an idempotency key.

CREATE TABLE kept_answer (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  key          BYTEA  NOT NULL, -- SHA-256 of the key's name
  request      BYTEA  NOT NULL, -- SHA-256 of what was asked
  answer       BYTEA  NOT NULL, -- sealed
  at           BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, key)
) ${STRICT};
CREATE INDEX kept_answer_age ON kept_answer (workspace_id, at);
