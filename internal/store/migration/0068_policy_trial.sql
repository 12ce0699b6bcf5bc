-- +goose Up
-- Policies that are tried on past cases in the background, with what they found.

CREATE TABLE policy_trial (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL, -- of the policy
  text         TEXT   NOT NULL,
  since        BIGINT NOT NULL,
  state        TEXT   NOT NULL, -- waiting, running, done, stopped, failed
  slot         BIGINT,          -- from 1, while it waits or runs
  run          BIGINT NOT NULL, -- which try this is; more than 1 after a restart
  done         BIGINT NOT NULL,
  total        BIGINT NOT NULL,
  result       JSONB,
  why          TEXT   NOT NULL, -- it failed
  asked_at     BIGINT NOT NULL,
  asked_by     BIGINT,
  begun_at     BIGINT,          -- the last try
  ended_at     BIGINT
) ${STRICT};
CREATE INDEX policy_trial_workspace ON policy_trial (workspace_id, id);
CREATE UNIQUE INDEX policy_trial_slot ON policy_trial (workspace_id, slot);
