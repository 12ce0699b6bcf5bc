-- +goose Up
-- What customers are found by when the start of it is typed.
CREATE TABLE customer_key (
  workspace_id INTEGER NOT NULL REFERENCES workspace (id),
  word         TEXT    NOT NULL,
  customer_id  INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, word, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_key_customer ON customer_key (workspace_id, customer_id);
