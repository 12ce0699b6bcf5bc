package outgoing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/product"
	"godwit.dev/godwit/internal/domain/shipment"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// MaxPage is the most replacements that one call returns.
const MaxPage = 200

// maxText bounds a note, a line of an address and a carrier's name, in bytes.
const maxText = 300

// maxTracking bounds a tracking number, in bytes.
const maxTracking = 60

// Filter narrows a list of replacements; a zero field does not.
type Filter struct {
	State State
	Case  cases.ID
	Order order.ID
}

// Moved is a replacement, where its carrier says that it is now, and when it thinks to deliver it; zero is not known.
type Moved struct {
	ID      ID
	Status  shipment.Status
	Arrives time.Time
}

// Store keeps replacements. A record of another workspace does not exist.
type Store interface {
	InTx(context.Context, func(context.Context) error) error
	// AddOutgoing writes a replacement. It reports false if its resolution has one.
	AddOutgoing(context.Context, Parcel) (bool, error)
	// SaveOutgoing writes what may change.
	SaveOutgoing(context.Context, Parcel) error
	Outgoing(context.Context, auth.WorkspaceID, ID) (Parcel, error)
	// HoldOutgoing returns a replacement, locked until the transaction ends.
	HoldOutgoing(context.Context, auth.WorkspaceID, ID) (Parcel, error)
	OutgoingOf(ctx context.Context, w auth.WorkspaceID, resolution int64) (Parcel, error)
	// OutgoingList returns what somebody sees under a filter, the newest first, before a replacement.
	OutgoingList(ctx context.Context, s auth.Scope, f Filter, before ID, limit int) ([]Parcel, error)
	// CountOutgoing counts what somebody sees by state, each up to a limit.
	CountOutgoing(ctx context.Context, s auth.Scope, states []State, limit int64) (map[State]int64, error)
	// MovedOutgoing returns replacements on their way whose shipment stands otherwise than it was seen.
	MovedOutgoing(ctx context.Context, w auth.WorkspaceID, limit int) ([]Moved, error)
}

// Config is what a Service needs.
type Config struct {
	Store Store
	Cases interface {
		Get(ctx context.Context, actor auth.Actor, c cases.ID) (cases.Case, error)
		Step(ctx context.Context, actor auth.Actor, c cases.ID, resolution int64, to cases.Stand, code string) (cases.Case, error)
		Reopen(ctx context.Context, actor auth.Actor, c cases.ID, why string) (cases.Case, error)
		Hand(ctx context.Context, actor auth.Actor, c cases.ID, resolution int64, h cases.Hand) (cases.Case, error)
	}
	Orders interface {
		Get(ctx context.Context, actor auth.Actor, id order.ID) (order.Order, error)
	}
	Products interface {
		BySKU(ctx context.Context, actor auth.Actor, shop order.ShopID, skus []string) (map[string]product.Product, error)
	}
	Shipments interface {
		Announce(ctx context.Context, actor auth.Actor, o order.Order, source, carrier, number string) (shipment.Shipment, error)
	}
	// Tell writes to the customer what became of a replacement, or asks where it is to go, in the transaction in ctx; nil
	// writes nothing.
	Tell    func(ctx context.Context, p Parcel) error
	Journal event.Journal
	IDs     *id.Source
	Now     func() time.Time
}

// Service holds the verbs of replacements.
type Service struct{ Config }

// New returns a Service.
func New(cfg Config) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{cfg}
}

