-- +goose Up
-- When the carrier of a replacement thinks to deliver it; 0 is not known.

ALTER TABLE outgoing ADD COLUMN arrives_at BIGINT NOT NULL DEFAULT 0;
