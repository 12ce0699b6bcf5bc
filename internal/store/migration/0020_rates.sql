-- +goose Up
-- Exchange rates: one for each pair, source and day.

CREATE TABLE exchange_rate (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  source       TEXT   NOT NULL, -- ecb, manual
  base         TEXT   NOT NULL, -- one base is worth value of quote
  quote        TEXT   NOT NULL,
  day          BIGINT NOT NULL,
  until        BIGINT NOT NULL, -- its last day; 0 is none
  value        TEXT   NOT NULL, -- decimal, as it was written
  added_at     BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, base, quote, source, day)
) ${STRICT};
CREATE INDEX exchange_rate_day ON exchange_rate (workspace_id, source, day);
