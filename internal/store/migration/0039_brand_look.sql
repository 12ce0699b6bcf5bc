-- +goose Up
-- A proven host of a shop's own is looked at again.

ALTER TABLE brand_domain ADD COLUMN failing_since BIGINT NOT NULL DEFAULT 0; -- 0: its proof was there at the last look; without proof: it was withdrawn
ALTER TABLE brand_domain ADD COLUMN warned_at BIGINT NOT NULL DEFAULT 0;     -- 0: its owners were told nothing
ALTER TABLE brand_domain ADD COLUMN look_at BIGINT NOT NULL DEFAULT 0;       -- of a proven one

CREATE INDEX brand_domain_look ON brand_domain (look_at) WHERE proven_at > 0;
