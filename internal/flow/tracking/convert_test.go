package tracking_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/carrier/aftership"
	"godwit.dev/godwit/internal/adapter/carrier/easypost"
	"godwit.dev/godwit/internal/adapter/carrier/generic"
	"godwit.dev/godwit/internal/adapter/carrier/karrio"
	"godwit.dev/godwit/internal/adapter/carrier/seventeentrack"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/flow/intake"
	"godwit.dev/godwit/internal/flow/tracking"
)

var (
	t0  = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	now = t0.Add(100 * time.Hour)
)

func at(hours int) time.Time { return t0.Add(time.Duration(hours) * time.Hour) }

func scan(hours int, status, carrier string) intake.Event {
	return intake.Event{At: at(hours), Status: status, Code: status, Text: "scan", Carrier: carrier}
}

// parcel is one as a service tells of it.
func parcel(change func(*intake.Shipment)) *intake.Shipment {
	s := &intake.Shipment{Direction: "out", Carrier: "dhl", Numbers: []string{"RB123456785DE"}}
	s.Status, s.UpdatedAt = intake.InTransit, at(50)
	change(s)
	return s
}

// mine is a parcel of ours with the number.
func mine(change func(*shipment.Shipment)) tracking.Known {
	v := &shipment.Shipment{ID: 1, Legs: []shipment.Leg{{ID: 1, Seq: 1, Carrier: "dhlpaket", Name: "DHL Paket", Number: "RB123456785DE", Key: "RB123456785DE"}}}
	v.Status = shipment.InTransit
	change(v)
	return tracking.Known{Shipment: v}
}

