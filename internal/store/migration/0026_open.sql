-- +goose Up
-- Whether news of a parcel are to be expected, in a column of its own: an index whose
-- condition reads the status is written anew with each scan.

ALTER TABLE shipment_state ADD COLUMN open BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE shipment_state SET open = FALSE WHERE status IN ('delivered','returned','lost','destroyed','cancelled');
DROP INDEX shipment_state_open;
CREATE INDEX shipment_state_open ON shipment_state (workspace_id, shipment_id) WHERE open;
