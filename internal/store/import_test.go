package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

const exports = "../domain/order/importer/testdata/"

func (d desk) importer() *importer.Importer {
	return importer.New(importer.Config{Orders: d.orders, Store: d.Store, IDs: d.ids})
}

func (d desk) importFile(t testing.TB, name string, f importer.Format, o importer.Options) importer.Report {
	t.Helper()
	data, err := os.ReadFile(exports + name)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := d.importer().Import(context.Background(), d.owner, bytes.NewReader(data), f, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func (d desk) byNumber(t testing.TB, number string) order.Order {
	t.Helper()
	got, err := d.orders.Find(context.Background(), auth.ForSystem(d.w), []string{order.Key(number)})
	if err != nil || len(got) != 1 {
		t.Fatalf("order %s: %d found, %v", number, len(got), err)
	}
	return got[0]
}

func TestImportOfShopsExports(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		shop := d.shop(t, "EUR")
		for name, want := range map[string]int{"shopify.csv": 3, "woocommerce.csv": 2, "amazon.txt": 2} {
			dry := d.importFile(t, name, importer.CSV, importer.Options{Shop: shop, DryRun: true})
			first := d.importFile(t, name, importer.CSV, importer.Options{Shop: shop})
			events := len(d.kinds(t))
			again := d.importFile(t, name, importer.CSV, importer.Options{Shop: shop})
			for what, r := range map[string]importer.Report{"dry": dry, "first": first, "again": again} {
				if r.Good != want || r.Bad != 0 || r.RowsTotal != 0 {
					t.Errorf("%s, %s: %+v", name, what, r)
				}
			}
			if dry.Created != want || first.Created != want || again.Created != 0 || again.Unchanged != want {
				t.Errorf("%s: dry %d, first %d, again %d created", name, dry.Created, first.Created, again.Created)
			}
			if got := len(d.kinds(t)); got != events {
				t.Errorf("%s: %d events of the repeat", name, got-events)
			}
		}
		o := d.byNumber(t, "#GW1042")
		if o.Goods != 16750 || o.Discount != 1590 || o.Shipping != 490 || o.Tax != 2499 || o.Total != 15650 || len(o.Lines) != 2 || o.Lines[1].Quantity != 2 {
			t.Errorf("Shopify's order %+v", o)
		}
		if o.ShipTo.Postcode != "80331" || o.ShipTo.City != "München" || o.PaymentStatus != "paid" || o.FulfillmentStatus != "fulfilled" ||
			!o.PlacedAt.Equal(time.Date(2026, 2, 11, 8, 15, 28, 0, time.UTC)) || o.ExternalID != "5861302919" {
			t.Errorf("Shopify's order %+v", o)
		}
		if o := d.byNumber(t, "GW1043"); o.Total != 12800 || o.Refunded != 3000 || o.Currency != "JPY" {
			t.Errorf("in yen: %+v", o)
		}
		if o := d.byNumber(t, "GW1044"); o.Status != order.Cancelled || o.Duty != 250 {
			t.Errorf("cancelled: %+v", o)
		}
		if o := d.byNumber(t, "20731"); o.Goods != 5400 || o.Discount != 500 || o.Total != 5395 || o.Status != order.Closed || o.ShipTo.Name != "Marie Dubois" || len(o.Lines) != 2 {
			t.Errorf("WooCommerce's order %+v", o)
		}
		if o := d.byNumber(t, "20732"); o.Status != order.Cancelled || o.FulfillmentStatus != "" {
			t.Errorf("WooCommerce's cancelled order %+v", o)
		}
		if c, err := d.customers.ByEmail(context.Background(), d.w, "paul@example.fr"); err != nil || c.Name != "Paul Petit" {
			t.Errorf("WooCommerce's customer %+v, %v", c, err)
		}
		// 3 for 100.00: 33.34 each less 0.02, so that the line adds up.
		o = d.byNumber(t, "302-1234567-7654321")
		if o.Lines[0].Price != 3334 || o.Lines[0].Discount != 1002 {
			t.Errorf("Amazon's lines %+v", o.Lines)
		}
		if o.Goods != 11001 || o.Discount != 1102 || o.Shipping != 400 || o.Total != 10299 || o.FulfillmentStatus != "shipped" {
			t.Errorf("Amazon's order %+v", o)
		}
		if o := d.byNumber(t, "111-7654321-1234567"); o.Total != 1299 || o.Currency != "USD" || o.Customer != 0 {
			t.Errorf("Amazon's order in America %+v", o)
		}
	})
}

