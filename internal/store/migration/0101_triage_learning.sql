-- +goose Up
-- What people say that tickets are about, which triage learns from, and what it learned.

-- A correction holds no words: those are the message's, and it goes with the message.
CREATE TABLE triage_correction (
  message_id   BIGINT PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  was          TEXT   NOT NULL, -- the topic that was read, '' for none
  topic        TEXT   NOT NULL,
  at           BIGINT NOT NULL,
  by_id        BIGINT NOT NULL
) ${STRICT};
CREATE INDEX triage_correction_newest ON triage_correction (workspace_id, at, message_id);

CREATE TABLE triage_version (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  version      BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  lesson       JSONB  NOT NULL, -- its figures
  learnt       BYTEA,           -- NULL of what was not adopted
  PRIMARY KEY (workspace_id, version)
) ${STRICT};

CREATE TABLE triage_setting (
  workspace_id BIGINT PRIMARY KEY REFERENCES workspace (id),
  revision     BIGINT NOT NULL,
  mode         TEXT   NOT NULL,
  version      BIGINT NOT NULL, -- 0 for the shipped model
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT           -- NULL if a version was adopted
) ${STRICT};
