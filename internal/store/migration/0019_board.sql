-- +goose Up
-- The parcels board: all that are on their way, newest first, and those whose end
-- is in doubt. Neither index changes while a parcel travels.

CREATE INDEX shipment_state_open ON shipment_state (workspace_id, shipment_id)
  WHERE status NOT IN ('delivered','returned','lost','destroyed','cancelled');
CREATE INDEX shipment_state_doubtful ON shipment_state (workspace_id, risk_at, shipment_id) WHERE doubtful AND risk_at > 0;
