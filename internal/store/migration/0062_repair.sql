-- +goose Up
-- Repairs: the life of a resolution "repair".

CREATE TABLE repair (
  id            BIGINT PRIMARY KEY,
  workspace_id  BIGINT NOT NULL REFERENCES workspace (id),
  case_id       BIGINT NOT NULL REFERENCES case_file (id),
  resolution_id BIGINT NOT NULL,
  shop_id       BIGINT REFERENCES shop (id),
  order_id      BIGINT NOT NULL REFERENCES orders (id),
  stage         TEXT   NOT NULL,
  due_at        BIGINT NOT NULL, -- when something is to have happened; 0: nothing is
  tell_at       BIGINT NOT NULL, -- the first such day that people were not told of; 0: none
  loan          TEXT   NOT NULL, -- the serial number that is not with the merchant, as such are compared
  data          JSONB  NOT NULL, -- pieces, currency, market, and the steps that the rest is the fold of
  opened_at     BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
) ${STRICT};
CREATE UNIQUE INDEX repair_resolution ON repair (workspace_id, resolution_id);
CREATE UNIQUE INDEX repair_lent ON repair (workspace_id, loan) WHERE loan <> '';
CREATE INDEX repair_case ON repair (workspace_id, case_id, id);
CREATE INDEX repair_order ON repair (workspace_id, order_id, id);
CREATE INDEX repair_due ON repair (workspace_id, due_at, id) WHERE due_at > 0;
CREATE INDEX repair_tell ON repair (workspace_id, tell_at, id) WHERE tell_at > 0;
CREATE INDEX repair_stage ON repair (workspace_id, stage, id);
CREATE INDEX repair_newest ON repair (workspace_id, id);
