package web

import (
	"net/http"
	"testing"
)

// TestCostsPage tries figures on an example order, is refused wrong ones, saves, and
// takes tables in and out.
func TestCostsPage(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("lead@acme.example")
	b.get("/admin/costs").want(http.StatusOK, "You have given no figures", "Careful", "of the price")
	draft := []string{"currency", "EUR", "handling", "1.50", "lanes.1.way", "back", "lanes.1.from", "de", "lanes.1.route", "local_hub", "lanes.1.bands", "500: 2.90, 2000: 4.50", "lanes.1.fee", "0.80", "lanes.1.days", "4",
		"goods.1.sku", "LAMP-S", "goods.1.cost", "9", "goods.1.grams", "740", "version", "0",
		"try_from", "DE", "try_to", "CN", "try_sku", "LAMP-S", "try_qty", "1", "try_price", "49", "try_currency", "EUR", "try_reason", "changed_mind"}
	b.post("/admin/costs", append(draft, "do", "try")...).want(http.StatusOK, "What it changes", "Local hub", "(before: Back to origin)", "€4.50", "Yours").holds(true, "500: 2.90, 2000: 4.50")
	b.get("/admin/costs").want(http.StatusOK, "You have given no figures")
	b.post("/admin/costs", append(draft, "do", "save")...).to()
	wrong := append([]string{"lanes.1.duty_back", "200%"}, draft...)
	b.post("/admin/costs", append(wrong, "do", "save", "credit", "x")...).want(http.StatusUnprocessableEntity, "lanes.1.duty_back", "200% is no share", "credit")
	b.get("/admin/costs").want(http.StatusOK, "Yours").holds(true, "500: 2.90, 2000: 4.50").holds(true, "LAMP-S").holds(false, "You have given no figures")
	b.get("/admin/costs/lanes.csv").want(http.StatusOK, "back,DE,,local_hub,500,2.90,0.80,4,")
	b.get("/admin/costs/goods.csv").want(http.StatusOK, "LAMP-S,9.00,,,,740")
	b.upload("/admin/costs/import", "file", "goods.csv", []byte("sku,cost\nMUG,1.2\n")).to()
	b.get("/admin/costs/goods.csv").want(http.StatusOK, "MUG,1.20").holds(false, "LAMP-S")
	b.upload("/admin/costs/import", "file", "goods.csv", []byte("sku,cost\nMUG,x\n")).want(http.StatusUnprocessableEntity, "Line 2, cost")
}
