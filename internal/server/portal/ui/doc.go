// Package ui draws the page that a shop shows its customers: the form that finds
// an order, and the status of one. Every text comes from the catalogue, every date
// is written as the reader's language writes it, and every measure in the style
// sheet is logical, so that a page reads from either side.
//
// A page is one document and one style sheet, without script; it says nothing that
// it was not given.
package ui
