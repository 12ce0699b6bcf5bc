-- +goose Up
-- What ways out of cases cost a merchant, in versions that never change.

CREATE TABLE cost_book (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  version      BIGINT NOT NULL, -- from 1
  book         TEXT   NOT NULL, -- JSON
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  PRIMARY KEY (workspace_id, version)
) ${STRICT};
CREATE INDEX cost_book_at ON cost_book (workspace_id, saved_at);