func TestImportReportsBadRowsAndKeepsGoodOnes(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		r := d.importFile(t, "bad.csv", importer.CSV, importer.Options{Shop: d.shop(t, "EUR")})
		want := []importer.RowError{
			{Line: 3, Column: "Total", Value: "10.005", Reason: importer.ReasonDecimals},
			{Line: 4, Column: "Email", Value: "not an address", Reason: importer.ReasonEmail},
			{Line: 5, Column: "Total", Value: "ten", Reason: importer.ReasonAmount},
			{Line: 6, Column: "Currency", Value: "EURO", Reason: importer.ReasonCurrency},
			{Line: 6, Column: "Total", Value: "10.00", Reason: importer.ReasonAmount},
			{Line: 7, Column: "Quantity", Value: "1.5", Reason: importer.ReasonQuantity},
			{Line: 8, Column: "Date", Value: "yesterday", Reason: importer.ReasonDate},
			{Line: 9, Column: "Order Number", Reason: importer.ReasonNoNumber},
			{Line: 10, Value: "extra", Reason: importer.ReasonColumns},
			{Line: 12, Column: "Total", Value: "12.00", Reason: importer.ReasonDiffers},
			{Line: 13, Column: "number", Value: "###", Reason: importer.ReasonOrder},
		}
		if !reflect.DeepEqual(r.Rows, want) {
			t.Errorf("rows:\n%+v\nwant\n%+v", r.Rows, want)
		}
		if r.Good != 3 || r.Bad != 10 || r.Created != 3 {
			t.Errorf("report %+v", r)
		}
		if o := d.byNumber(t, "B10"); o.Total != 10 || o.Currency != "JPY" {
			t.Errorf("yen written with decimals of zero: %+v", o)
		}
		if o := d.byNumber(t, "B11"); o.Total != 1000 || o.Lines[0].SKU != `A "quoted", with comma` || len(o.Fulfillments) != 2 ||
			!o.PlacedAt.Equal(time.Date(2026, 2, 1, 10, 30, 0, 0, time.UTC)) {
			t.Errorf("order %+v", o)
		}
		r = d.importFile(t, "orders.jsonl", importer.JSONL, importer.Options{Shop: d.shop(t, "EUR")})
		wantRows := []importer.RowError{
			{Line: 3, Column: "total", Value: "1.234", Reason: importer.ReasonDecimals},
			{Line: 4, Column: "totl", Reason: importer.ReasonJSON}, {Line: 5, Reason: importer.ReasonJSON},
			{Line: 6, Column: "number", Reason: importer.ReasonNoNumber},
		}
		for i := range r.Rows {
			r.Rows[i].Value = strings.TrimPrefix(r.Rows[i].Value, `{`)
			if r.Rows[i].Reason == importer.ReasonJSON {
				r.Rows[i].Value = ""
			}
		}
		if !reflect.DeepEqual(r.Rows, wantRows) || r.Good != 3 || r.Bad != 4 {
			t.Errorf("JSONL: %+v", r)
		}
		if o := d.byNumber(t, "#2002"); o.Total != 1234 || o.Currency != "KWD" {
			t.Errorf("dinars: %+v", o)
		}
	})
}

