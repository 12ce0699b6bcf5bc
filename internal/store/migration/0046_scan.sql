-- +goose Up
-- What was done at the door of a warehouse, each thing once by its key, and parcels that nobody expected.

CREATE TABLE return_scan (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  key          TEXT   NOT NULL,
  parcel_id    BIGINT REFERENCES return_parcel (id), -- none: an unknown one, kept until it is claimed
  code         TEXT   NOT NULL,
  counted      JSONB  NOT NULL,
  note         TEXT   NOT NULL,
  at           BIGINT NOT NULL,
  actor_kind   TEXT   NOT NULL,
  actor_id     BIGINT NOT NULL,
  actor_name   TEXT   NOT NULL,
  claimed_id   BIGINT REFERENCES return_parcel (id)
) ${STRICT};
CREATE UNIQUE INDEX return_scan_once ON return_scan (workspace_id, key);
CREATE INDEX return_scan_parcel ON return_scan (parcel_id) WHERE parcel_id IS NOT NULL;
CREATE INDEX return_scan_claimed ON return_scan (claimed_id) WHERE claimed_id IS NOT NULL;
CREATE INDEX return_scan_unknown ON return_scan (workspace_id, id) WHERE parcel_id IS NULL AND claimed_id IS NULL;
