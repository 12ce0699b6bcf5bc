-- +goose Up
-- After-sales cases: what happened to each, what it adds up to, its orders, and the units that its resolutions hold.

CREATE TABLE case_file (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  number       BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  phase        TEXT   NOT NULL,
  shop_id      BIGINT REFERENCES shop (id),
  customer_id  BIGINT,
  ticket_id    BIGINT,
  due_at       BIGINT NOT NULL, -- the law's last day of a resolution that waits; 0 is none
  updated_at   BIGINT NOT NULL,
  events       BIGINT NOT NULL, -- how many happened
  data         JSONB  NOT NULL  -- the fold of its events
) ${STRICT};
CREATE UNIQUE INDEX case_file_number ON case_file (workspace_id, number);
CREATE INDEX case_file_newest ON case_file (workspace_id, id);
CREATE INDEX case_file_phase ON case_file (workspace_id, phase, id);
CREATE INDEX case_file_kind ON case_file (workspace_id, kind, id);
CREATE INDEX case_file_customer ON case_file (workspace_id, customer_id, id) WHERE customer_id IS NOT NULL;
CREATE INDEX case_file_ticket ON case_file (workspace_id, ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX case_file_due ON case_file (workspace_id, due_at, id) WHERE due_at > 0;

CREATE TABLE case_order (
  workspace_id BIGINT NOT NULL,
  order_id     BIGINT NOT NULL REFERENCES orders (id),
  case_id      BIGINT NOT NULL REFERENCES case_file (id),
  PRIMARY KEY (workspace_id, order_id, case_id)
) ${STRICT};

CREATE TABLE case_event (
  case_id      BIGINT NOT NULL REFERENCES case_file (id),
  seq          BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  at           BIGINT NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  data         JSONB  NOT NULL,
  PRIMARY KEY (case_id, seq)
) ${STRICT};

-- Units of orders that a money-bearing resolution holds: each is held once.
CREATE TABLE case_unit (
  workspace_id  BIGINT  NOT NULL,
  order_line_id BIGINT  NOT NULL,
  unit          BIGINT  NOT NULL, -- from 1
  resolution_id BIGINT  NOT NULL,
  case_id       BIGINT  NOT NULL REFERENCES case_file (id),
  live          BOOLEAN NOT NULL, -- it is held still
  PRIMARY KEY (resolution_id, order_line_id, unit)
) ${STRICT};
CREATE UNIQUE INDEX case_unit_held ON case_unit (workspace_id, order_line_id, unit) WHERE live;
CREATE INDEX case_unit_case ON case_unit (case_id);
