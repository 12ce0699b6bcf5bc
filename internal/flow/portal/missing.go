package portal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
)

// NotReceived is the topic of tickets about parcels that were delivered, and are
// not there.
const NotReceived = "not_received"

// Bounds of a report.
const (
	MostPhoto      = 5 << 20 // bytes
	mostNote       = 4000    // bytes
	reportsAnHour  = 6
	answerWorkdays = 2
)

// Places where people find parcels that were said to be delivered.
const (
	AtDoor       = "door"
	WithNeighbor = "neighbours"
	AtReception  = "reception"
	InNotice     = "notice"
	AtPickup     = "pickup"
)

// receptions are countries where guards, concierges and parcel boxes of a house
// commonly take parcels.
var receptions = []string{"AE", "BR", "CN", "HK", "IN", "JP", "KR", "MO", "SG", "TW", "US"}

// Places returns where to look first in a country, in that order.
func Places(country string) []string {
	list := []string{AtDoor, WithNeighbor, InNotice, AtPickup}
	if slices.Contains(receptions, country) {
		list = slices.Insert(list, 1, AtReception)
	}
	return list
}

// Missing is a parcel that a customer has reported as not received.
type Missing struct {
	Workspace  auth.WorkspaceID
	Order      order.ID
	Parcel     string // Parcel.Key
	Ticket     ticket.ID
	ReportedAt time.Time
	AnswerBy   time.Time // what the customer was told
}

// Report is what a customer says of a parcel that is not there.
type Report struct {
	Parcel string   // Parcel.Key
	Looked []string // of Places
	When   string   // the day on which they looked last, 2006-01-02, or ""
	Note   string
	Photo  []byte // JPEG, PNG or WebP, or nil
}

// Desk takes what customers say. Receive joins a transaction in ctx.
type Desk interface {
	Receive(ctx context.Context, w auth.Workspace, batch []ticket.Inbound) ([]ticket.Received, error)
}

// ReportMissing opens a ticket about a parcel that was delivered and is not there, or
// adds to the customer's open one on the order, for whom a session belongs to. A
// repeat changes nothing and returns the first report. Without a session it fails
// with errs.Denied, for a parcel that is not said to be delivered with errs.NotFound,
// and with errs.Invalid on "photo" for a file that is no picture or too large.
func (s *Service) ReportMissing(ctx context.Context, shop order.Shop, token, session string, r Report, v Visit) (Missing, error) {
	o, err := s.orderOf(ctx, shop, token, forOrder)
	if err != nil {
		return Missing{}, err
	}
	held, err := s.private(ctx, shop, o, session)
	if err != nil {
		return Missing{}, err
	}
	if held == nil {
		return Missing{}, errs.New(errs.Denied, "portal.code.wrong")
	}
	parcels, err := s.parcels(ctx, o)
	if err != nil {
		return Missing{}, err
	}
	i := slices.IndexFunc(parcels, func(p Parcel) bool { return p.Key == r.Parcel && p.Status == shipment.Delivered })
	if i < 0 || s.Desk == nil || o.Email == "" {
		return Missing{}, nothing()
	}
	if known := parcels[i].Missing; known != nil {
		return *known, nil
	}
	files, err := photo(r.Photo)
	if err != nil {
		return Missing{}, err
	}
	ok, err := s.Gate.AllowWithin(ctx, "portal reports", strconv.FormatInt(int64(o.ID), 36), reportsAnHour, triesWithin)
	if err == nil && !ok {
		err = &Wait{triesWithin}
	}
	if err != nil {
		return Missing{}, err
	}
	w, err := s.House.Workspace(ctx, shop.Workspace)
	if err != nil {
		return Missing{}, err
	}
	in, err := s.inbound(ctx, shop, o, parcels[i], r, v)
	if err != nil {
		return Missing{}, err
	}
	in.Files = files
	m := Missing{Workspace: shop.Workspace, Order: o.ID, Parcel: r.Parcel, ReportedAt: s.Now(), AnswerBy: AnswerBy(s.Now())}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		out, err := s.Desk.Receive(ctx, w, []ticket.Inbound{in})
		if err != nil {
			return err
		}
		m.Ticket = out[0].Ticket
		return s.Store.AddMissing(ctx, m)
	})
	if errs.Is(err, errs.Conflict) { // the same form, sent twice at once
		list, err := s.Store.MissingOf(ctx, shop.Workspace, o.ID)
		if i := slices.IndexFunc(list, func(x Missing) bool { return x.Parcel == m.Parcel }); i >= 0 {
			return list[i], nil
		}
		return Missing{}, err
	}
	if err != nil {
		return Missing{}, fmt.Errorf("report missing: %w", err)
	}
	return m, nil
}