func TestImportReadsEveryEncodingAndDelimiter(t *testing.T) {
	s := storetest.SQLite(t)
	d := newDesk(t, s)
	ru := "Номер заказа;Почта;Сумма;Валюта;Дата;Товар;Количество;Цена;Получатель\nЗК-%d;ivan@example.ru;1 250,50;RUB;01.02.2026;Палатка двухместная зелёная;1;1 250,50;Иван Петров\n"
	zh := "订单号,邮箱,总金额,币种,下单时间,商品名称,数量,单价,收货人,收货地址\nCN%d,wang@example.cn,￥1288.50,CNY,2026年2月1日 10:00,双人帐篷,1,1288.50,王小明,上海市浦东新区世纪大道一号\n"
	fr := "Order Number\tEmail\tTotal\tCurrency\tDate\tProduct\tShipping Name\nFR%d\tmarie@example.fr\t12,50 €\tEUR\t01/02/2026\tSac à dos été\tAndré Lefèvre\n"
	for i, c := range []struct {
		text string
		enc  encoding.Encoding
		ship string
	}{
		{ru, unicode.UTF8, "Иван Петров"}, {ru, unicode.UTF8BOM, "Иван Петров"}, {ru, charmap.Windows1251, "Иван Петров"},
		{ru, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "Иван Петров"}, {fr, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "André Lefèvre"},
		{zh, unicode.UTF8, "王小明"}, {zh, simplifiedchinese.GB18030, "王小明"}, {zh, simplifiedchinese.GBK, "王小明"},
		{fr, charmap.Windows1252, "André Lefèvre"}, {fr, unicode.UTF8, "André Lefèvre"},
		{"sep=;\n" + ru, charmap.Windows1251, "Иван Петров"},
	} {
		text, err := c.enc.NewEncoder().String(fmt.Sprintf(c.text, i))
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.importer().Import(context.Background(), d.owner, strings.NewReader(text), importer.CSV, nil, importer.Options{Shop: d.shop(t, "EUR")})
		if err != nil || r.Created != 1 {
			t.Errorf("case %d: %+v, %v", i, r, err)
			continue
		}
		list, _ := d.orders.List(context.Background(), d.owner, order.Filter{}, order.Cursor{}, 100)
		var found bool
		for _, o := range list {
			found = found || strings.HasSuffix(o.Number, fmt.Sprint(i)) && o.ShipTo.Name == c.ship
		}
		if !found {
			t.Errorf("case %d: no order to %s", i, c.ship)
		}
	}
}

// cut is a reader that breaks off.
type cut struct {
	r    io.Reader
	left int
}

var errCut = errors.New("connection lost")

func (c *cut) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errCut
	}
	n, err := c.r.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

func TestImportGoesOnWhereItWasCutOff(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		shop := d.shop(t, "EUR")
		var b strings.Builder
		b.WriteString("Order Number,Email,Total,Currency,SKU,Product Name,Quantity,Price\n")
		for i := range 1300 {
			total := "5.00"
			if i%100 == 7 {
				total = "five"
			}
			fmt.Fprintf(&b, "R%d,c%d@example.com,%s,EUR,A,Thing with a name that is long enough to fill the buffer,1,5.00\n", i, i%50, total)
			fmt.Fprintf(&b, "R%d,,,,B,Another thing,2,0.00\n", i)
		}
		text, opts := b.String(), importer.Options{Shop: shop}
		r, err := d.importer().Import(context.Background(), d.owner, &cut{strings.NewReader(text), len(text) * 2 / 3}, importer.CSV, nil, opts)
		if !errors.Is(err, errCut) || r.Created != 495 || r.Bad != 5 {
			t.Fatalf("cut off: %+v, %v", r, err)
		}
		var told int64
		opts.Progress = func(done, total int64) {
			if done < told || total != int64(len(text)) {
				t.Errorf("progress %d of %d after %d", done, total, told)
			}
			told = done
		}
		r, err = d.importer().Import(context.Background(), d.owner, strings.NewReader(text), importer.CSV, nil, opts)
		if err != nil || r.Resumed != 500 || r.Created != 1287 || r.Bad != 13 || r.Unchanged != 0 || r.RowsTotal != 8 {
			t.Errorf("resumed: %+v, %v", r, err)
		}
		if told != int64(len(text)) {
			t.Errorf("progress ended at %d of %d", told, len(text))
		}
		r, err = d.importer().Import(context.Background(), d.owner, strings.NewReader(text), importer.CSV, nil, importer.Options{Shop: shop})
		if err != nil || r.Resumed != 0 || r.Created != 0 || r.Unchanged != 1287 || r.RowsTotal != 13 {
			t.Errorf("repeated: %+v, %v", r, err)
		}
	})
}

