-- +goose Up
CREATE VIRTUAL TABLE message_term USING fts5 (
  raw, stem, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '~'"
);
