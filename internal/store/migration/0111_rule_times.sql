-- +goose Up
-- Rules that fire by the calendar: when they do next, what has fired, and which tickets they are still to be asked about.

ALTER TABLE automation_rule ADD COLUMN fires_at BIGINT; -- NULL for one that is off or answers an event
CREATE INDEX automation_rule_fires ON automation_rule (workspace_id, fires_at) WHERE fires_at IS NOT NULL;

-- A rule fires at an instant once, whichever nodes see that it is time. Rules that fire at the same instant share its event.
CREATE TABLE automation_firing (
  rule_id      BIGINT  NOT NULL REFERENCES automation_rule (id) ON DELETE CASCADE,
  fired_at     BIGINT  NOT NULL, -- the instant of the calendar
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  event_id     BIGINT  NOT NULL,
  after_ticket BIGINT  NOT NULL, -- up to here the rule is owed its tickets
  is_over      BOOLEAN NOT NULL,
  PRIMARY KEY (rule_id, fired_at)
) ${STRICT};
CREATE INDEX automation_firing_open ON automation_firing (workspace_id, event_id) WHERE NOT is_over;

-- A rule that fires is owed each ticket: event_id is the ticket then, and fired_id the event of the firing.
ALTER TABLE automation_due ADD COLUMN fired_id BIGINT NOT NULL DEFAULT 0;

DROP INDEX automation_deed_once;
CREATE UNIQUE INDEX automation_deed_once ON automation_deed (rule_id, event_id, (coalesce(ticket_id, 0)));

CREATE INDEX ticket_unclosed ON ticket (workspace_id, id) WHERE status <> 'closed';
