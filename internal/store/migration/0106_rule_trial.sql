-- +goose Up
-- Rules that are tried on the past in the background, with what was found.

CREATE TABLE rule_trial (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  rule_id      BIGINT REFERENCES automation_rule (id) ON DELETE CASCADE, -- NULL for one that was not saved yet
  version      BIGINT NOT NULL, -- of the rule, if the definition is one of its versions; else 0
  definition   JSONB  NOT NULL,
  since        BIGINT NOT NULL,
  state        TEXT   NOT NULL, -- waiting, running, done, stopped, failed
  slot         BIGINT,          -- from 1, while it waits or runs
  run          BIGINT NOT NULL, -- which try this is; more than 1 after a restart
  done         BIGINT NOT NULL,
  total        BIGINT NOT NULL,
  found        JSONB,
  why          JSONB  NOT NULL, -- it failed: a catalogue key with its values
  asked_at     BIGINT NOT NULL,
  asked_by     BIGINT,
  begun_at     BIGINT,          -- the last try
  ended_at     BIGINT
) ${STRICT};
CREATE INDEX rule_trial_house ON rule_trial (workspace_id, id);
CREATE INDEX rule_trial_rule ON rule_trial (workspace_id, rule_id, id);
CREATE UNIQUE INDEX rule_trial_slot ON rule_trial (workspace_id, slot);
