-- +goose Up
-- The parcel in which a repaired unit goes back.

ALTER TABLE repair ADD COLUMN shipment_id BIGINT REFERENCES shipment (id);
CREATE INDEX repair_way ON repair (workspace_id, shipment_id) WHERE stage = 'sent_back';
