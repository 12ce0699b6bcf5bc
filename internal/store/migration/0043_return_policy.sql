-- +goose Up
-- Return policies in their versions, and from when each is in force.

CREATE TABLE return_policy (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  text         TEXT   NOT NULL, -- YAML, as it was written
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT, -- person
  PRIMARY KEY (workspace_id, name, version)
) ${STRICT};

CREATE TABLE policy_release (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  from_at      BIGINT NOT NULL, -- orders placed from then on
  name         TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  at           BIGINT NOT NULL, -- it was published
  by_id        BIGINT, -- person
  PRIMARY KEY (workspace_id, from_at)
) ${STRICT};
