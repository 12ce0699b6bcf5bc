-- +goose Up
-- An outside model may be asked what a message is about that triage does not tell.

ALTER TABLE triage_setting ADD COLUMN model_id BIGINT; -- the translator that is asked; NULL for none
ALTER TABLE triage_setting ADD COLUMN model_daily BIGINT NOT NULL DEFAULT 0; -- messages a day at most

-- What was asked on one day, without any text.
CREATE TABLE triage_model_day (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  day          TEXT   NOT NULL, -- 2026-11-23, in UTC
  asked        BIGINT NOT NULL,
  answered     BIGINT NOT NULL, -- with a topic
  problem      TEXT   NOT NULL, -- catalogue key of what went wrong last, or ''
  PRIMARY KEY (workspace_id, day)
) ${STRICT};
