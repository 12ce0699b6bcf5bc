-- +goose Up
-- What customers begin before it is a case, and what they show: photos, short videos, papers.

CREATE TABLE case_form (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  shop_id      BIGINT NOT NULL REFERENCES shop (id),
  order_id     BIGINT REFERENCES orders (id), -- none: nobody knows yet which
  key          TEXT   NOT NULL,               -- that it was sent with; '' of the one return of an order that is being filled in
  data         JSONB  NOT NULL,
  case_id      BIGINT REFERENCES case_file (id), -- that it became
  ticket_id    BIGINT,                           -- in which people look at it instead
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX case_form_order ON case_form (workspace_id, order_id) WHERE case_id IS NULL AND ticket_id IS NULL AND key = '';
CREATE UNIQUE INDEX case_form_once ON case_form (workspace_id, key) WHERE key <> '';
CREATE INDEX case_form_old ON case_form (workspace_id, updated_at) WHERE case_id IS NULL AND ticket_id IS NULL;

CREATE TABLE case_evidence (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  case_id      BIGINT REFERENCES case_file (id),
  form_id     BIGINT REFERENCES case_form (id),
  line         BIGINT NOT NULL, -- of the case; 0: all of it
  kind         TEXT   NOT NULL,
  sha256       TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  type         TEXT   NOT NULL, -- media type, by its bytes
  size         BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  data         BYTEA  NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX case_evidence_case ON case_evidence (workspace_id, case_id, sha256) WHERE case_id IS NOT NULL;
CREATE UNIQUE INDEX case_evidence_form ON case_evidence (workspace_id, form_id, sha256) WHERE case_id IS NULL;