func (s *Service) clock() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Make makes the replacement of a resolution that is carried out. It joins the transaction in ctx and checks no right of its
// own. One resolution has one; a repeat returns it.
func (s *Service) Make(ctx context.Context, c cases.Case, r cases.Resolution) (Parcel, error) {
	if p, err := s.Store.OutgoingOf(ctx, c.Workspace, r.Number); !errs.Is(err, errs.NotFound) {
		return p, err
	}
	by, now := auth.ForSystem(c.Workspace), s.clock()
	p := Parcel{
		ID: ID(s.IDs.Next()), Workspace: c.Workspace, Case: c.ID, Number: c.Number, Resolution: r.Number, Shop: c.Shop, Means: r.Means, State: ToSend,
		Confirm: c.Kind == cases.AtDoor, Attempt: 1, CreatedAt: now, UpdatedAt: now,
	}
	if r.Offer != nil {
		p.From = r.Offer.From
	}
	var o order.Order
	for _, g := range r.Units {
		l := c.Lines[g.Line-1]
		if o.ID != l.Order && l.Order != 0 {
			var err error
			if o, err = s.Orders.Get(ctx, by, l.Order); err != nil {
				return Parcel{}, fmt.Errorf("replace: %w", err)
			}
		}
		if p.Order == 0 {
			p.Order, p.To, p.Currency = o.ID, o.ShipTo, o.Currency
		}
		line := Line{Case: l.Number, OrderRow: l.OrderRow, Had: l.SKU, Title: l.Title, Quantity: g.Quantity}
		if i := slices.IndexFunc(o.Lines, func(x order.Line) bool { return x.ID == l.OrderRow }); i >= 0 && o.Lines[i].Quantity > 0 {
			line.Paid = o.Lines[i].Price - o.Lines[i].Discount/o.Lines[i].Quantity
		}
		if r.Means != cases.ExchangeVariant && r.Means != cases.ExchangeOther {
			line.SKU = l.SKU
		}
		p.Lines = append(p.Lines, line)
	}
	ok, err := s.Store.AddOutgoing(ctx, p)
	if err == nil && !ok {
		return s.Store.OutgoingOf(ctx, c.Workspace, r.Number)
	}
	if err == nil {
		err = s.announce(ctx, by, p, "")
	}
	if err == nil && p.Confirm && s.Tell != nil {
		err = s.Tell(ctx, p)
	}
	return p, err
}

// Get returns a replacement that the actor may see; any other is errs.NotFound. It needs ReadCases.
func (s *Service) Get(ctx context.Context, actor auth.Actor, number ID) (Parcel, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return Parcel{}, err
	}
	p, err := s.Store.Outgoing(ctx, actor.Workspace, number)
	if err == nil {
		err = auth.Can(actor, auth.ReadCases, p.Resource())
	}
	if err != nil {
		return Parcel{}, err
	}
	return p, nil
}

// List returns replacements under a filter that the actor may see, the newest first, before one of them (0: from the
// newest), at most MaxPage. It needs ReadCases.
func (s *Service) List(ctx context.Context, actor auth.Actor, f Filter, before ID, limit int) ([]Parcel, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	if f.State != "" && !slices.Contains(States(), f.State) {
		return nil, errs.Field("state", "error.invalid")
	}
	return s.Store.OutgoingList(ctx, actor.Scope(), f, before, min(limit, MaxPage))
}

// Counts counts the replacements that the actor may see and that somebody has to see to, by state, each up to
// cases.MaxCount and one more. It needs ReadCases.
func (s *Service) Counts(ctx context.Context, actor auth.Actor) (map[State]int64, error) {
	if err := actor.Can(auth.ReadCases); err != nil {
		return nil, err
	}
	return s.Store.CountOutgoing(ctx, actor.Scope(), []State{ToSend, Short, Sent, Lost, CameBack}, cases.MaxCount+1)
}

// Choose says what is sent for a line of the case, by the SKU of a product of the shop, until it is sent. A SKU that the
// shop does not have is errs.Invalid. It needs WriteCases.
func (s *Service) Choose(ctx context.Context, actor auth.Actor, number ID, line int, sku string) (Parcel, error) {
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.Case == line })
		if sku = strings.TrimSpace(sku); i < 0 || sku == "" {
			return errs.New(errs.Invalid, "error.outgoing_sku")
		}
		if !p.open() {
			return errs.New(errs.Conflict, "error.outgoing_state")
		}
		found, err := s.Products.BySKU(ctx, auth.ForSystem(p.Workspace), p.Shop, []string{sku})
		if err != nil {
			return err
		}
		x, ok := found[sku]
		if !ok {
			return errs.New(errs.Invalid, "error.outgoing_sku")
		}
		l := &p.Lines[i]
		l.SKU, l.Title, l.Price = sku, x.Title, nil
		for _, v := range x.Variants {
			if v.SKU == sku && x.Currency == p.Currency {
				l.Price = &v.Price
			}
		}
		return nil
	})
}

