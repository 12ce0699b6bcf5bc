package web

import (
	"net/http"
	"os"
	"testing"
	"time"

	"godwit.dev/godwit/internal/domain/fx"
)

// TestRatesPage sets a rate, draws it, takes it away, and imports the bank's file.
func TestRatesPage(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	b := d.as("lead@acme.example")
	b.get("/admin/rates").want(http.StatusOK, "No rates yet", "Exchange rates")
	b.post("/admin/rates", "base", "usd", "quote", "usd", "value", "1").want(http.StatusUnprocessableEntity)
	b.post("/admin/rates", "base", "usd", "quote", "cny", "value", "7,x").want(http.StatusUnprocessableEntity)
	b.post("/admin/rates", "base", "usd", "quote", "cny", "value", "7.2", "day", "soon").want(http.StatusUnprocessableEntity)
	if to := b.post("/admin/rates", "base", "usd", "quote", "cny", "value", "7,2").to(); to != "/admin/rates" {
		t.Errorf("to %s", to)
	}
	b.get("/admin/rates").want(http.StatusOK, "USD → CNY", "7.2", "Your own")
	b.get("/admin/rates?pair=USD-RUB").want(http.StatusNotFound)

	b.upload("/admin/rates/import", "feed", "a.txt", []byte("nothing of the bank")).want(http.StatusUnprocessableEntity)
	b.upload("/admin/rates/import", "other", "a.txt", []byte("x")).want(http.StatusUnprocessableEntity)
	old, err := os.ReadFile("../../domain/fx/testdata/eurofxref-daily.xml")
	must(t, err)
	if to := b.upload("/admin/rates/import", "feed", "eurofxref-daily.xml", old).to(); to != "/admin/rates" {
		t.Errorf("to %s", to)
	}
	day := fx.Day(time.Now())
	var told []fx.Rate
	for i := range 10 {
		told = append(told, fx.Rate{Base: "EUR", Quote: "USD", Source: fx.ECB, Day: day.AddDate(0, 0, -8-i), Value: fx.Decimal{Digits: 10800 + int64(i*37%90), Scale: 4}})
	}
	_, err = d.rates.Import(t.Context(), m.owner, told)
	must(t, err)
	b.get("/admin/rates?pair=EUR-USD").want(http.StatusOK, "8 days old", "older than five days", "The same as a table", "1.0837")
	b.post("/admin/rates", "do", "drop", "base", "USD", "quote", "CNY").to()
	b.get("/admin/rates").want(http.StatusOK, "European Central Bank").lacks("USD → CNY")
	b.post("/admin/rates", "do", "drop", "base", "USD", "quote", "CNY").want(http.StatusNotFound)
	d.as("agent@acme.example").get("/admin/rates").want(http.StatusForbidden)
}
