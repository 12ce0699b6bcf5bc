-- +goose Up
-- Records that a sweep could not do: how often, and until when it leaves them out.

CREATE TABLE setback (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  work         TEXT   NOT NULL, -- case_due, case_lapse, repair_late
  id           BIGINT NOT NULL, -- of the record
  tries        BIGINT NOT NULL,
  at           BIGINT NOT NULL, -- when it is taken up again
  PRIMARY KEY (workspace_id, work, id)
) ${STRICT};