// Readdress says where it is sent to, in the customer's own word, until it is sent. It needs WriteCases.
func (s *Service) Readdress(ctx context.Context, actor auth.Actor, number ID, to order.Address) (Parcel, error) {
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		if !p.open() {
			return errs.New(errs.Conflict, "error.outgoing_state")
		}
		return s.readdress(ctx, actor, p, to)
	})
}

// Confirm is the customer's own word on where it is sent to, while they are asked for it: with it, what came back goes out
// again as another attempt. The country stays: another one is another customs, and another price. It fails with errs.NotFound
// on what is not for a case of theirs, with errs.Invalid on an address that lacks a part, and with errs.Conflict when nobody
// asks any more.
func (s *Service) Confirm(ctx context.Context, customer auth.Actor, number ID, to order.Address) (Parcel, error) {
	theirs := func(ctx context.Context, p Parcel) error {
		_, err := s.Cases.Get(ctx, customer, p.Case)
		return err
	}
	return s.alter(ctx, customer, number, theirs, func(ctx context.Context, p *Parcel) error {
		if !p.Asks() {
			return errs.New(errs.Conflict, "error.outgoing_state")
		}
		if p.State == CameBack {
			p.again()
		}
		if to.Country = p.To.Country; strings.TrimSpace(to.Name) == "" || strings.TrimSpace(to.City) == "" || strings.TrimSpace(to.Postcode) == "" && p.To.Postcode != "" {
			return errs.Field("line1", "error.outgoing_address")
		}
		return s.readdress(ctx, customer, p, to)
	})
}

// readdress writes an address that the customer confirmed.
func (s *Service) readdress(ctx context.Context, by auth.Actor, p *Parcel, to order.Address) error {
	parts := []*string{&to.Name, &to.Company, &to.Line1, &to.Line2, &to.Postcode, &to.City, &to.Region, &to.Country, &to.Phone}
	for _, x := range parts {
		if *x = strings.Join(strings.Fields(*x), " "); len(*x) > maxText {
			return errs.Field("line1", "error.goods_long", "max", maxText)
		}
	}
	if to.Country = strings.ToUpper(to.Country); len(to.Country) != 2 || to.Line1 == "" {
		return errs.Field("line1", "error.outgoing_address")
	}
	if p.To == to && !p.Confirm {
		return nil
	}
	p.To, p.Confirm = to, false
	return s.Journal.Append(ctx, event.New("replacement.addressed", by, event.Subject{Kind: "replacement", ID: int64(p.ID)}, 0, p.summary(p.State)))
}

// Lack says that stock is not there, why, and when it is expected (zero: not known); with back it is there again. The
// customer is told, and told again when another day is expected. It needs WriteCases.
func (s *Service) Lack(ctx context.Context, actor auth.Actor, number ID, back bool, why string, expected time.Time) (Parcel, error) {
	to := map[bool]State{true: ToSend, false: Short}[back]
	if back {
		expected = time.Time{}
	}
	return s.move(ctx, actor, number, to, why, func(p *Parcel) { p.Expected = expected.UTC() })
}

// Send notes the carrier and the tracking number under which it left: from then on it is followed as all parcels of the
// order are. Until its carrier has it another number takes the place of the one before. It fails with errs.Invalid on a
// number that cannot be one or that is another order's, with errs.Conflict while it is not known what is sent or where to.
// A repeat changes nothing. It needs WriteCases.
func (s *Service) Send(ctx context.Context, actor auth.Actor, number ID, carrier, tracking string) (Parcel, error) {
	carrier, tracking = strings.Join(strings.Fields(carrier), " "), strings.Join(strings.Fields(tracking), " ")
	key := order.TrackingKey(tracking)
	if key == "" || len(tracking) > maxTracking {
		return Parcel{}, errs.Field("tracking", "error.goods_tracking")
	}
	if len(carrier) > maxText {
		return Parcel{}, errs.Field("carrier", "error.goods_long", "max", maxText)
	}
	return s.change(ctx, actor, number, func(ctx context.Context, p *Parcel) error {
		again := p.State == Sent && (p.Seen == shipment.Announced || p.Seen == shipment.Unknown)
		if p.State == Sent && key == order.TrackingKey(p.Tracking) {
			return nil
		}
		if !again && !CanGo(p.State, Sent) {
			return errs.New(errs.Conflict, "error.outgoing_state")
		}
		if !p.Ready() {
			return errs.New(errs.Conflict, "error.outgoing_unready")
		}
		by, now := auth.ForSystem(p.Workspace), s.clock()
		o, err := s.Orders.Get(ctx, by, p.Order)
		if err != nil {
			return err
		}
		sent, err := s.Shipments.Announce(ctx, by, o, "replacement", carrier, tracking)
		if err != nil {
			return err
		}
		p.State, p.Carrier, p.Tracking, p.Shipment, p.Seen, p.SentAt, p.Note, p.Expected = Sent, carrier, tracking, sent.ID, shipment.Announced, now, "", time.Time{}
		return nil
	})
}

