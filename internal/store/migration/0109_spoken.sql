-- +goose Up
-- A person said which language a customer writes: what is read out of messages does not change it.

ALTER TABLE customer ADD COLUMN language_said BOOLEAN NOT NULL DEFAULT FALSE;
