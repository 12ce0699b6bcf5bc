package web

import (
	"net/http"
	"testing"
)

// TestReturnsReport opens the report of a house without cases, in each of its tellings.
func TestReturnsReport(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("lead@acme.example")
	b.get("/reports").want(http.StatusOK, "What returns cost")
	for _, by := range []string{"lane", "product", "reason", "remedy", "market", "moon"} {
		b.get("/reports/returns?by="+by+"&market=DE&days=30").want(http.StatusOK, "Nothing has cost anything yet")
	}
	b.get("/reports/returns.csv?by=lane").want(http.StatusOK, "lane,currency,cases,refunds")
	b.get("/reports/returns/cases?by=reason&key=damaged").want(http.StatusOK, "Damaged", "What returns cost")
}
