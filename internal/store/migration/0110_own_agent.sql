-- +goose Up
-- Who of the merchant's people a customer is given to before all others.
ALTER TABLE customer ADD COLUMN agent_id BIGINT REFERENCES person (id);
