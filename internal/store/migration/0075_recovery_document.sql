-- +goose Up
-- Files that people put to the claims of recoveries.

CREATE TABLE recovery_document (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  claim_id     BIGINT NOT NULL REFERENCES recovery_claim (id),
  paper        TEXT   NOT NULL, -- which paper it is
  kind         TEXT   NOT NULL, -- photo, video, document
  sha256       TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  type         TEXT   NOT NULL, -- media type, by its bytes
  size         BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  data         BYTEA  NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX recovery_document_once ON recovery_document (workspace_id, claim_id, sha256);
