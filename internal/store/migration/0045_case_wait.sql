-- +goose Up
-- For whom cases wait, and until when.

ALTER TABLE case_file ADD COLUMN waits TEXT NOT NULL DEFAULT ''; -- '' of one that is over
ALTER TABLE case_file ADD COLUMN waits_until BIGINT NOT NULL DEFAULT 9223372036854775807; -- the largest is no end
ALTER TABLE case_file ADD COLUMN lapse_at BIGINT NOT NULL DEFAULT 0; -- of the first of its offers; 0 is none
CREATE INDEX case_file_waits ON case_file (workspace_id, waits, waits_until, id) WHERE waits <> '';
CREATE INDEX case_file_lapse ON case_file (workspace_id, lapse_at, id) WHERE lapse_at > 0;
