-- +goose Up
-- What a merchant agreed with carriers, insurers, suppliers and marketplaces about claims, in effect from a day.

CREATE TABLE recovery_agreement (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  against      TEXT   NOT NULL,
  party        TEXT   NOT NULL, -- as parties are compared
  cause        TEXT   NOT NULL, -- empty for all of the party
  from_at      BIGINT NOT NULL,
  data         JSONB  NOT NULL, -- deadline, sums, papers, words
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX recovery_agreement_once ON recovery_agreement (workspace_id, against, party, cause, from_at);
