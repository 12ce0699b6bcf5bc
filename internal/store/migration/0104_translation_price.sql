-- +goose Up
-- What a provider costs, and how much of it a month may cost.
ALTER TABLE translator ADD COLUMN price BIGINT NOT NULL DEFAULT 0; -- of a million characters or tokens, in minor units
ALTER TABLE translator ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE translator ADD COLUMN most BIGINT NOT NULL DEFAULT 0; -- characters or tokens a month, 0 for no limit of its own

-- The memory has no words of customers: what is translated of their messages stands beside them.
DELETE FROM translation_memory WHERE NOT approved;
