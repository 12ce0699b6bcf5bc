-- +goose Up
-- The ledger: entries whose lines add up to zero in each currency, and what each account holds. Lines are written before
-- their entry, which closes them: the entry is refused if they do not add up, and so are lines that come after it; lines
-- without an entry fail at the commit. Nothing that is written changes.

CREATE TABLE ledger_line (
  entry_id     INTEGER NOT NULL REFERENCES ledger_entry (id) DEFERRABLE INITIALLY DEFERRED,
  seq          INTEGER NOT NULL,
  workspace_id INTEGER NOT NULL,
  account      TEXT    NOT NULL,
  currency     TEXT    NOT NULL,
  amount       INTEGER NOT NULL, -- debit plus, credit minus, in minor units
  PRIMARY KEY (entry_id, seq)
) STRICT;
CREATE INDEX ledger_line_account ON ledger_line (workspace_id, account, currency, entry_id, seq);

CREATE TABLE ledger_entry (
  id           INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL REFERENCES workspace (id),
  key          TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  source_kind  TEXT    NOT NULL,
  source_id    INTEGER NOT NULL,
  reverses_id  INTEGER REFERENCES ledger_entry (id),
  at           INTEGER NOT NULL,
  booked_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_entry_once ON ledger_entry (workspace_id, key);
CREATE UNIQUE INDEX ledger_entry_reversed ON ledger_entry (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX ledger_entry_source ON ledger_entry (workspace_id, source_kind, source_id, id);

CREATE TABLE ledger_balance (
  workspace_id INTEGER NOT NULL REFERENCES workspace (id),
  account      TEXT    NOT NULL,
  currency     TEXT    NOT NULL,
  debit        INTEGER NOT NULL,
  credit       INTEGER NOT NULL,
  lines        INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, account, currency)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry BEGIN
  SELECT RAISE(ABORT, 'ledger: the entry does not balance') WHERE
    EXISTS (SELECT 1 FROM ledger_line WHERE entry_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0)
    OR (SELECT count(*) FROM ledger_line WHERE entry_id = NEW.id AND workspace_id = NEW.workspace_id AND amount <> 0) < 2
    OR EXISTS (SELECT 1 FROM ledger_line WHERE entry_id = NEW.id AND (workspace_id <> NEW.workspace_id OR amount = 0));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_line_closed BEFORE INSERT ON ledger_line WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) BEGIN
  SELECT RAISE(ABORT, 'ledger: the entry is closed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_line_stays BEFORE UPDATE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger: what is booked stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_line_kept BEFORE DELETE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger: what is booked stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger: what is booked stays'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger: what is booked stays'); END;
-- +goose StatementEnd
