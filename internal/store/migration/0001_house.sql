-- +goose Up
-- The rails: tenants, people, settings, journal, jobs, actions.
-- Written in PostgreSQL's words; package migration renders the types for SQLite.

CREATE TABLE workspace (
  id         BIGINT PRIMARY KEY,
  slug       TEXT   NOT NULL UNIQUE,
  name       TEXT   NOT NULL,
  language   TEXT   NOT NULL,
  zone       TEXT   NOT NULL,
  secret     BYTEA  NOT NULL, -- signs reply addresses and message ids; sealed
  settings   JSONB  NOT NULL,
  created_at BIGINT NOT NULL
) ${STRICT};

CREATE TABLE counter (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  value        BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, name)
) ${STRICT};

CREATE TABLE person (
  id            BIGINT  PRIMARY KEY,
  workspace_id  BIGINT  NOT NULL REFERENCES workspace (id),
  email         TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  role          TEXT    NOT NULL,
  status        TEXT    NOT NULL, -- active, invited, disabled
  restricted    BOOLEAN NOT NULL, -- sees only the tickets of own teams
  password_hash TEXT    NOT NULL,
  language      TEXT    NOT NULL,
  zone          TEXT    NOT NULL,
  settings      JSONB   NOT NULL,
  created_at    BIGINT  NOT NULL,
  seen_at       BIGINT  NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX person_email ON person (workspace_id, email);
CREATE INDEX person_by_email ON person (email);

CREATE TABLE team (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  name         TEXT   NOT NULL,
  created_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX team_name ON team (workspace_id, name);

CREATE TABLE team_member (
  workspace_id BIGINT NOT NULL,
  team_id      BIGINT NOT NULL REFERENCES team (id) ON DELETE CASCADE,
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  PRIMARY KEY (team_id, person_id)
) ${STRICT};
CREATE INDEX team_member_person ON team_member (workspace_id, person_id);

CREATE TABLE session (
  hash         BYTEA  PRIMARY KEY, -- SHA-256 of the token; the token itself is only in the cookie
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  created_at   BIGINT NOT NULL,
  seen_at      BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  user_agent   TEXT   NOT NULL,
  address      TEXT   NOT NULL
) ${STRICT};
CREATE INDEX session_person ON session (workspace_id, person_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE invite (
  hash         BYTEA  PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  person_id    BIGINT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
  purpose      TEXT   NOT NULL, -- invite, reset
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  used_at      BIGINT
) ${STRICT};

CREATE INDEX invite_person ON invite (workspace_id, person_id) WHERE used_at IS NULL;

CREATE TABLE event (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  kind         TEXT   NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  subject_kind TEXT   NOT NULL,
  subject_id   BIGINT NOT NULL,
  ticket_id    BIGINT,
  data         JSONB  NOT NULL
) ${STRICT};
CREATE INDEX event_ticket ON event (workspace_id, ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX event_workspace ON event (workspace_id, id);

CREATE TABLE job (
  id           BIGINT  PRIMARY KEY,
  workspace_id BIGINT  NOT NULL,
  queue        TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  args         JSONB   NOT NULL,
  run_at       BIGINT  NOT NULL, -- due time while waiting, end of the lease while running
  attempt      BIGINT  NOT NULL,
  max_attempts BIGINT  NOT NULL,
  wanted       BIGINT  NOT NULL, -- how often it was asked for while it stood here
  dead         BOOLEAN NOT NULL,
  unique_key   TEXT,
  last_error   TEXT    NOT NULL
) ${STRICT};
CREATE INDEX job_due ON job (queue, run_at) WHERE NOT dead;
CREATE INDEX job_dead ON job (workspace_id, id) WHERE dead;
CREATE UNIQUE INDEX job_key ON job (workspace_id, kind, unique_key) WHERE unique_key IS NOT NULL AND NOT dead;

CREATE TABLE action (
  id            BIGINT PRIMARY KEY,
  workspace_id  BIGINT NOT NULL REFERENCES workspace (id),
  kind          TEXT   NOT NULL,
  key           TEXT   NOT NULL, -- a second proposal with the same key is the same action
  state         TEXT   NOT NULL,
  payload       JSONB  NOT NULL,
  ticket_id     BIGINT,
  proposer_kind TEXT   NOT NULL,
  proposer_id   BIGINT NOT NULL,
  decided_by    BIGINT,
  run_at        BIGINT NOT NULL,
  attempt       BIGINT NOT NULL,
  detail        TEXT   NOT NULL,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX action_key ON action (workspace_id, key);
CREATE INDEX action_state ON action (workspace_id, state, id);

CREATE TABLE blob (
  workspace_id BIGINT NOT NULL,
  sha256       TEXT   NOT NULL,
  size         BIGINT NOT NULL, -- before compression
  data         BYTEA  NOT NULL, -- zstd
  created_at   BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, sha256)
) ${STRICT};
