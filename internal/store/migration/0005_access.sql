-- +goose Up
-- Who may what: roles as data, limits of people, API tokens.

ALTER TABLE person ADD COLUMN limits JSONB NOT NULL DEFAULT '{}'; -- mailboxes, shops; what is left out is as the role has it
CREATE INDEX person_role ON person (workspace_id, role);

CREATE TABLE role (
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  key          TEXT    NOT NULL, -- what person.role holds
  name         TEXT    NOT NULL,
  permissions  JSONB   NOT NULL,
  restricted   BOOLEAN NOT NULL,
  limits       JSONB   NOT NULL,
  created_at   BIGINT  NOT NULL,
  updated_at   BIGINT  NOT NULL,
  PRIMARY KEY (workspace_id, key)
) ${STRICT};
CREATE UNIQUE INDEX role_name ON role (workspace_id, name);

CREATE TABLE token (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  name         TEXT   NOT NULL,
  scopes       JSONB  NOT NULL, -- names of permissions
  prefix       TEXT   NOT NULL, -- of the secret, to tell tokens apart
  hash         BYTEA  NOT NULL, -- SHA-256 of the secret, which is kept nowhere
  created_at   BIGINT NOT NULL,
  seen_at      BIGINT,
  expires_at   BIGINT,
  revoked_at   BIGINT
) ${STRICT};
CREATE UNIQUE INDEX token_hash ON token (hash);
CREATE INDEX token_workspace ON token (workspace_id, id);
