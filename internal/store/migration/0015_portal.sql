-- +goose Up
-- The address of a shop's page for its customers. It is one name among all shops of
-- the database; a shop from before has one by its identifier.

ALTER TABLE shop ADD COLUMN slug TEXT NOT NULL DEFAULT '';
UPDATE shop SET slug = 'shop-' || id;
CREATE UNIQUE INDEX shop_slug ON shop (slug) WHERE slug <> '';
