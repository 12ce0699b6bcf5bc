-- +goose Up
-- What became of promises, by what promised, lane and the week in which parcels ended,
-- which begins on Monday. A period is a range of the index.
CREATE TABLE promise_week (
  workspace_id BIGINT NOT NULL,
  shop_id      BIGINT NOT NULL,
  plan         TEXT   NOT NULL, -- name of the shipping plan, or who else promised
  service      TEXT   NOT NULL,
  origin       TEXT   NOT NULL,
  destination  TEXT   NOT NULL,
  week         BIGINT NOT NULL, -- since 1970
  due          BIGINT NOT NULL, -- parcels that ended, with a promise,
  kept         BIGINT NOT NULL, -- that came on its last day or earlier,
  early        BIGINT NOT NULL, -- of those before its first day,
  lost         BIGINT NOT NULL, -- that were given up
  first_days   BIGINT NOT NULL, -- promised days from order to door in all, the least
  last_days    BIGINT NOT NULL, -- and the most
  days         JSONB  NOT NULL, -- how many came after so many days
  PRIMARY KEY (workspace_id, shop_id, plan, service, origin, destination, week)
) ${STRICT};
CREATE INDEX promise_week_period ON promise_week (workspace_id, week);
