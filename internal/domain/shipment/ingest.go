package shipment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/platform/auth"
)

const (
	chunk      = 5000 // reports in one transaction
	maxText    = 1000 // characters of a carrier's text
	maxWord    = 200  // characters of a number, a code or a part of a place
	maxPayload = 16 << 20
	raceTries  = 4
)

// The times that events may have: after the first commercial parcel service, and
// not further ahead than a clock without zone may be, and an hour.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

const ahead = zoneSlack + time.Hour

// Number is how a carrier calls a parcel.
type Number struct {
	Carrier string // its name, or "" if it is not known
	Number  string
	Params  map[string]string // what some carriers want besides: a postcode, a date, a key
}

// Report is one event as a carrier, a service or a person tells it.
type Report struct {
	Number
	// Onward is the number under which the next carrier moves the parcel, if the
	// report tells it.
	Onward Number
	// Order is the order that the parcel belongs to, where whoever reports knows it
	// and has seen it. A parcel that belongs to an order stays with that one.
	Order *order.Order
	// Direction is which way a parcel goes that nobody told of before; "" is Out.
	Direction Direction
	// Event says what happened; its ID, Shipment, Leg, Source, Payload and
	// ArrivedAt are filled in by Ingest.
	Event Event
}

// Delivery is what came in at once.
type Delivery struct {
	Source  string // api, csv, order, or a driver's name
	Payload []byte // as it was sent, or nil
	Reports []Report
}

// Refusal says why a report was not taken.
type Refusal struct {
	Index int // in the delivery
	Err   error
}

// Result says what Ingest did.
type Result struct {
	Added   int       // events that were not known
	Known   int       // events that were
	Created int       // shipments that nobody had told of
	Changed int       // statuses that the events caused
	Refused []Refusal // reports that cannot be events
}

// Ingest takes what was told of parcels: it adds the events that are not known,
// folds them into the states of their shipments and announces each status that
// they cause, five thousand to a transaction. The same reports again change
// nothing, in whatever order and however they are divided. A number that nobody
// told of becomes a shipment without an order. Reports that cannot be events are
// refused one by one, with errs.Invalid; all others are taken. It needs
// WriteShipments.
func (s *Service) Ingest(ctx context.Context, actor auth.Actor, d Delivery) (Result, error) {
	if err := actor.Can(auth.WriteShipments); err != nil {
		return Result{}, err
	}
	return s.ingest(ctx, actor, d)
}

func (s *Service) ingest(ctx context.Context, actor auth.Actor, d Delivery) (Result, error) {
	var out Result
	if len(d.Payload) > maxPayload {
		return out, errs.Field("payload", "error.too_large", "size", maxPayload>>10)
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	list := make([]Report, 0, len(d.Reports))
	for i, r := range d.Reports {
		if err := s.tidy(&r, now); err != nil {
			out.Refused = append(out.Refused, Refusal{i, err})
			continue
		}
		r.Event.Source, r.Event.ArrivedAt = d.Source, now
		list = append(list, r)
	}
	var payload PayloadID
	for part := range slices.Chunk(list, chunk) {
		var did Result
		var kept PayloadID
		err := s.unraced(ctx, func(ctx context.Context) error {
			b := s.begin(actor, now)
			b.payload, b.source, b.body = payload, d.Source, d.Payload
			err := b.take(ctx, part)
			did, kept = b.did, b.payload
			return err
		})
		if err != nil {
			return out, fmt.Errorf("ingest tracking: %w", err)
		}
		payload = kept
		out.Added, out.Known, out.Created, out.Changed = out.Added+did.Added, out.Known+did.Known, out.Created+did.Created, out.Changed+did.Changed
	}
	return out, nil
}

// unraced runs fn in a transaction, and again if somebody else told one of its
// numbers at the same moment. Within a transaction that its caller began it runs
// once.
func (s *Service) unraced(ctx context.Context, fn func(context.Context) error) error {
	for try := 1; ; try++ {
		err := s.store.InTx(ctx, fn)
		if !errors.Is(err, ErrRace) || try == raceTries {
			return err
		}
	}
}

// tidy brings a report to the form in which events are kept.
func (s *Service) tidy(r *Report, now time.Time) error {
	e := &r.Event
	for _, n := range []*Number{&r.Number, &r.Onward} {
		n.Carrier, n.Number = line(n.Carrier, maxWord), line(n.Number, maxWord)
	}
	e.Code, e.Text = line(e.Code, maxWord), line(e.Text, maxText)
	p := &e.Place
	p.Region, p.City, p.Postcode, p.Country = line(p.Region, maxWord), line(p.City, maxWord), line(p.Postcode, maxWord), strings.ToUpper(line(p.Country, maxWord))
	e.At = toMilli(e.At)
	e.Expected = Window{toMilli(e.Expected.From), toMilli(e.Expected.To)}
	if e.Status == "" {
		e.Status = Unknown
	}
	e.ID, e.Shipment, e.Leg, e.Payload = 0, 0, 0, 0
	switch {
	case order.TrackingKey(r.Number.Number) == "":
		return errs.Field("number", "error.tracking_number", "number", r.Number.Number)
	case r.Onward.Number != "" && order.TrackingKey(r.Onward.Number) == "":
		return errs.Field("onward", "error.tracking_number", "number", r.Onward.Number)
	case !e.Status.Valid():
		return errs.Field("status", "error.tracking_status", "status", string(e.Status))
	case r.Direction != "" && r.Direction != Out && r.Direction != Back:
		return errs.Field("direction", "error.tracking_direction", "direction", string(r.Direction))
	case !e.Cause.Valid():
		return errs.Field("cause", "error.tracking_cause", "cause", string(e.Cause))
	case !e.Reason.Valid():
		return errs.Field("reason", "error.tracking_reason", "reason", string(e.Reason))
	case e.At.Before(earliest) || e.At.After(now.Add(ahead)):
		return errs.Field("at", "error.tracking_time")
	case p.Country != "" && !isCountry(p.Country):
		return errs.Field("place.country", "error.tracking_place", "country", p.Country)
	case p.Lat > 90e6 || p.Lat < -90e6 || p.Lon > 180e6 || p.Lon < -180e6:
		return errs.Field("place", "error.tracking_point")
	case !e.Expected.To.IsZero() && e.Expected.From.After(e.Expected.To):
		return errs.Field("expected", "error.tracking_window")
	case e.Status == Unknown && e.Reason == "" && e.Code == "" && e.Text == "" && e.Expected.IsZero() && e.Place == Place{}:
		return errs.Field("status", "error.required")
	}
	if e.Correction && e.Status == Unknown {
		return errs.Field("status", "error.required")
	}
	return nil
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func toMilli(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

func notFound() error { return errs.New(errs.NotFound, "error.not_found") }

// line makes one line of a text and bounds it. Most texts are one already.
func line(s string, most int) string {
	plain := len(s) <= most
	for i := 0; plain && i < len(s); i++ {
		c := s[i]
		plain = c > ' ' && c < 0x7f || c == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' '
	}
	if plain {
		return s
	}
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}
