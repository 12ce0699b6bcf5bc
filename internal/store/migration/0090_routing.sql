-- +goose Up
-- Who gets tickets: how a workspace gives them out, what its people can do and when, which
-- tickets wait for a person, and why those that were given have the one that they have.

CREATE TABLE routing (
  workspace_id BIGINT PRIMARY KEY REFERENCES workspace (id),
  version      BIGINT NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  book         JSONB  NOT NULL
) ${STRICT};

CREATE TABLE person_sheet (
  person_id    BIGINT PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  version      BIGINT NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  given_at     BIGINT NOT NULL, -- when they were last given a ticket, 0 for never
  sheet        JSONB  NOT NULL
) ${STRICT};
CREATE INDEX person_sheet_workspace ON person_sheet (workspace_id, person_id);

-- Tickets that wait for a person while routing is on.
CREATE TABLE ticket_queue (
  ticket_id    BIGINT PRIMARY KEY REFERENCES ticket (id),
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  since_at     BIGINT NOT NULL, -- when it began to wait
  start_at     BIGINT NOT NULL  -- that, less its head start: its place in the queue
) ${STRICT};
CREATE INDEX ticket_queue_front ON ticket_queue (workspace_id, start_at, ticket_id);

-- Whom routing gave a ticket to last, and why.
CREATE TABLE ticket_route (
  ticket_id    BIGINT PRIMARY KEY REFERENCES ticket (id),
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  at           BIGINT NOT NULL,
  why          JSONB  NOT NULL
) ${STRICT};
CREATE INDEX ticket_route_person ON ticket_route (workspace_id, person_id);
