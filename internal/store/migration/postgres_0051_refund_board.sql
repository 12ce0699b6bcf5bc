-- +goose Up
-- The board of refunds: what each waits for, since when, and what of it is still owed.

ALTER TABLE refund ADD COLUMN lane BIGINT NOT NULL DEFAULT 0; -- by urgency: 1 reversed, 2 stuck, 3 action, 4 hand, 5 unknown, 6 approve, 7 leave, 8 provider, 9 done
ALTER TABLE refund ADD COLUMN since BIGINT NOT NULL DEFAULT 0; -- when it came there
ALTER TABLE refund ADD COLUMN owed BIGINT NOT NULL DEFAULT 0; -- in minor units
ALTER TABLE refund ADD COLUMN requested_by BIGINT NOT NULL DEFAULT 0; -- the person, or 0
ALTER TABLE refund_allocation ADD COLUMN way TEXT NOT NULL DEFAULT ''; -- the provider that it goes back by, else the destination
UPDATE refund SET since = updated_at, requested_by = coalesce((data ->> 'RequestedBy')::bigint, 0),
  owed = (SELECT coalesce(sum((a ->> 'amount')::bigint), 0) FROM jsonb_array_elements(data -> 'Allocations') AS a WHERE a ->> 'state' NOT IN ('succeeded', 'cancelled')),
  lane = CASE WHEN stuck AND state = 'reversed' THEN 1 WHEN stuck AND state = 'needs_action' THEN 3 WHEN stuck THEN 2 WHEN state = 'requested' THEN 6
    WHEN state IN ('approved', 'scheduled') THEN 7 WHEN state IN ('succeeded', 'cancelled') THEN 9 ELSE 8 END;
UPDATE refund_allocation SET way = coalesce((SELECT CASE WHEN a ->> 'to' = 'payment' AND coalesce(a ->> 'provider', '') <> '' THEN a ->> 'provider' ELSE a ->> 'to' END
  FROM refund r, jsonb_array_elements(r.data -> 'Allocations') AS a WHERE r.id = refund_id AND (a ->> 'n')::bigint = number), '');
CREATE INDEX refund_board ON refund (workspace_id, lane, since, id);
CREATE INDEX refund_open ON refund (workspace_id, lane, currency, owed, total, shop_id) WHERE lane < 9;
CREATE INDEX refund_allocation_way ON refund_allocation (workspace_id, way, refund_id);
