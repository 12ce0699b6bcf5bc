-- +goose Up
-- How often something was tried, counted by all nodes together; see auth.Gate.

CREATE TABLE tally (
  key        BYTEA  PRIMARY KEY, -- SHA-256 of what is counted: it names nobody
  n          BIGINT NOT NULL,    -- failures, or uses within a time
  counted_to BIGINT NOT NULL,    -- n is forgotten then
  closed_to  BIGINT NOT NULL,    -- nothing passes before then
  known_to   BIGINT NOT NULL,    -- somebody has signed in from there, which is remembered so long
  expires_at BIGINT NOT NULL     -- the latest of these
) ${STRICT};
CREATE INDEX tally_expiry ON tally (expires_at);
