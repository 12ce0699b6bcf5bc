-- +goose Up
-- Several nodes on one database: who leads what, and until when.

CREATE TABLE lease (
  name   TEXT   PRIMARY KEY, -- what is led: node:17, mailbox:4711
  holder BIGINT NOT NULL,    -- a number that one process drew for its life
  until  BIGINT NOT NULL     -- by the database's clock
) ${STRICT};
