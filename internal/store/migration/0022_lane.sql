-- +goose Up
-- What is learned of lanes, and when parcels are to be looked at.

ALTER TABLE shipment_state ADD COLUMN risk TEXT NOT NULL DEFAULT '';
ALTER TABLE shipment_state ADD COLUMN sweep_at BIGINT NOT NULL DEFAULT 0; -- look again then; 0 is never
UPDATE shipment_state SET sweep_at = risk_at WHERE risk_at > 0;
-- Those at risk are few: only they are in the list's index, so that a scan of a
-- parcel that is not has as many indexes to write as before.
DROP INDEX shipment_state_risk;
CREATE INDEX shipment_state_risk ON shipment_state (workspace_id, risk_at, shipment_id) WHERE risk <> '';
CREATE INDEX shipment_state_sweep ON shipment_state (workspace_id, sweep_at, shipment_id) WHERE sweep_at > 0;

-- How far a workspace's evidence goes. Whoever learns moves the version, so that
-- of two who learn the same only one is kept.
CREATE TABLE lane_model (
  workspace_id BIGINT PRIMARY KEY REFERENCES workspace (id),
  version      BIGINT NOT NULL,
  cursor       BIGINT NOT NULL, -- tracking events up to here are learned
  passed_at    BIGINT NOT NULL, -- when all open parcels were last judged anew
  counted_at   BIGINT NOT NULL  -- when their silences were last counted
) ${STRICT};

CREATE TABLE lane_evidence (
  workspace_id BIGINT NOT NULL,
  scope        TEXT   NOT NULL,
  stage        TEXT   NOT NULL,
  version      BIGINT NOT NULL, -- of the model that wrote it
  data         BYTEA  NOT NULL,
  PRIMARY KEY (workspace_id, scope, stage)
) ${STRICT};
CREATE INDEX lane_evidence_version ON lane_evidence (workspace_id, version);

-- How far each parcel is learned.
CREATE TABLE lane_mark (
  shipment_id  BIGINT  PRIMARY KEY REFERENCES shipment (id) ON DELETE CASCADE,
  workspace_id BIGINT  NOT NULL,
  last         BIGINT  NOT NULL, -- the sign of life up to which gaps are learned
  seen         BIGINT  NOT NULL, -- the silence after it is counted until then
  ended        BOOLEAN NOT NULL
) ${STRICT};

-- What the lanes did in each week, which begins on Monday.
CREATE TABLE lane_week (
  workspace_id BIGINT NOT NULL,
  origin       TEXT   NOT NULL,
  destination  TEXT   NOT NULL,
  service      TEXT   NOT NULL,
  week         BIGINT NOT NULL, -- since 1970
  arrived      BIGINT NOT NULL,
  lost         BIGINT NOT NULL,
  due          BIGINT NOT NULL, -- of those arrived, how many had a promise,
  kept         BIGINT NOT NULL, -- how many kept it,
  promised     BIGINT NOT NULL, -- and how many milliseconds were promised in all
  spans        JSONB  NOT NULL, -- how many took so many quarters of a day
  PRIMARY KEY (workspace_id, origin, destination, service, week)
) ${STRICT};
