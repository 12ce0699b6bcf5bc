package woocommerce

import (
	"testing"

	"godwit.dev/godwit/internal/base/wire"
	"godwit.dev/godwit/internal/flow/intake"
)

func TestParcelsOfPlugins(t *testing.T) {
	for _, c := range []struct {
		name, meta               string
		id, carrier, number, url string
		shipped, status          string
		lines                    int
	}{
		{
			name: "WooCommerce Shipment Tracking",
			meta: `[{"id":1,"key":"_wc_shipment_tracking_items","value":[{"tracking_provider":"usps","custom_tracking_provider":"","custom_tracking_link":"","tracking_number":"9400111899223100001234","date_shipped":"1490140800","tracking_id":"8dc45d2b4b8b5a2f9a6b"}]}]`,
			id:   "8dc45d2b4b8b5a2f9a6b", carrier: "usps", number: "9400111899223100001234", shipped: "2017-03-22", status: intake.Announced,
		},
		{
			name: "Advanced Shipment Tracking, with a carrier of the merchant's own and what lies in the parcel",
			meta: `[{"key":"_wc_shipment_tracking_items","value":[{"tracking_provider":"","custom_tracking_provider":"Yanwen","ast_tracking_link":"https://track.example/UG1","tracking_number":"UG123456789YP","date_shipped":1490140800,"tracking_id":"a1","products_list":[{"product":"22","item_id":"316","qty":"1"},{"product":"93","item_id":"315","qty":"2"}]}]}]`,
			id:   "a1", carrier: "Yanwen", number: "UG123456789YP", url: "https://track.example/UG1", shipped: "2017-03-22", status: intake.Announced, lines: 2,
		},
		{
			name: "AfterShip",
			meta: `[{"key":"_aftership_tracking_items","value":[{"tracking_id":"t9","slug":"dhl","tracking_number":"1234567890","line_items":[{"id":"311","quantity":1}]}]}]`,
			id:   "t9", carrier: "dhl", number: "1234567890", status: intake.Announced, lines: 1,
		},
		{
			name: "VillaTheme",
			meta: `[{"key":"_wot_tracking_number","value":"LB1"},{"key":"_wot_tracking_carrier","value":"china-post"},{"key":"_wot_tracking_status","value":"transit"}]`,
			id:   "LB1", carrier: "china-post", number: "LB1", status: intake.InTransit,
		},
		{
			name: "an older plugin, beside a list that has the same parcel",
			meta: `[{"key":"_tracking_number","value":"Z1"},{"key":"_tracking_provider","value":"ups"},{"key":"_wc_shipment_tracking_items","value":[{"tracking_provider":"ups","tracking_number":"Z1","tracking_id":"x"}]}]`,
			id:   "x", carrier: "ups", number: "Z1", status: intake.Announced,
		},
	} {
		n, err := wire.Parse([]byte(c.meta))
		if err != nil {
			t.Fatal(err)
		}
		list := parcels(n)
		if len(list) != 1 {
			t.Errorf("%s: %d parcels", c.name, len(list))
			continue
		}
		s, url, shipped := list[0], "", ""
		if len(s.URLs) > 0 {
			url = s.URLs[0]
		}
		if !s.ShippedAt.IsZero() {
			shipped = s.ShippedAt.Format("2006-01-02")
		}
		if s.ID != c.id || s.Carrier != c.carrier || s.Numbers[0] != c.number || url != c.url || shipped != c.shipped || s.Status != c.status || len(s.Lines) != c.lines || s.Direction != "out" {
			t.Errorf("%s: %+v, %+v", c.name, s, s.Lines)
		}
	}
	for _, meta := range []string{`[]`, `null`, `{}`, `[{"key":"_wc_shipment_tracking_items","value":"a:0:{}"}]`, `[{"key":"_wc_shipment_tracking_items","value":[{"tracking_number":" "},7]}]`, `[7,[],{"value":{}}]`} {
		n, err := wire.Parse([]byte(meta))
		if err != nil {
			t.Fatal(err)
		}
		if list := parcels(n); len(list) != 0 {
			t.Errorf("%s: %d parcels", meta, len(list))
		}
	}
}

func TestZones(t *testing.T) {
	for _, c := range []struct{ name, hours, want string }{
		{"Asia/Shanghai", "8", "Asia/Shanghai"}, {"", "0", "UTC"}, {"", "", "UTC"}, {"", "8", "Etc/GMT-8"}, {"", "-3", "Etc/GMT+3"}, {"", "5.5", ""}, {"", "x", ""},
	} {
		if got := zone(c.name, c.hours); got != c.want {
			t.Errorf("zone %q, %q: %q, want %q", c.name, c.hours, got, c.want)
		}
	}
}

func TestYenHaveNoDecimals(t *testing.T) {
	n, err := wire.Parse([]byte(`{"id":9007199254740993,"status":"processing","currency":"JPY","total":"19940","total_tax":"0","shipping_total":"0.00","line_items":[{"id":1,"quantity":2,"subtotal":"13960","total":"13960.00"}],"refunds":[{"id":3,"total":"-60"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	o := order(n)
	if o.ID != "9007199254740993" || o.Total.Minor != 19940 || o.Lines[0].Total.Minor != 13960 || o.Lines[0].Price.Minor != 6980 || o.Refunded.Minor != 60 || o.Refunded.String() != "60" {
		t.Errorf("%+v", o)
	}
}

// FuzzLists reads lists as the API answers them, whatever they are.
func FuzzLists(f *testing.F) {
	f.Add([]byte(`[{"id":1,"currency":"USD","total":"1.00","line_items":[{"id":2,"quantity":1,"subtotal":"1.00"}],"refunds":[{"id":3,"total":"-1"}],"meta_data":[{"key":"_wc_shipment_tracking_items","value":[{"tracking_number":"x","products_list":[{"qty":1}]}]}]}]`))
	f.Add([]byte(`[{"id":22,"price":"","attributes":[{"name":"Color","option":"Green"}],"variations":[1],"meta_data":[{"key":"hs_code","value":"61"}]}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := wire.Parse(text)
		if err != nil {
			return
		}
		for _, m := range n.Items() {
			o, p := order(m), product(m, "JPY")
			vary(p, []*intake.Product{product(m, "JPY")})
			customer(m)
			for _, s := range o.Fulfillments {
				if len(s.Numbers) != 1 || s.Numbers[0] == "" || s.ID == "" {
					t.Errorf("a parcel without number: %+v", s)
				}
			}
		}
	})
}
