-- +goose Up
-- What a customer got twice: a lane of its own at the head of the board, which moves all others by one, and what is still out.

ALTER TABLE refund ADD COLUMN twice BIGINT NOT NULL DEFAULT 0; -- what the customer has too much, in minor units
-- 1 twice, 2 reversed, 3 stuck, 4 action, 5 hand, 6 unknown, 7 approve, 8 leave, 9 provider, 10 done
UPDATE refund SET lane = lane + 1;
DROP INDEX refund_open;
CREATE INDEX refund_open ON refund (workspace_id, lane, currency, owed, twice, total, shop_id) WHERE lane < 10;
