-- +goose Up
-- The ledger: entries whose lines add up to zero in each currency, and what each account holds. An entry that does not
-- add up fails at the commit, and so does one to which lines were added later. Nothing that is written changes.

CREATE TABLE ledger_line (
  entry_id     BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  workspace_id BIGINT NOT NULL,
  account      TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  amount       BIGINT NOT NULL, -- debit plus, credit minus, in minor units
  PRIMARY KEY (entry_id, seq)
);
CREATE INDEX ledger_line_account ON ledger_line (workspace_id, account, currency, entry_id, seq);

CREATE TABLE ledger_entry (
  id           BIGINT PRIMARY KEY,
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  key          TEXT   NOT NULL,
  kind         TEXT   NOT NULL,
  source_kind  TEXT   NOT NULL,
  source_id    BIGINT NOT NULL,
  reverses_id  BIGINT REFERENCES ledger_entry (id),
  at           BIGINT NOT NULL,
  booked_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX ledger_entry_once ON ledger_entry (workspace_id, key);
CREATE UNIQUE INDEX ledger_entry_reversed ON ledger_entry (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX ledger_entry_source ON ledger_entry (workspace_id, source_kind, source_id, id);
ALTER TABLE ledger_line ADD FOREIGN KEY (entry_id) REFERENCES ledger_entry (id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE ledger_balance (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  account      TEXT   NOT NULL,
  currency     TEXT   NOT NULL,
  debit        BIGINT NOT NULL,
  credit       BIGINT NOT NULL,
  lines        BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, account, currency)
);

-- +goose StatementBegin
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  entry BIGINT := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN (to_jsonb(NEW) ->> 'id')::bigint ELSE (to_jsonb(NEW) ->> 'entry_id')::bigint END;
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_line WHERE entry_id = entry GROUP BY currency HAVING sum(amount) <> 0)
    OR (SELECT count(*) FROM ledger_line WHERE entry_id = entry) < 2
    OR EXISTS (SELECT 1 FROM ledger_line l JOIN ledger_entry e ON e.id = l.entry_id WHERE l.entry_id = entry AND (l.workspace_id <> e.workspace_id OR l.amount = 0))
  THEN
    RAISE EXCEPTION 'ledger: the entry does not balance' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger: what is booked stays' USING ERRCODE = 'check_violation';
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();
CREATE CONSTRAINT TRIGGER ledger_line_balances AFTER INSERT ON ledger_line DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();
CREATE TRIGGER ledger_line_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_line FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays();
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays();
