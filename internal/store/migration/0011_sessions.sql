-- +goose Up
-- How long sign-in lasts, the browsers that people signed in from, and which tokens were told to end.

ALTER TABLE security ADD COLUMN lasting TEXT NOT NULL DEFAULT 'strict'; -- strict, day, week, month

-- How long the session lasts unused. When it ends in any case is written in expires_at.
ALTER TABLE session ADD COLUMN idle_ms BIGINT NOT NULL DEFAULT 1800000;

ALTER TABLE token ADD COLUMN warned_at BIGINT; -- when its person was told that it ends soon
CREATE INDEX token_ending ON token (expires_at) WHERE warned_at IS NULL AND revoked_at IS NULL;

CREATE TABLE browser (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  hash         BYTEA  NOT NULL, -- SHA-256 of the token in its cookie
  seen_at      BIGINT NOT NULL, -- the last sign-in from it
  PRIMARY KEY (person_id, hash)
) ${STRICT};
CREATE INDEX browser_workspace ON browser (workspace_id);
