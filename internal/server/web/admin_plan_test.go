package web

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
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
	b.upload("/admin/plans/file", "document", "plan.json", []byte(`{"curency":"EUR"}`), "name", "main").want(http.StatusUnprocessableEntity, "cannot be read", "curency")
	b.upload("/admin/plans/file", "other", "plan.json", text).want(http.StatusUnprocessableEntity)
	b.upload("/admin/plans/file", "document", "plan.json", text).want(http.StatusUnprocessableEntity, "is no key") // without a name
	b.upload("/admin/plans/file", "document", "plan.json", text, "name", "main").to()

	b.get("/admin/plans").want(http.StatusOK, "main, version 1", "Economy", "European Union").holds(true, `value="4.90"`, `value="16:00"`)
	if a := b.get("/admin/plans/file?plan=main&version=1"); !strings.Contains(a.body, `"volume_divisor": 5000`) || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="shipping-plan-main-1.json"`) {
		t.Errorf("downloaded %v %s", a.header, a.body)
	}

	b.get("/admin/plans?plan=main&country=DE&grams=400&worth=60").want(http.StatusOK, "Economy", "€4.90", "In all", "Taxes: ", "(paid ", "No warehouse has all of it", "Duty and tax after")
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

// onePlan is a plan of one warehouse in Shenzhen and one service, which takes a day.
const onePlan = `{"currency": "%s", "warehouses": [{"key": "cn", "name": "Shenzhen", "country": "CN", "zone": "Asia/Shanghai", "cut_off": "%s", "handling_days": 0}],
	"zones": [{"key": "all", "name": "All", "countries": ["CN"]}],
	"services": [{"key": "express", "name": {"default": "Express"}, "from": ["cn"], "every_day": true, "rates": [{"zone": "all", "days": [1, 1], "steps": [{"to_grams": 2000, "price": 1500}], "free_from": {"%[1]s": 9000}}]}], "returns": {"days": 14}}`

// The fields hold sums with the decimals that their currency has, and take no others.
func TestPlanFieldsKnowTheirCurrency(t *testing.T) {
	for _, x := range []struct{ currency, price, free, typed, saved, refused string }{
		{"EUR", "15.00", "90.00", "12,5", "12.50", "12.505"},
		{"JPY", "1500", "9000", "1200", "1200", "1200.5"},
		{"KWD", "1.500", "9.000", "1,25", "1.250", "1.2505"},
	} {
		t.Run(x.currency, func(t *testing.T) {
			d := newDoor(t)
			d.found("acme")
			b := d.as("lead@acme.example")
			b.upload("/admin/plans/file", "document", "plan.json", fmt.Appendf(nil, onePlan, x.currency, "16:00"), "name", "main").to()
			b.get("/admin/plans").want(http.StatusOK).holds(true, `value="`+x.price+`"`, `value="`+x.free+`"`)
			const price = "services.express.rates.all.steps.0"
			b.post("/admin/plans", "plan", "main", "version", "1", price, x.refused).want(http.StatusUnprocessableEntity, "Write a number here").holds(true, `value="`+x.refused+`"`)
			b.post("/admin/plans", "plan", "main", "version", "1", price, x.typed).to()
			b.get("/admin/plans").want(http.StatusOK, "main, version 2").holds(true, `value="`+x.saved+`"`, `value="`+x.free+`"`)
		})
	}
}

// The day of arrival is counted from the day at the warehouse, whatever day it is for
// whoever tries the plan.
func TestPlanTriedAtTheCutOff(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("lead@acme.example")
	b.upload("/admin/plans/file", "document", "plan.json", fmt.Appendf(nil, onePlan, "CNY", "9:00"), "name", "main").want(http.StatusUnprocessableEntity, "9:00 is no time of day")
	b.upload("/admin/plans/file", "document", "plan.json", fmt.Appendf(nil, onePlan, "CNY", "23:59"), "name", "main").to()
	for _, x := range []struct {
		there string // Tuesday, the 24th, is a working day in China, as is the next
		want  string
	}{
		{"2026-11-24T23:58:59+08:00", "Express Nov 25 1 day CN¥15.00"},
		{"2026-11-24T23:59:00+08:00", "Express Nov 26 2 days CN¥15.00"},
		{"2026-11-24T23:59:59+08:00", "Express Nov 26 2 days CN¥15.00"},
		{"2026-11-25T00:00:00+08:00", "Express Nov 26 1 day CN¥15.00"},
	} {
		at, err := time.Parse(time.RFC3339, x.there)
		must(t, err)
		d.now = func() time.Time { return at }
		for _, zone := range []string{"Pacific/Honolulu", "Asia/Shanghai", "Pacific/Kiritimati"} {
			b.post("/account", "name", "Lea", "zone", zone, "lang", "en").to()
			if a := b.get("/admin/plans?plan=main&country=CN&grams=400&worth=60").want(http.StatusOK, "Express"); !strings.Contains(words(a.body), x.want) {
				t.Errorf("%s, seen from %s, is not %s: %s", x.there, zone, x.want, clip(words(a.body)))
			}
		}
	}
}
