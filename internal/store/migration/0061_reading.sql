-- +goose Up
-- What a customer's message was read as when it came in, and what follows for its ticket.

ALTER TABLE message ADD COLUMN reading JSONB; -- NULL of what was not read
ALTER TABLE ticket ADD COLUMN mood TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN alarm TEXT NOT NULL DEFAULT '';
