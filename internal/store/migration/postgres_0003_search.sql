-- +goose Up
CREATE TABLE message_term (
  message_id BIGINT   PRIMARY KEY,
  terms      TSVECTOR NOT NULL
);
CREATE INDEX message_term_gin ON message_term USING gin (terms);