// End says in a person's word what became of one that was sent: delivered, lost, or back; or, of one that was not, that it
// cannot be sent. It needs WriteCases, and a reason for anything but a delivery.
func (s *Service) End(ctx context.Context, actor auth.Actor, number ID, to State, why string) (Parcel, error) {
	if to != Delivered && to != Lost && to != CameBack && to != Cancelled {
		return Parcel{}, errs.Field("state", "error.invalid")
	}
	if why = strings.TrimSpace(why); why == "" && to != Delivered {
		return Parcel{}, errs.New(errs.Invalid, "error.case_why")
	}
	return s.move(ctx, actor, number, to, why, func(p *Parcel) { p.EndedAt = s.clock() })
}

// Again sends one that was lost or came back once more, as another attempt. It needs WriteCases.
func (s *Service) Again(ctx context.Context, actor auth.Actor, number ID) (Parcel, error) {
	return s.change(ctx, actor, number, func(_ context.Context, p *Parcel) error {
		if p.State != Lost && p.State != CameBack {
			return errs.New(errs.Conflict, "error.outgoing_state")
		}
		p.Confirm = p.Confirm || p.State == CameBack
		p.again()
		return nil
	})
}

// again begins another attempt.
func (p *Parcel) again() {
	p.State, p.Attempt, p.Note, p.Carrier, p.Tracking, p.Shipment, p.Seen, p.Arrives, p.SentAt, p.EndedAt = ToSend, p.Attempt+1, "", "", "", 0, "", time.Time{}, time.Time{}, time.Time{}
}

// open reports whether it may still be changed.
func (p Parcel) open() bool { return p.State == ToSend || p.State == Short }

// move is change to a state, with a note.
func (s *Service) move(ctx context.Context, actor auth.Actor, number ID, to State, why string, fill func(*Parcel)) (Parcel, error) {
	if why = strings.TrimSpace(why); len(why) > maxText {
		return Parcel{}, errs.Field("why", "error.goods_long", "max", maxText)
	}
	return s.change(ctx, actor, number, func(_ context.Context, p *Parcel) error {
		if p.State == to && to == Short && why == "" {
			why = p.Note
		}
		if p.State == to && to != Short {
			return nil
		}
		if p.State != to && !CanGo(p.State, to) {
			return errs.New(errs.Conflict, "error.outgoing_state")
		}
		p.State, p.Note = to, why
		fill(p)
		return nil
	})
}

// change is alter by somebody who may work on cases.
func (s *Service) change(ctx context.Context, actor auth.Actor, number ID, fn func(ctx context.Context, p *Parcel) error) (Parcel, error) {
	if err := actor.Can(auth.WriteCases); err != nil {
		return Parcel{}, err
	}
	return s.alter(ctx, actor, number, func(_ context.Context, p Parcel) error { return auth.Can(actor, auth.WriteCases, p.Resource()) }, fn)
}

// alter holds a replacement that the actor may reach, writes what fn made of it, and moves its case and the customer.
func (s *Service) alter(ctx context.Context, actor auth.Actor, number ID, may func(context.Context, Parcel) error, fn func(ctx context.Context, p *Parcel) error) (p Parcel, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if p, err = s.Store.HoldOutgoing(ctx, actor.Workspace, number); err == nil {
			err = may(ctx, p)
		}
		if err != nil {
			return err
		}
		was, had := p, p.Hand()
		p.Lines = slices.Clone(p.Lines)
		if err := fn(ctx, &p); err != nil {
			return err
		}
		p.UpdatedAt = s.clock()
		moved := was.State != p.State || p.State == Short && !was.Expected.Equal(p.Expected)
		if err := s.Store.SaveOutgoing(ctx, p); err != nil || !moved && had == p.Hand() {
			return err
		}
		if !moved {
			return s.carry(ctx, p)
		}
		if err := s.announce(ctx, actor, p, was.State); err != nil {
			return err
		}
		if err := s.carry(ctx, p); err != nil || s.Tell == nil {
			return err
		}
		return s.Tell(ctx, p)
	})
	if err != nil {
		return Parcel{}, fmt.Errorf("replacement %d: %w", number, err)
	}
	return p, nil
}