// photo makes a file of a picture that a browser sent, by its first bytes alone.
func photo(data []byte) ([]ticket.InboundFile, error) {
	if len(data) == 0 {
		return nil, nil
	}
	kind := http.DetectContentType(data)
	name, ok := map[string]string{"image/jpeg": "photo.jpg", "image/png": "photo.png", "image/webp": "photo.webp"}[kind]
	if !ok || len(data) > MostPhoto {
		return nil, errs.Field("photo", "portal.missing.wrong_photo", "Size", i18n.For(i18n.English).Bytes(MostPhoto))
	}
	sum := sha256.Sum256(data)
	return []ticket.InboundFile{{Data: data, File: ticket.File{Name: name, ContentType: kind, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}}}, nil
}

// inbound words a report in the customer's language, as if they had written it.
func (s *Service) inbound(ctx context.Context, shop order.Shop, o order.Order, p Parcel, r Report, v Visit) (ticket.Inbound, error) {
	t := i18n.For(v.Language)
	var b strings.Builder
	line := func(word, value string) {
		if value != "" {
			b.WriteString(word + ": " + value + "\n")
		}
	}
	line(t.T("portal.carrier"), p.Carrier)
	line(t.T("portal.number"), p.Number)
	line(t.T("portal.status.delivered"), t.Date(p.Since, nil, i18n.Medium))
	if len(r.Looked) > 0 {
		b.WriteString("\n" + t.T("portal.missing.looked") + "\n")
		for _, place := range Places(p.Country) {
			if slices.Contains(r.Looked, place) {
				b.WriteString("- " + t.T("portal.missing."+place) + "\n")
			}
		}
	}
	if day, err := time.Parse(time.DateOnly, r.When); err == nil {
		line(t.T("portal.missing.when"), t.Date(day, nil, i18n.Medium))
	}
	if note := strings.TrimSpace(strings.ToValidUTF8(r.Note[:min(len(r.Note), mostNote)], "")); note != "" {
		b.WriteString("\n" + note + "\n")
	}
	boxes, err := s.House.Mailboxes(ctx, shop.Workspace)
	if err != nil {
		return ticket.Inbound{}, err
	}
	in := ticket.Inbound{
		Channel: ticket.Email, Form: ticket.Plain, From: ticket.Address{Name: o.ShipTo.Name, Address: o.Email}, Topic: NotReceived, Order: o.ID, Shop: shop.ID,
		Subject: t.T("portal.missing.subject", "Number", o.Number), Body: strings.TrimSpace(b.String()), Language: string(t.Lang()),
		Key: fmt.Sprintf("missing.%d.%s@portal.invalid", o.ID, p.Key), Origin: ticket.Origin{Source: "portal"}, SentAt: s.Now(), ReceivedAt: s.Now(),
	}
	if box, ok := mailboxOf(shop, boxes); ok {
		in.Mailbox, in.Delivered, in.Recipients.To = box.ID, []string{box.Address}, []ticket.Address{{Address: box.Address}}
	}
	return in, nil
}

// AnswerBy is by when a shop answers a report that is made at a moment.
func AnswerBy(now time.Time) time.Time { return workdays(now, answerWorkdays) }

// workdays returns the day that is n working days after a moment. Which days a shop
// closes beside weekends is its own to say.
func workdays(from time.Time, n int) time.Time {
	for n > 0 {
		from = from.AddDate(0, 0, 1)
		if d := from.Weekday(); d != time.Saturday && d != time.Sunday {
			n--
		}
	}
	return from
}

// mark tells of parcels which ones were reported as missing.
func (s *Service) mark(ctx context.Context, o order.Order, parcels []Parcel) error {
	if s.Store == nil {
		return nil
	}
	list, err := s.Store.MissingOf(ctx, o.Workspace, o.ID)
	for _, m := range list {
		for i := range parcels {
			if parcels[i].Key == m.Parcel {
				parcels[i].Missing = &m
			}
		}
	}
	return err
}