func TestWhatAServiceTellsBecomesEvents(t *testing.T) {
	first := shipment.Number{Carrier: "DHL", Number: "RB123456785DE"}
	for name, c := range map[string]struct {
		told  *intake.Shipment
		known tracking.Known
		want  []shipment.Report // fields that are compared: numbers, status, reason, time, expected, correction
	}{
		"scans, in their order": {
			parcel(func(s *intake.Shipment) {
				s.Events = []intake.Event{scan(9, intake.OutForDelivery, ""), scan(1, intake.PickedUp, "")}
			}), tracking.Known{},
			[]shipment.Report{{Number: first, Event: shipment.Event{Status: shipment.OutForDelivery, At: at(9)}}, {Number: first, Event: shipment.Event{Status: shipment.PickedUp, At: at(1)}}},
		},
		"the name that our parcel has": {
			parcel(func(s *intake.Shipment) { s.Events = []intake.Event{scan(1, intake.PickedUp, "")} }), mine(func(*shipment.Shipment) {}),
			[]shipment.Report{{Number: shipment.Number{Carrier: "DHL Paket", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.PickedUp, At: at(1)}}},
		},
		"a service's own number for a carrier is no name": {
			parcel(func(s *intake.Shipment) {
				s.Carrier = "3011"
				s.Events = []intake.Event{scan(1, intake.PickedUp, "")}
			}), tracking.Known{},
			[]shipment.Report{{Number: shipment.Number{Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.PickedUp, At: at(1)}}},
		},
		"hand-over to another number": {
			parcel(func(s *intake.Shipment) {
				s.Legs = []intake.Leg{{Carrier: "Yanwen"}, {Carrier: "usps", Numbers: []string{"9400100105442287383788"}}}
				s.Events = []intake.Event{scan(1, intake.PickedUp, "Yanwen"), scan(20, intake.InTransit, "Yanwen"), scan(30, intake.InTransit, "usps"), scan(40, intake.Delivered, "usps")}
				s.Status = intake.Delivered
			}), tracking.Known{},
			[]shipment.Report{
				{Number: shipment.Number{Carrier: "Yanwen", Number: "RB123456785DE"}, Onward: shipment.Number{Carrier: "USPS", Number: "9400100105442287383788"}, Event: shipment.Event{Status: shipment.PickedUp, At: at(1)}},
				{Number: shipment.Number{Carrier: "Yanwen", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.InTransit, At: at(20)}},
				{Number: shipment.Number{Carrier: "USPS", Number: "9400100105442287383788"}, Event: shipment.Event{Status: shipment.InTransit, At: at(30)}},
				{Number: shipment.Number{Carrier: "USPS", Number: "9400100105442287383788"}, Event: shipment.Event{Status: shipment.Delivered, At: at(40)}},
			},
		},
		"two products of one carrier are one leg": {
			parcel(func(s *intake.Shipment) {
				s.Legs = []intake.Leg{{Carrier: "dhl"}, {Carrier: "DHL Express"}}
				s.Events = []intake.Event{scan(1, intake.PickedUp, "dhl"), scan(2, intake.InTransit, "DHL Express")}
			}), tracking.Known{},
			[]shipment.Report{{Number: first, Event: shipment.Event{Status: shipment.PickedUp, At: at(1)}}, {Number: first, Event: shipment.Event{Status: shipment.InTransit, At: at(2)}}},
		},
		"the next carrier under the same number, of which nothing was told before it": {
			parcel(func(s *intake.Shipment) {
				s.Legs = []intake.Leg{{Carrier: "china-post"}, {Carrier: "dhl"}}
				s.Events = []intake.Event{scan(30, intake.InTransit, "dhl"), scan(40, intake.OutForDelivery, "dhl")}
			}), tracking.Known{},
			[]shipment.Report{
				{Number: shipment.Number{Carrier: "China Post", Number: "RB123456785DE"}, Onward: first, Event: shipment.Event{Status: shipment.InTransit, At: at(30)}},
				{Number: first, Event: shipment.Event{Status: shipment.OutForDelivery, At: at(40)}},
			},
		},
		"what has no time is left out": {parcel(func(s *intake.Shipment) {
			s.Events = []intake.Event{{Status: intake.PickedUp}}
			s.Status = intake.Unknown
		}), tracking.Known{}, nil},
		"what has no number too": {parcel(func(s *intake.Shipment) { s.Numbers = nil; s.Events = []intake.Event{scan(1, intake.PickedUp, "")} }), tracking.Known{}, nil},
		"the newest scan has what the service makes of it": {
			parcel(func(s *intake.Shipment) {
				s.Events = []intake.Event{scan(2, intake.Unknown, ""), scan(1, intake.Unknown, "")}
			}), tracking.Known{},
			[]shipment.Report{{Number: first, Event: shipment.Event{Status: shipment.InTransit, At: at(2)}}, {Number: first, Event: shipment.Event{Status: shipment.Unknown, At: at(1)}}},
		},
		"an arrival that is new, just behind its scan": {
			parcel(func(s *intake.Shipment) {
				s.Events = []intake.Event{scan(10, intake.InTransit, "")}
				s.Expected = &intake.Window{To: at(90)}
			}), mine(func(v *shipment.Shipment) { v.Expected.To = at(80) }),
			[]shipment.Report{
				{Number: shipment.Number{Carrier: "DHL Paket", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.InTransit, At: at(10)}},
				{Number: shipment.Number{Carrier: "DHL Paket", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.Unknown, At: at(10).Add(40 * time.Hour / 1000), Expected: shipment.Window{To: at(90)}}},
			},
		},
		"an arrival that is known": {
			parcel(func(s *intake.Shipment) { s.Expected = &intake.Window{To: at(80)}; s.Status = intake.Unknown }), mine(func(v *shipment.Shipment) { v.Expected.To = at(80) }), nil,
		},
		"nobody knows the number": {
			parcel(func(s *intake.Shipment) { s.Attributes = []string{intake.NumberUnknown}; s.Status = intake.Announced }), tracking.Known{},
			[]shipment.Report{{Number: first, Event: shipment.Event{Status: shipment.Unknown, Reason: shipment.NotFound, At: now}}},
		},
		"nobody knows it any more, of a parcel that was scanned": {
			parcel(func(s *intake.Shipment) { s.Attributes = []string{intake.NumberUnknown}; s.Status = intake.Announced }), mine(func(v *shipment.Shipment) { v.FirstScanAt = at(1) }), nil,
		},
		"nobody asks any more": {
			parcel(func(s *intake.Shipment) {
				s.Attributes = []string{intake.PollingExpired}
				s.Events = []intake.Event{scan(1, intake.InTransit, "")}
			}), tracking.Known{},
			[]shipment.Report{{Number: first, Event: shipment.Event{Status: shipment.InTransit, At: at(1)}}, {Number: first, Event: shipment.Event{Status: shipment.Unknown, Reason: shipment.PollingExpired, At: at(50)}}},
		},
		"delivered, and no scan says so": {
			parcel(func(s *intake.Shipment) { s.Status, s.DeliveredAt = intake.Delivered, at(45) }), mine(func(*shipment.Shipment) {}),
			[]shipment.Report{{Number: shipment.Number{Carrier: "DHL Paket", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.Delivered, At: at(45)}}},
		},
		"a delivery that the service takes back": {
			parcel(func(s *intake.Shipment) { s.Events = []intake.Event{scan(10, intake.InTransit, "")} }),
			func() tracking.Known {
				k := mine(func(v *shipment.Shipment) { v.Status, v.Since = shipment.Delivered, at(30) })
				k.EndedBy = "test"
				return k
			}(),
			[]shipment.Report{
				{Number: shipment.Number{Carrier: "DHL Paket", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.InTransit, At: at(10)}},
				{Number: shipment.Number{Carrier: "DHL Paket", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.InTransit, At: at(50), Correction: true}},
			},
		},
		"a delivery that somebody else told of stays": {
			parcel(func(s *intake.Shipment) { s.Events = []intake.Event{scan(10, intake.InTransit, "")} }),
			func() tracking.Known {
				k := mine(func(v *shipment.Shipment) { v.Status, v.Since = shipment.Delivered, at(30) })
				k.EndedBy = "order"
				return k
			}(),
			[]shipment.Report{{Number: shipment.Number{Carrier: "DHL Paket", Number: "RB123456785DE"}, Event: shipment.Event{Status: shipment.InTransit, At: at(10)}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []shipment.Report
			for _, r := range tracking.Reports("test", c.told, c.known, now) {
				e := r.Event
				got = append(got, shipment.Report{Number: r.Number, Onward: r.Onward, Event: shipment.Event{Status: e.Status, Reason: e.Reason, At: e.At, Expected: e.Expected, Correction: e.Correction}})
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestPlacesAndTimesOfScans(t *testing.T) {
	s := parcel(func(s *intake.Shipment) {
		s.Direction = "back"
		s.Events = []intake.Event{
			{At: at(1), Local: "2026-03-01 09:00", Status: intake.AttemptFailed, Code: "AttemptFail", Detail: "AttemptFail_002", Cause: "recipient", Reason: "recipient_absent", Place: &intake.Address{Line1: "Leipzig Hub", Country: "DEU"}, Lat: "51.34", Lon: "12.37"},
			{At: at(2), Status: "levitating", Code: "failure", Detail: "refused", Cause: "the moon", Reason: "whim", Place: &intake.Address{City: "Bonn", Postcode: "53113", Country: "Germany"}, Lat: "NaN", Lon: "500"},
		}
	})
	got := tracking.Reports("test", s, tracking.Known{}, now)
	if len(got) != 2 {
		t.Fatal(got)
	}
	a, b := got[0].Event, got[1].Event
	if got[0].Direction != shipment.Back || a.Zoned || a.Code != "AttemptFail_002" || a.Cause != shipment.ByRecipient || a.Reason != shipment.RecipientAbsent ||
		a.Place != (shipment.Place{Country: "DE", City: "Leipzig Hub", Lat: 51340000, Lon: 12370000}) {
		t.Errorf("%+v", got[0])
	}
	if !b.Zoned || b.Code != "failure refused" || b.Cause != "" || b.Reason != "" || b.Place != (shipment.Place{City: "Bonn", Postcode: "53113"}) {
		t.Errorf("%+v", b)
	}
}

// sources are the services whose messages are decoded.
func sources() map[string]intake.Source {
	return map[string]intake.Source{"aftership": aftership.Source(), "seventeentrack": seventeentrack.Source(), "easypost": easypost.Source(), "karrio": karrio.Source(), "generic": generic.Source()}
}

// The vendors' samples all become events that package shipment takes.
func TestSamplesBecomeEvents(t *testing.T) {
	for folder, s := range sources() {
		files, err := filepath.Glob(filepath.Join("../../adapter/carrier", folder, "testdata/*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal(folder, err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if check(t, s, body) == 0 {
				t.Errorf("%s says nothing", f)
			}
		}
	}
}

// check converts a message and holds the result to what Ingest asks of reports.
func check(t *testing.T, s intake.Source, body []byte) (n int) {
	d, err := s.Decode(http.Header{}, body)
	if err != nil {
		return 0
	}
	for _, o := range d.Items {
		v, ok := o.(*intake.Shipment)
		if !ok {
			continue
		}
		list := tracking.Reports(s.Name, v, tracking.Known{}, now)
		again := tracking.Reports(s.Name, v, tracking.Known{}, now)
		if a, b := text(t, list), text(t, again); a != b {
			t.Errorf("converted twice:\n%s\n%s", a, b)
		}
		told := map[string]bool{}
		for i, r := range list {
			e := r.Event
			if order.TrackingKey(r.Number.Number) == "" || !e.Status.Valid() || !e.Cause.Valid() || !e.Reason.Valid() || e.At.IsZero() || e.Expected.From.After(e.Expected.To) && !e.Expected.To.IsZero() || len(e.Place.Country) != 0 && len(e.Place.Country) != 2 {
				t.Errorf("%s: %+v", s.Name, r)
			}
			if i > 0 && !told[r.Carrier+"\x00"+order.TrackingKey(r.Number.Number)] {
				t.Errorf("%s: nobody told of the number of %+v before", s.Name, r)
			}
			for _, n := range []shipment.Number{r.Number, r.Onward} {
				told[n.Carrier+"\x00"+order.TrackingKey(n.Number)] = true
			}
		}
		n += len(list)
	}
	return n
}

func text(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func FuzzReports(f *testing.F) {
	for folder := range sources() {
		files, err := filepath.Glob(filepath.Join("../../adapter/carrier", folder, "testdata/*.json"))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			body, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body)
		}
	}
	list := sources()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range list {
			check(t, s, body)
		}
	})
}
