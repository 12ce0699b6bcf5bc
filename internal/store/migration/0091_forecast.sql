-- +goose Up
-- What comes to a desk and what leaves it, and what its next hours may bring.

-- Questions that began to wait for an answer and answers that were given, until they are
-- counted by the hour. Rows are only added, so that nobody waits for anybody.
CREATE TABLE desk_move (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  team_id      BIGINT NOT NULL, -- 0 for none
  at           BIGINT NOT NULL,
  lead         BIGINT NOT NULL, -- quarters of an hour until the answer is due
  came         BIGINT NOT NULL, -- -1 takes one back
  done         BIGINT NOT NULL
) ${STRICT};
CREATE INDEX desk_move_workspace ON desk_move (workspace_id, id);

CREATE TABLE desk_hour (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  hour         BIGINT NOT NULL, -- since 1970
  team_id      BIGINT NOT NULL,
  lead         BIGINT NOT NULL,
  came         BIGINT NOT NULL,
  done         BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, hour, team_id, lead)
) ${STRICT};

-- The newest forecast of each queue: the whole desk is team 0.
CREATE TABLE forecast (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  team_id      BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  warned_at    BIGINT NOT NULL, -- when people were told of what lies ahead, 0 while nothing does
  forecast     JSONB  NOT NULL,
  PRIMARY KEY (workspace_id, team_id)
) ${STRICT};

CREATE TABLE forecast_setting (
  workspace_id BIGINT PRIMARY KEY REFERENCES workspace (id),
  version      BIGINT NOT NULL,
  saved_at     BIGINT NOT NULL,
  saved_by     BIGINT,
  warn         BOOLEAN NOT NULL,
  percent      BIGINT NOT NULL
) ${STRICT};
