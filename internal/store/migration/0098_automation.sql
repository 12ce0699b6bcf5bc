-- +goose Up
-- Rules by which a house acts on its own, what they said in each version, what they are still to answer, and what
-- they did.

CREATE TABLE automation_rule (
  id           BIGINT  PRIMARY KEY,
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  place        BIGINT  NOT NULL, -- in the order in which rules answer
  is_on        BOOLEAN NOT NULL,
  owner_id     BIGINT  REFERENCES person (id),
  version      BIGINT  NOT NULL, -- the newest
  event        TEXT    NOT NULL, -- the kind that it answers
  after_hours  BIGINT  NOT NULL,
  failures     BIGINT  NOT NULL, -- in a row
  off_why      TEXT    NOT NULL, -- why it was switched off by itself
  shipped      TEXT    NOT NULL, -- the shipped rule that it was made from
  created_at   BIGINT  NOT NULL
) ${STRICT};
CREATE INDEX automation_rule_order ON automation_rule (workspace_id, place, id);
CREATE INDEX automation_rule_event ON automation_rule (workspace_id, event) WHERE is_on;

CREATE TABLE automation_version (
  rule_id      BIGINT NOT NULL REFERENCES automation_rule (id) ON DELETE CASCADE,
  version      BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  definition   JSONB  NOT NULL,
  PRIMARY KEY (rule_id, version)
) ${STRICT};

-- An event that a rule is to answer, written with the event. The row goes in the transaction that answers.
CREATE TABLE automation_due (
  rule_id      BIGINT NOT NULL, -- no reference: whoever writes an event must not wait for a rule that acts
  event_id     BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  due_at       BIGINT NOT NULL,
  chain        JSONB  NOT NULL, -- the rules from which the event followed
  tries        BIGINT NOT NULL,
  PRIMARY KEY (rule_id, event_id)
) ${STRICT};
CREATE INDEX automation_due_next ON automation_due (workspace_id, due_at, event_id);

CREATE TABLE automation_deed (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  rule_id      BIGINT NOT NULL REFERENCES automation_rule (id) ON DELETE CASCADE,
  event_id     BIGINT NOT NULL,
  version      BIGINT NOT NULL,
  ticket_id    BIGINT REFERENCES ticket (id),
  at           BIGINT NOT NULL,
  outcome      TEXT   NOT NULL, -- did, loop, deep, quota, failed, moved
  why          JSONB  NOT NULL  -- of what was not done: a catalogue key with its values
) ${STRICT};
CREATE UNIQUE INDEX automation_deed_once ON automation_deed (rule_id, event_id);
CREATE INDEX automation_deed_rule ON automation_deed (workspace_id, rule_id, outcome, at);
CREATE INDEX automation_deed_house ON automation_deed (workspace_id, id);
CREATE INDEX automation_deed_newest ON automation_deed (workspace_id, rule_id, id);
CREATE INDEX automation_deed_ticket ON automation_deed (workspace_id, ticket_id, rule_id, at) WHERE ticket_id IS NOT NULL;
