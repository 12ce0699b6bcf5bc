-- +goose Up
-- The chain over the events that concern security and money; see package audit.

CREATE TABLE audit_link (
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  seq          BIGINT  NOT NULL,
  event_id     BIGINT  NOT NULL,
  key_name     TEXT    NOT NULL,
  digest       BYTEA   NOT NULL,
  hash         BYTEA   NOT NULL,
  erased       BOOLEAN NOT NULL,
  PRIMARY KEY (workspace_id, seq)
) ${STRICT};
CREATE UNIQUE INDEX audit_link_event ON audit_link (workspace_id, event_id);

CREATE TABLE audit_head (
  workspace_id BIGINT PRIMARY KEY REFERENCES workspace (id),
  seq          BIGINT NOT NULL,
  hash         BYTEA  NOT NULL,
  anchor_seq   BIGINT NOT NULL,
  anchor_at    BIGINT NOT NULL
) ${STRICT};

CREATE TABLE audit_anchor (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  seq          BIGINT NOT NULL,
  hash         BYTEA  NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, seq)
) ${STRICT};
