-- +goose Up
-- What customers are found by when the start of it is typed. Compared by bytes,
-- so that a prefix is a range of the index in every locale of the server.
CREATE TABLE customer_key (
  workspace_id BIGINT NOT NULL REFERENCES workspace (id),
  word         TEXT   COLLATE "C" NOT NULL,
  customer_id  BIGINT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
  PRIMARY KEY (workspace_id, word, customer_id)
);
CREATE INDEX customer_key_customer ON customer_key (workspace_id, customer_id);