// Codes by which a resolution fails whose replacement does not arrive.
const (
	WasLost      = "replacement_lost"
	WasBack      = "replacement_back"
	WasCancelled = "replacement_cancelled"
)

// carry moves the resolution of a replacement: it is done when it is delivered, and fails when it will not be; until then it
// is in the hands of whoever has the parcel. A case that was over is taken up again.
func (s *Service) carry(ctx context.Context, p Parcel) error {
	by := auth.ForSystem(p.Workspace)
	c, err := s.Cases.Get(ctx, by, p.Case)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Resolutions, func(r cases.Resolution) bool { return r.Number == p.Resolution })
	if i < 0 {
		return nil
	}
	code := map[State]string{Lost: WasLost, CameBack: WasBack, Cancelled: WasCancelled}[p.State]
	for _, to := range follows(c.Resolutions[i].Stand, p.State) {
		if c, err = s.Cases.Step(ctx, by, p.Case, p.Resolution, to, code); err != nil {
			return err
		}
		if to == cases.Undone && c.Phase == cases.Closed {
			if _, err := s.Cases.Reopen(ctx, by, p.Case, WasLost); err != nil {
				return err
			}
		}
	}
	_, err = s.Cases.Hand(ctx, by, p.Case, p.Resolution, p.Hand())
	return err
}

// follows says where a resolution goes by the state of its replacement. It is pure.
func follows(at cases.Stand, state State) []cases.Stand {
	ended := state == Lost || state == CameBack || state == Cancelled
	switch {
	case at == cases.Executing && state == Delivered:
		return []cases.Stand{cases.Done}
	case at == cases.Executing && ended:
		return []cases.Stand{cases.Failed}
	case at == cases.Done && ended:
		return []cases.Stand{cases.Undone}
	case (at == cases.Failed || at == cases.Undone) && state == ToSend:
		return []cases.Stand{cases.Executing}
	case (at == cases.Failed || at == cases.Undone) && state == Delivered:
		return []cases.Stand{cases.Executing, cases.Done}
	}
	return nil
}

// Summary is what a replacement's event tells.
type Summary struct {
	Case     int64    `json:"case"` // its number
	Order    order.ID `json:"order"`
	Means    string   `json:"means"`
	State    State    `json:"state"`
	Was      State    `json:"was,omitempty"`
	Attempt  int      `json:"attempt"`
	Carrier  string   `json:"carrier,omitempty"`
	Tracking string   `json:"tracking,omitempty"`
}

func (p Parcel) summary(was State) Summary {
	return Summary{p.Number, p.Order, string(p.Means), p.State, was, p.Attempt, p.Carrier, p.Tracking}
}

func (s *Service) announce(ctx context.Context, by auth.Actor, p Parcel, was State) error {
	return s.Journal.Append(ctx, event.New("replacement.moved", by, event.Subject{Kind: "replacement", ID: int64(p.ID)}, 0, p.summary(was)))
}

// followBatch is how many replacements one step of Follow looks at.
const followBatch = 100

// Follow takes up what carriers say of replacements. Each is a transaction of its own, and one that cannot be taken up keeps
// no other back; a repeat finds nothing left.
func (s *Service) Follow(ctx context.Context, w auth.WorkspaceID) error {
	list, err := s.Store.MovedOutgoing(ctx, w, followBatch)
	if err != nil {
		return err
	}
	var wrong []error
	for _, m := range list {
		_, err := s.change(ctx, auth.ForSystem(w), m.ID, func(_ context.Context, p *Parcel) error {
			p.Seen, p.Arrives = m.Status, m.Arrives
			if to := after(m.Status); to != "" && CanGo(p.State, to) {
				p.State, p.EndedAt = to, s.clock()
			}
			return nil
		})
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}