func TestImportRefuses(t *testing.T) {
	d := newDesk(t, storetest.SQLite(t))
	shop := d.shop(t, "EUR")
	agent := auth.Actor{Kind: auth.Agent, Workspace: d.w, Role: auth.AgentRole}
	other := newDesk(t, d.Store)
	for name, c := range map[string]struct {
		actor auth.Actor
		text  string
		m     importer.Mapping
		o     importer.Options
		want  errs.Kind
	}{
		"agent":          {agent, "Order Number\n1\n", nil, importer.Options{Shop: shop}, errs.Denied},
		"foreign shop":   {other.owner, "Order Number\n1\n", nil, importer.Options{Shop: shop}, errs.NotFound},
		"empty":          {d.owner, "", nil, importer.Options{Shop: shop}, errs.Invalid},
		"no number":      {d.owner, "a,b,c\n1,2,3\n", nil, importer.Options{Shop: shop}, errs.Invalid},
		"unknown field":  {d.owner, "Order Number\n1\n", importer.Mapping{"colour": "Order Number"}, importer.Options{Shop: shop}, errs.Invalid},
		"unknown column": {d.owner, "Order Number\n1\n", importer.Mapping{"email": "Nope"}, importer.Options{Shop: shop}, errs.Invalid},
		"charset":        {d.owner, "Order Number\n1\n", nil, importer.Options{Shop: shop, Charset: "klingon"}, errs.Invalid},
	} {
		if _, err := d.importer().Import(context.Background(), c.actor, strings.NewReader(c.text), importer.CSV, c.m, c.o); !errs.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	r, err := d.importer().Import(context.Background(), d.owner, strings.NewReader("Ref;Wer\nX1;a@example.com\n"), importer.CSV,
		importer.Mapping{"number": "Ref", "email": "wer"}, importer.Options{Shop: shop})
	if err != nil || r.Created != 1 || d.byNumber(t, "X1").Email != "a@example.com" {
		t.Errorf("mapped columns: %+v, %v", r, err)
	}
}

// What a file says of delivery is kept with the order: a day is the customer's, whatever zone the file is read in.
func TestImportOfPromises(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		format importer.Format
		text   string
	}{
		"table": {importer.CSV, "Order Number,Total,Created at,Promised From,Promised To,Promised Service,Promised Shipping Price,Shipping Method\n" +
			"P-1,54.90,2026-11-20,2026-12-01,2026-12-04T23:59:59-08:00,Economy,4.90,Standard\nP-2,54.90,2026-11-20,,,Economy,,Standard\n"},
		"lines": {importer.JSONL, `{"number":"P-1","total":"54.90","placed_at":"2026-11-20T00:00:00Z","promise":{"service":"Economy","price":"4.90","from":"2026-12-01T00:00:00Z","to":"2026-12-04T00:00:00Z"}}` + "\n" +
			`{"number":"P-2","total":"54.90","placed_at":"2026-11-20T00:00:00Z","promise":{"service":"Economy"}}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Open(t, func(t *testing.T, s *store.Store) {
				d := newDesk(t, s)
				rep, err := d.importer().Import(context.Background(), d.owner, strings.NewReader(c.text), c.format, nil, importer.Options{Shop: d.shop(t, "EUR"), Zone: berlin})
				if err != nil || rep.Good != 2 || rep.Bad != 0 {
					t.Fatalf("%+v, %v", rep, err)
				}
				want := order.Promise{
					Service: "Economy", Currency: "EUR", Price: 490, From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC), Source: "file",
				}
				if got := d.byNumber(t, "P-1").Promise; got != want {
					t.Errorf("the promise is %+v", got)
				}
				if got := d.byNumber(t, "P-2").Promise; !got.IsZero() {
					t.Errorf("a way of sending alone is a promise: %+v", got)
				}
			})
		})
	}
}
