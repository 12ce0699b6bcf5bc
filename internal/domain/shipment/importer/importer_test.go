package importer

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	rows "godwit.dev/godwit/internal/domain/order/importer"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
)

// quay takes what an import reports.
type quay struct{ reports []shipment.Report }

func (q *quay) Ingest(_ context.Context, _ auth.Actor, d shipment.Delivery) (shipment.Result, error) {
	q.reports = append(q.reports, d.Reports...)
	return shipment.Result{Added: len(d.Reports)}, nil
}

func (*quay) Find(_ context.Context, _ auth.Actor, keys []string) ([]order.Order, error) {
	return []order.Order{{ID: 5, Number: "S-1"}, {ID: 6, Number: "S-2"}, {ID: 7, Number: "s2"}}, nil
}

func (*quay) InTx(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }

func (*quay) HoldByNumbers(context.Context, auth.WorkspaceID, []string) ([]shipment.Shipment, error) {
	return []shipment.Shipment{{Legs: []shipment.Leg{{Key: "RB123456785DE", Name: "DHL Paket"}}}}, nil
}

func read(t *testing.T, file string, f rows.Format, m rows.Mapping, o Options) ([]shipment.Report, Report, error) {
	t.Helper()
	q := &quay{}
	im := New(Config{Parcels: q, Orders: q, Store: q})
	rep, err := im.Import(context.Background(), auth.Actor{Kind: auth.Agent, ID: 1, Workspace: 1, Permissions: auth.NewSet(auth.WriteShipments)}, strings.NewReader(file), f, m, o)
	return q.reports, rep, err
}

func TestRows(t *testing.T) {
	at := time.Date(2026, 4, 3, 10, 0, 0, 0, time.UTC)
	berlin := time.FixedZone("", 2*3600)
	report := func(carrier, number string, e shipment.Event) shipment.Report {
		return shipment.Report{Number: shipment.Number{Carrier: carrier, Number: number}, Event: e}
	}
	linked := report("UPS", "1Z999AA10123456784", shipment.Event{Status: shipment.Delivered, Code: "Delivered", At: at, Zoned: true})
	linked.Order = &order.Order{ID: 5, Number: "S-1"}
	for name, c := range map[string]struct {
		file   string
		format rows.Format
		m      rows.Mapping
		o      Options
		want   shipment.Report
	}{
		"English": {
			"Carrier,Tracking Number,Event Time,Status,Message,Event Code,Country,City,Postcode\nroyal-mail,AB 123,2026-04-03T12:00:00+02:00,Out for Delivery,With Ann,X1,gb,Leeds,LS1\n", rows.CSV, nil, Options{},
			report("Royal Mail", "AB 123", shipment.Event{Status: shipment.OutForDelivery, Code: "X1", Text: "With Ann", At: at, Zoned: true, Place: shipment.Place{Country: "GB", City: "Leeds", Postcode: "LS1"}}),
		},
		"German": {
			"Sendungsnummer;Versanddienstleister;Zeitpunkt;Sendungsstatus;Ort;PLZ;Land\nRB123456785DE;DHL;03.04.2026 12:00;Zugestellt;Köln;50667;DEU\n", rows.CSV, nil, Options{Zone: berlin},
			report("DHL Paket", "RB123456785DE", shipment.Event{Status: shipment.Delivered, Code: "Zugestellt", At: at, Zoned: true, Place: shipment.Place{Country: "DE", City: "Köln", Postcode: "50667"}}),
		},
		"Chinese": {
			"快递公司,运单号,时间,状态,描述\n顺丰,SF1234567890123,2026年4月3日 10:00,派送中,快件派送\n", rows.CSV, nil, Options{},
			report("SF Express", "SF1234567890123", shipment.Event{Status: shipment.OutForDelivery, Code: "派送中", Text: "快件派送", At: at}),
		},
		"Russian": {
			"Перевозчик;Трек-номер;Дата и время;Статус\nСДЭК;1234567890;03.04.2026 10:00;Возврат\n", rows.CSV, nil, Options{},
			report("CDEK", "1234567890", shipment.Event{Status: shipment.Returning, Code: "Возврат", At: at}),
		},
		"no carrier, an order": {
			"Tracking Number,Time,Status,Order\n1Z999AA10123456784,2026-04-03T10:00:00Z,Delivered,#S-1\n", rows.CSV, nil, Options{}, linked,
		},
		"two orders of that number": {
			"Tracking Number,Time,Status,Order\n1Z999AA10123456784,2026-04-03T10:00:00Z,Delivered,S-2\n", rows.CSV, nil, Options{},
			report("UPS", "1Z999AA10123456784", linked.Event),
		},
		"a word that nobody knows": {
			"Carrier,Tracking,Time,Status,Code,Text\nElf Post,E1,2026-04-03T10:00:00Z,Sorted by elves,E7,in the wood\n", rows.CSV, nil, Options{},
			report("Elf Post", "E1", shipment.Event{Status: shipment.Unknown, Code: "E7", Text: "Sorted by elves: in the wood", At: at, Zoned: true}),
		},
		"a word that says why": {
			"Carrier,Tracking,Time,Status\nElf Post,E1,2026-04-03T10:00:00Z,NotFound\n", rows.CSV, nil, Options{},
			report("Elf Post", "E1", shipment.Event{Status: shipment.Unknown, Reason: shipment.NotFound, Code: "NotFound", At: at, Zoned: true}),
		},
		"mapping and day first": {
			"Wer,Was,Wann\nDHL,RB123456785DE,03/04/2026 10:00\n", rows.CSV, rows.Mapping{"carrier": "Wer", "tracking": "Was", "at": "Wann"}, Options{DayFirst: true},
			report("DHL Paket", "RB123456785DE", shipment.Event{At: at}),
		},
		"UTC by name": {
			"Carrier,Tracking,Time\nDHL,RB123456785DE,2026-04-03 10:00:00 UTC\n", rows.CSV, nil, Options{Zone: berlin},
			report("DHL Paket", "RB123456785DE", shipment.Event{At: at, Zoned: true}),
		},
		"JSONL": {
			`{"carrier":"UPS","tracking":"1Z999AA10123456784","at":1775210400,"status":"in_transit","city":null}` + "\n\n", rows.JSONL, nil, Options{},
			report("UPS", "1Z999AA10123456784", shipment.Event{Status: shipment.InTransit, Code: "in_transit", At: at, Zoned: true}),
		},
	} {
		got, rep, err := read(t, c.file, c.format, c.m, c.o)
		if err != nil || rep.Bad != 0 || len(got) != 1 || !reflect.DeepEqual(got[0], c.want) {
			t.Errorf("%s: %+v, %+v, %v\nwant %+v", name, got, rep, err, c.want)
		}
	}
}

