-- +goose Up
-- Photos at the warehouse are of one unit.

ALTER TABLE case_evidence ADD COLUMN unit BIGINT NOT NULL DEFAULT 0; -- of the case's units of the line, from 1; 0: of none in particular
