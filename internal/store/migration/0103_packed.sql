-- +goose Up
-- What is in which parcel of an order, where its shop tells: [{"line": 1, "quantity": 2}], lines by their place from 1.
ALTER TABLE fulfillment ADD COLUMN packed TEXT NOT NULL DEFAULT 'null';