func TestBadRows(t *testing.T) {
	file := "Carrier,Tracking,Time,Country\nDHL,,2026-04-03,\nDHL,X1,,\nDHL,X1,soon,\nDHL,X1,2026-04-03,Atlantis\n,what?,2026-04-03,\nDHL,X1,2026-04-03,,beyond\nDHL,X1,2026-04-03,DE\n"
	got, rep, err := read(t, file, rows.CSV, nil, Options{})
	if err != nil || len(got) != 1 || rep.Good != 1 || rep.Bad != 6 || rep.RowsTotal != 6 {
		t.Fatalf("%+v, %+v, %v", got, rep, err)
	}
	want := map[rows.RowError]bool{
		{Line: 2, Column: "Tracking", Reason: rows.ReasonMissing}:                   true,
		{Line: 3, Column: "Time", Reason: rows.ReasonMissing}:                       true,
		{Line: 4, Column: "Time", Value: "soon", Reason: rows.ReasonDate}:           true,
		{Line: 5, Column: "Country", Value: "Atlantis", Reason: rows.ReasonCountry}: true,
		{Line: 6, Column: "Carrier", Reason: rows.ReasonCarrier}:                    true,
		{Line: 7, Value: "beyond", Reason: rows.ReasonColumns}:                      true,
	}
	for _, e := range rep.Rows {
		if !want[e] {
			t.Errorf("unexpected %+v", e)
		}
	}
	_, rep, err = read(t, "{\"tracking\":\"X1\",\"colour\":1}\n[1]\nnull\n{\"tracking\":{}}\n{", rows.JSONL, nil, Options{})
	if err != nil || rep.Bad != 5 || rep.Rows[0].Column != "colour" || rep.Rows[3].Column != "tracking" || rep.Rows[4].Line != 5 {
		t.Errorf("JSONL: %+v, %v", rep, err)
	}
}

func TestFilesThatMakeNoSense(t *testing.T) {
	for file, m := range map[string]rows.Mapping{
		"Colour,Shape\nred,round\n":       nil,
		"Tracking,Shape\nX1,round\n":      nil,
		"Tracking,Time\nX1,2026-04-03\n":  {"colour": "Time"},
		"Tracking,Time\nX1,2026-04-03 \n": {"carrier": "Courier"},
	} {
		if _, _, err := read(t, file, rows.CSV, m, Options{}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q with %v: %v", file, m, err)
		}
	}
	if _, err := New(Config{}).Import(context.Background(), auth.Actor{}, strings.NewReader(""), rows.CSV, nil, Options{}); !errs.Is(err, errs.Denied) {
		t.Errorf("without the permission: %v", err)
	}
}

// A word has one meaning; a second one would depend on the order of a map.
func TestWordsMeanOneThing(t *testing.T) {
	seen := map[string]shipment.Status{}
	for s, list := range words {
		if !s.Valid() {
			t.Errorf("there is no status %q", s)
		}
		for w := range strings.SplitSeq(list, "|") {
			key := order.Key(w)
			if was, twice := seen[key]; twice && was != s || key == "" {
				t.Errorf("%q means %s and %s", w, was, s)
			}
			seen[key] = s
		}
	}
	v := newVocabulary()
	for _, s := range shipment.Statuses() {
		if got, _ := v.read(string(s)); got != s {
			t.Errorf("our word %s reads as %s", s, got)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add("Carrier,Tracking,Time,Status\n,1Z999AA10123456784,2026-04-03,Delivered\n", true)
	f.Add(`{"tracking":"X1","at":1775210400}`, false)
	f.Fuzz(func(t *testing.T, file string, csv bool) {
		format := rows.JSONL
		if csv {
			format = rows.CSV
		}
		got, rep, err := read(t, file, format, nil, Options{})
		if err == nil && (rep.Good != len(got) || rep.Bad != rep.RowsTotal) {
			t.Errorf("%d reports, %+v", len(got), rep)
		}
	})
}
