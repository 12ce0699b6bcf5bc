-- +goose Up
-- What each resolution takes from a cap of the policy, so that it is given back once; and of which percent people were told.

ALTER TABLE policy_spend ADD COLUMN told BIGINT NOT NULL DEFAULT 0; -- 0, 80 or 100
CREATE TABLE policy_take (
  workspace_id  BIGINT NOT NULL REFERENCES workspace (id),
  resolution_id BIGINT NOT NULL,
  rule          TEXT   NOT NULL, -- as in policy_spend
  period        TEXT   NOT NULL,
  currency      TEXT   NOT NULL,
  amount        BIGINT NOT NULL, -- minor units
  state         TEXT   NOT NULL, -- reserved, spent, back
  PRIMARY KEY (workspace_id, resolution_id)
) ${STRICT};
CREATE INDEX policy_take_reserved ON policy_take (workspace_id, rule, period, currency, amount) WHERE state = 'reserved';
