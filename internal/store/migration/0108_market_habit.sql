-- +goose Up
-- What a workspace says of a market in the place of the profile that comes with Godwit; '{}' is as shipped.

CREATE TABLE market_habit (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  market       TEXT   NOT NULL, -- ISO 3166-1 alpha-2
  version      BIGINT NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  own          JSONB  NOT NULL,
  PRIMARY KEY (workspace_id, market)
) ${STRICT};
