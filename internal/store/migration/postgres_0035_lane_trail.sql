-- +goose Up
-- What learning needs of a parcel, so that its events are not read again; and tracking
-- events in the order of each workspace, so that none is read for another one.

ALTER TABLE lane_mark ADD COLUMN trail TEXT NOT NULL DEFAULT '';       -- its signs of life; '' is not known
ALTER TABLE lane_mark ADD COLUMN through BIGINT NOT NULL DEFAULT 0;    -- the time of the newest event in them
ALTER TABLE lane_mark ADD COLUMN read_to BIGINT NOT NULL DEFAULT 0;    -- no event up to here is missing in them
ALTER TABLE tracking_event DROP CONSTRAINT tracking_event_pkey;
ALTER TABLE tracking_event ADD PRIMARY KEY (workspace_id, id);
