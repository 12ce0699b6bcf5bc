-- +goose Up
-- What learning needs of a parcel, so that its events are not read again; and tracking
-- events in the order of each workspace, so that none is read for another one: an
-- index ends in the row's identifier.

ALTER TABLE lane_mark ADD COLUMN trail TEXT NOT NULL DEFAULT '';       -- its signs of life; '' is not known
ALTER TABLE lane_mark ADD COLUMN through INTEGER NOT NULL DEFAULT 0;   -- the time of the newest event in them
ALTER TABLE lane_mark ADD COLUMN read_to INTEGER NOT NULL DEFAULT 0;   -- no event up to here is missing in them
CREATE INDEX tracking_event_news ON tracking_event (workspace_id);
