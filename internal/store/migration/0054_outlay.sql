-- +goose Up
-- What cases cost, counted by what one asks for: an entry for each case, and sums by week.

CREATE TABLE case_cost (
  workspace_id BIGINT  NOT NULL REFERENCES workspace (id),
  case_id      BIGINT  NOT NULL REFERENCES case_file (id),
  seq          BIGINT  NOT NULL, -- of the case's last event
  dirty        BOOLEAN NOT NULL, -- something happened since it was counted
  counted      TEXT    NOT NULL, -- JSON: what the sums hold of it
  PRIMARY KEY (workspace_id, case_id)
) ${STRICT};
CREATE INDEX case_cost_dirty ON case_cost (workspace_id, case_id) WHERE dirty;
INSERT INTO case_cost (workspace_id, case_id, seq, dirty, counted) SELECT workspace_id, id, events, TRUE, '[]' FROM case_file;

CREATE TABLE outlay_week (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  dim          TEXT   NOT NULL, -- lane, product, reason, remedy, market
  week         BIGINT NOT NULL, -- since the epoch, from Mondays
  key          TEXT   NOT NULL,
  market       TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  shop_id      BIGINT NOT NULL, -- 0: none
  cases        BIGINT NOT NULL, -- resolutions, in minor units what follows
  refunds      BIGINT NOT NULL,
  tax          BIGINT NOT NULL,
  goods        BIGINT NOT NULL,
  freight      BIGINT NOT NULL,
  handling     BIGINT NOT NULL,
  credit       BIGINT NOT NULL,
  recovered    BIGINT NOT NULL,
  known        BIGINT NOT NULL, -- of which what happened is known
  planned      BIGINT NOT NULL, -- what those were expected to cost
  happened     BIGINT NOT NULL, -- and cost
  PRIMARY KEY (workspace_id, dim, week, key, market, currency, shop_id)
) ${STRICT};

CREATE TABLE outlay_case (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  dim          TEXT   NOT NULL,
  key          TEXT   NOT NULL,
  market       TEXT   NOT NULL,
  week         BIGINT NOT NULL,
  case_id      BIGINT NOT NULL REFERENCES case_file (id),
  PRIMARY KEY (workspace_id, dim, key, case_id, week, market)
) ${STRICT};
