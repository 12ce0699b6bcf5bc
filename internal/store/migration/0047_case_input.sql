-- +goose Up
-- What parts of cases were decided by, packed: for deciding them again by another policy.

CREATE TABLE case_input (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  opened_at    BIGINT NOT NULL, -- the case, by its customer
  case_id      BIGINT NOT NULL,
  part         BIGINT NOT NULL, -- of its decision, from 0
  shop_id      BIGINT,
  customer_id  BIGINT,
  data         BYTEA  NOT NULL,
  PRIMARY KEY (workspace_id, opened_at, case_id, part)
) ${STRICT};
