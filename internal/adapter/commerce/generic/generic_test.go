package generic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/flow/commerce/commercetest"
	"godwit.dev/godwit/internal/flow/intake"
)

var values = map[string]string{"name": "ERP", "currency": "EUR", "folder": "erp"}

// drop writes a file into the drop folder of workspace 7.
func drop(t *testing.T, root, name, text string) string {
	t.Helper()
	dir := filepath.Join(root, "7", "erp")
	if err := os.MkdirAll(dir, 0o770); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o660); err != nil {
		t.Fatal(err)
	}
	return dir
}

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":"%d","number":"A-%d","currency":"EUR","total":"12.30","updated_at":"2026-11-22T10:00:00Z","lines":[{"sku":"L","title":"Lamp","quantity":1,"price":12.3}]}`+"\n", 9007199254740993+i, 1000+i)
	}
	return b.String()
}

func TestConformance(t *testing.T) {
	root := t.TempDir()
	drop(t, root, "orders.jsonl", lines(450))
	drop(t, root, "products.jsonl", `{"object":"product","id":"p1","title":"Lamp","currency":"EUR","variants":[{"id":"v1","sku":"L","price":"12.30","hs_code":"940521","origin":"DE","stock":0}]}`+"\n")
	drop(t, root, "customers.jsonl", `{"object":"customer","id":"c1","name":"Ada","email":"ada@example.com"}`+"\n")
	commercetest.Run(t, Driver(root).Of(7), commercetest.Fixture{
		Settings: values, Client: &http.Client{}, About: commerce.About{Name: "ERP", Currency: "EUR"}, Static: true,
		Want: map[string]int{intake.KindOrder: 450, intake.KindProduct: 1, intake.KindCustomer: 1},
	})
}

func connect(t *testing.T, root string) commerce.Shop {
	t.Helper()
	shop, err := Driver(root).Of(7).Connect(values, &http.Client{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shop.About(t.Context()); err != nil {
		t.Fatal(err)
	}
	return shop
}

// What a product is made of and by whom comes with it: suppliers and batches are attributes.
func TestAttributesOfProducts(t *testing.T) {
	root := t.TempDir()
	drop(t, root, "products.jsonl", `{"object":"product","id":"p1","title":"Lamp","currency":"EUR","attributes":{"supplier":"Shenzhen Lamps"},"variants":[{"id":"v1","sku":"L","options":{"colour":"red"},"attributes":{"batch":"2026-W31"}}]}`+"\n")
	page, err := connect(t, root).List(t.Context(), intake.KindProduct, commerce.Cursor{})
	if err != nil || len(page.Objects) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	p, err := commerce.Product(order.Shop{Currency: "EUR"}, page.Objects[0].(*intake.Product))
	if v := p.Variants[0]; err != nil || p.Supplier != "Shenzhen Lamps" || v.Batch != "2026-W31" || v.Attributes["colour"] != "red" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestBadLinesAreReportedBeside(t *testing.T) {
	root := t.TempDir()
	dir := drop(t, root, "orders.jsonl", lines(1)+"{not json\n\n"+`{"object":"payout","id":"1"}`+"\n"+lines(2))
	drop(t, root, "half.jsonl.part", lines(5))
	shop := connect(t, root)
	p, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{})
	if err != nil || len(p.Objects) != 2 || !p.More {
		t.Fatalf("%d objects, %v", len(p.Objects), err)
	}
	if _, err := os.Stat(filepath.Join(dir, "working", "orders.jsonl")); err != nil {
		t.Errorf("the file is not claimed: %v", err)
	}
	if p, err = shop.List(t.Context(), intake.KindOrder, p.Next); err != nil || p.More {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "done", "orders.jsonl")); err != nil {
		t.Errorf("the file is not done: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "done", "orders.jsonl.errors"))
	if err != nil {
		t.Fatal(err)
	}
	var bad []problem
	for line := range strings.Lines(string(raw)) {
		var x problem
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		bad = append(bad, x)
	}
	if len(bad) != 2 || bad[0].Problem != "error.json" || bad[1].Problem != "error.shop_line" || !strings.HasPrefix(bad[0].Line, "{not") {
		t.Errorf("%+v", bad)
	}
}

func TestTable(t *testing.T) {
	root := t.TempDir()
	dir := drop(t, root, "export.csv", "Order Number;Email;Currency;Total;SKU;Title;Quantity;Price\nA-1;ada@example.com;EUR;1.234,50;L;Lampe;2;617,25\nA-2;nobody;EUR;x;L;Lampe;1;1\n")
	shop := connect(t, root)
	p, err := shop.List(t.Context(), intake.KindOrder, commerce.Cursor{})
	if err != nil || len(p.Objects) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	o := p.Objects[0].(*intake.Order)
	if o.Number != "A-1" || o.Total.Minor != 123450 || o.Total.Currency != "EUR" || o.UpdatedAt.IsZero() {
		t.Errorf("%+v", o)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "done", "export.csv.errors")); err != nil || !strings.Contains(string(raw), "import.amount") {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestFoldersStayBelowTheirRoot(t *testing.T) {
	for _, name := range []string{"..", "../x", "/etc", "a/b", ".hidden", "a b"} {
		v := map[string]string{"name": "ERP", "currency": "EUR", "folder": name}
		if _, err := Driver(t.TempDir()).Of(7).Connect(v, &http.Client{}, time.Now); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := Driver("").Of(7).Connect(values, &http.Client{}, time.Now); !errs.Is(err, errs.Invalid) {
		t.Errorf("without a root: %v", err)
	}
	for _, token := range []string{"../../etc/passwd|0", "a/b.jsonl|0", ".x|0", "x.jsonl|y", "x"} {
		if p, err := parsePlace(token); err == nil {
			t.Errorf("%q is a place: %+v", token, p)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add([]byte(lines(1)))
	f.Add([]byte(`{"type":"order.updated","timestamp":"2026-11-22T10:00:00Z","data":{"id":1,"total":1e3,"currency":"JPY","lines":[null,{}]}}`))
	f.Add([]byte("\ufeff[]"))
	f.Fuzz(func(t *testing.T, line []byte) {
		o, err := object(line, intake.KindOrder, time.Unix(1, 0).UTC(), nil)
		if err != nil || o == nil {
			return
		}
		if b := o.Base(); b.ID == "" || b.UpdatedAt.IsZero() {
			t.Errorf("%+v", b)
		}
		if _, err := json.Marshal(o); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	})
}
