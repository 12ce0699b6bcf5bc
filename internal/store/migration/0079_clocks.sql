-- +goose Up
-- What a workspace promises about its answers, and the clocks of its tickets. A time of 0 is none.

-- The nearest instant at which a promise about the ticket is due, beyond all days for none,
-- so that those without one come last in the order of an index.
ALTER TABLE ticket ADD COLUMN due_at BIGINT NOT NULL DEFAULT 9000000000000000;
CREATE INDEX ticket_due ON ticket (workspace_id, bucket, due_at, id);
CREATE INDEX ticket_due_assignee ON ticket (workspace_id, assignee_id, bucket, due_at, id);

CREATE TABLE promise_book (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  version      BIGINT NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  book         JSONB  NOT NULL,
  PRIMARY KEY (workspace_id, version)
) ${STRICT};

-- What the clocks of a ticket need to know of its past.
CREATE TABLE ticket_record (
  ticket_id    BIGINT PRIMARY KEY REFERENCES ticket (id),
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  record       JSONB  NOT NULL
) ${STRICT};

-- Clocks that run or are paused.
CREATE TABLE ticket_clock (
  ticket_id    BIGINT NOT NULL REFERENCES ticket (id),
  target       TEXT   NOT NULL, -- first, next, resolution, update
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  rule         TEXT   NOT NULL,
  place        BIGINT NOT NULL, -- of the rule in its book
  calendar     TEXT   NOT NULL,
  thread_id    BIGINT NOT NULL, -- the ticket in which what is counted was said
  minutes      BIGINT NOT NULL, -- of open time that were promised
  from_at      BIGINT NOT NULL,
  soon_at      BIGINT NOT NULL,
  due_at       BIGINT NOT NULL, -- 0 while it is paused
  rest         BIGINT NOT NULL, -- milliseconds of open time that are left while it is paused
  paused       TEXT   NOT NULL, -- why it stands still
  stage        BIGINT NOT NULL, -- what was told: 0 nothing, 1 soon, 2 late
  next_at      BIGINT NOT NULL, -- when the next thing is to be told
  PRIMARY KEY (ticket_id, target)
) ${STRICT};
CREATE INDEX ticket_clock_next ON ticket_clock (next_at) WHERE next_at > 0;
