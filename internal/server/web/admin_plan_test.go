package web

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestPlansPage uploads a plan, tries it, changes it at its places, is refused,
// and goes back to an old version.
func TestPlansPage(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("lead@acme.example")
	b.get("/admin/plans").want(http.StatusOK, "No shipping plan yet")
	b.get("/admin/plans?plan=other").want(http.StatusNotFound)
	b.get("/admin/plans/file").want(http.StatusNotFound)

	text, err := os.ReadFile("../../domain/plan/testdata/plan.json")
	must(t, err)
	b.sendFile("/admin/plans/file", "document", "plan.json", []byte(`{"curency":"EUR"}`), "name", "main").want(http.StatusUnprocessableEntity, "cannot be read", "curency")
	b.sendFile("/admin/plans/file", "other", "plan.json", text).want(http.StatusUnprocessableEntity)
	b.sendFile("/admin/plans/file", "document", "plan.json", text).want(http.StatusUnprocessableEntity, "is no key") // without a name
	b.sendFile("/admin/plans/file", "document", "plan.json", text, "name", "main").to()

	b.get("/admin/plans").want(http.StatusOK, "main, version 1", "Economy", "European Union").holds(true, `value="4.90"`, `value="16:00"`)
	if a := b.get("/admin/plans/file?plan=main&version=1"); !strings.Contains(a.body, `"volume_divisor": 5000`) || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="shipping-plan-main-1.json"`) {
		t.Errorf("downloaded %v %s", a.header, a.body)
	}

	b.get("/admin/plans?plan=main&country=DE&grams=400&worth=60").want(http.StatusOK, "Economy", "€4.90", "In all", "No warehouse has all of it", "Duty and tax after")
	b.get("/admin/plans?plan=main&country=DE&grams=0&worth=60").want(http.StatusOK, "Write a number here")
	b.get("/admin/plans?plan=main&country=DE&grams=400&worth=a").want(http.StatusOK, "Write a number here")

	b.get("/admin/plans?plan=main&country=US&grams=400&worth=60").want(http.StatusOK, "There is no exchange rate between")

	// What was typed stands where it was typed, and nothing is saved of it.
	b.post("/admin/plans", "plan", "main", "version", "1", "services.economy.rates.union.steps.0", "five", "warehouses.leipzig.handling_days", "1").
		want(http.StatusUnprocessableEntity, "Write a number here", "Nothing was saved").holds(true, `value="five"`)
	b.post("/admin/plans", "plan", "main", "version", "1", "services.economy.rates.union.days.0", "90", "warehouses.shenzhen.cut_off", "noon").
		want(http.StatusUnprocessableEntity, "2 things are wrong", "services.economy.rates.union.days", "noon is no time of day")
	b.get("/admin/plans").want(http.StatusOK, "main, version 1").holds(true, `value="16:00"`)

	b.post("/admin/plans", "plan", "main", "version", "1", "services.economy.rates.union.steps.0", "5,10", "services.economy.rates.world.free_from", "200", "warehouses.shenzhen.cut_off", "15:00").to()
	b.get("/admin/plans").want(http.StatusOK, "main, version 2").holds(true, `value="5.10"`, `value="200.00"`, `value="15:00"`)
	b.post("/admin/plans", "plan", "main", "version", "1", "warehouses.shenzhen.cut_off", "14:00").want(http.StatusUnprocessableEntity, "Somebody saved another version")

	b.get("/admin/plans?plan=main&version=1").want(http.StatusOK, "An old version").holds(true, `value="4.90"`)
	b.get("/admin/plans?plan=main&version=1&country=DE&grams=400&worth=60").want(http.StatusOK, "€4.90")
	b.post("/admin/plans", "plan", "main", "version", "1", "do", "restore").to()
	b.get("/admin/plans").want(http.StatusOK, "main, version 3").holds(true, `value="4.90"`)
	b.get("/admin/plans?plan=main&version=9").want(http.StatusNotFound)
	d.as("agent@acme.example").get("/admin/plans").want(http.StatusForbidden)
}
