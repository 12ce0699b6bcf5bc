-- +goose Up
-- The board of refunds: what each waits for, since when, and what of it is still owed.

ALTER TABLE refund ADD COLUMN lane INTEGER NOT NULL DEFAULT 0; -- by urgency: 1 reversed, 2 stuck, 3 action, 4 hand, 5 unknown, 6 approve, 7 leave, 8 provider, 9 done
ALTER TABLE refund ADD COLUMN since INTEGER NOT NULL DEFAULT 0; -- when it came there
ALTER TABLE refund ADD COLUMN owed INTEGER NOT NULL DEFAULT 0; -- in minor units
ALTER TABLE refund ADD COLUMN requested_by INTEGER NOT NULL DEFAULT 0; -- the person, or 0
ALTER TABLE refund_allocation ADD COLUMN way TEXT NOT NULL DEFAULT ''; -- the provider that it goes back by, else the destination
UPDATE refund SET since = updated_at, requested_by = coalesce(data ->> 'RequestedBy', 0),
  owed = (SELECT coalesce(sum(a.value ->> 'amount'), 0) FROM json_each(data, '$.Allocations') AS a WHERE a.value ->> 'state' NOT IN ('succeeded', 'cancelled')),
  lane = CASE WHEN stuck AND state = 'reversed' THEN 1 WHEN stuck AND state = 'needs_action' THEN 3 WHEN stuck THEN 2 WHEN state = 'requested' THEN 6
    WHEN state IN ('approved', 'scheduled') THEN 7 WHEN state IN ('succeeded', 'cancelled') THEN 9 ELSE 8 END;
UPDATE refund_allocation SET way = coalesce((SELECT CASE WHEN a.value ->> 'to' = 'payment' AND coalesce(a.value ->> 'provider', '') <> '' THEN a.value ->> 'provider' ELSE a.value ->> 'to' END
  FROM refund r, json_each(r.data, '$.Allocations') AS a WHERE r.id = refund_id AND a.value ->> 'n' = number), '');
CREATE INDEX refund_board ON refund (workspace_id, lane, since, id);
CREATE INDEX refund_open ON refund (workspace_id, lane, currency, owed, total, shop_id) WHERE lane < 9;
CREATE INDEX refund_allocation_way ON refund_allocation (workspace_id, way, refund_id);
