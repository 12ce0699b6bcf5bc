-- +goose Up
-- What went out without a person under the caps of policies, one row a day, week or month.

CREATE TABLE policy_spend (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  rule         TEXT   NOT NULL, -- where the clause stands; '' is the terms
  period       TEXT   NOT NULL, -- 2026-11-23, 2026-W48, 2026-11
  currency     TEXT   NOT NULL,
  spent        BIGINT NOT NULL, -- minor units
  PRIMARY KEY (workspace_id, rule, period, currency)
) ${STRICT};
