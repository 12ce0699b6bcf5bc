package proactive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/zone"
	"godwit.dev/godwit/internal/domain/customer"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/action"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// SendKind is the kind of the action that sends one letter.
const SendKind = "proactive.send"

type sendPayload struct {
	Letter ticket.MessageID `json:"letter"`
}

// Courier hands letters to mail servers as replies are handed to them.
type Courier interface {
	// Send sends a letter by a mailbox; it calls mark right before it may be taken.
	Send(ctx context.Context, box ticket.Mailbox, l Letter, mark func(context.Context) error) action.Outcome
	// Resolve finds out whether a letter left whose answer was lost at a time.
	Resolve(ctx context.Context, box ticket.Mailbox, key string, since time.Time) action.Outcome
}

func ticketID(ids *id.Source) ticket.MessageID { return ticket.MessageID(ids.Next()) }

// mailboxOf returns the mailbox of a shop that sends, or else the first for all shops.
func mailboxOf(shop order.ShopID, boxes []ticket.Mailbox) (ticket.Mailbox, bool) {
	for _, of := range []order.ShopID{shop, 0} {
		for _, b := range boxes {
			if b.Shop == of && !b.Disabled && b.Settings.OutKind == "smtp" {
				return b, true
			}
		}
	}
	return ticket.Mailbox{}, false
}

// talkLook is how many of an order's newest tickets are looked at.
const talkLook = 20

// scene is a letter with all that is known around it.
type scene struct {
	facts  Facts
	policy Policy
	page   Page
	box    ticket.Mailbox
	reader customer.Customer
	shop   order.Shop
}

// look reads what a decision about a letter rests on. all are the letters of its order.
func (s *Service) look(ctx context.Context, l Letter, all []Letter) (scene, error) {
	actor := auth.ForSystem(l.Workspace)
	sc := scene{facts: Facts{Occasion: l.Occasion, Detail: l.Detail, At: l.HappenedAt}}
	var err error
	if sc.facts.Shipment, err = s.Shipments.Get(ctx, actor, l.Shipment); err != nil {
		return sc, gone(err)
	}
	o, err := s.Orders.Get(ctx, actor, l.Order)
	if err != nil {
		return sc, gone(err)
	}
	sc.facts.Order = o
	sc.facts.Zones = zone.Of(o.ShipTo.Country, o.ShipTo.City)
	set, err := s.policies(ctx, l.Workspace)
	if err != nil {
		return sc, err
	}
	sc.policy = policyOf(set, l.Workspace, o.Shop)
	if sc.page, err = s.Page(ctx, o, sc.facts.Shipment); err != nil {
		return sc, gone(err)
	}
	sc.facts.Wish, sc.facts.Early = sc.page.Wish, early(sc.page.Parcel.Expected)
	shops, err := s.Orders.Shops(ctx, actor)
	if err != nil {
		return sc, err
	}
	if i := slices.IndexFunc(shops, func(x order.Shop) bool { return x.ID == o.Shop }); i >= 0 {
		sc.shop = shops[i]
	}
	boxes, err := s.Store.Mailboxes(ctx, l.Workspace)
	if err != nil {
		return sc, err
	}
	var sends bool
	sc.box, sends = mailboxOf(o.Shop, boxes)
	sc.facts.Reachable = sends && sc.page.Stop != ""
	if o.Customer != 0 {
		people, err := s.Customers.ByIDs(ctx, actor, []customer.ID{o.Customer})
		if err != nil {
			return sc, err
		}
		sc.reader = people[o.Customer]
	}
	for _, x := range all {
		if x.ID != l.ID && x.State.counts() {
			sc.facts.Sent = append(sc.facts.Sent, Sent{x.Shipment, x.Occasion, x.Detail, x.SentAt})
		}
	}
	tickets, err := s.Store.TicketsOfOrder(ctx, l.Workspace, l.Order, talkLook)
	sc.facts.Talk = talk(tickets)
	return sc, err
}

// gone makes nothing of records that were there and are not: the zero facts are
// nobody's.
func gone(err error) error {
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// talk is what people said in tickets.
func talk(list []ticket.Ticket) Talk {
	var t Talk
	for _, x := range list {
		if x.LastOutboundAt.After(t.AnsweredAt) {
			t.AnsweredAt = x.LastOutboundAt
		}
		if x.MergedInto != 0 || x.Bucket() == ticket.InDone || x.Bucket() == ticket.InSpam {
			continue
		}
		t.Open = t.Open || !x.LastOutboundAt.IsZero()
		if x.LastInboundAt.After(t.WroteAt) {
			t.WroteAt = x.LastInboundAt
		}
	}
	return t
}

// Handle decides about one letter and lets it leave if its time has come. A repeat
// after that does nothing.
func (s *Service) Handle(ctx context.Context, j job.Job) error {
	var a jobArgs
	if err := j.Decode(&a); err != nil {
		return errs.Wrap(errs.Invalid, err, "error.job_args")
	}
	var again time.Time
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		all, err := s.Store.HoldLetters(ctx, j.Workspace, a.Order)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(l Letter) bool { return int64(l.ID) == a.Letter })
		if i < 0 || all[i].State != Planned {
			return nil
		}
		l := all[i]
		sc, err := s.look(ctx, l, all)
		if err != nil {
			return err
		}
		d := Decide(sc.policy, sc.facts, s.Now())
		l.Why = d.Why
		switch d.Verdict {
		case Drop:
			l.State, l.DueAt = Dropped, time.Time{}
			return s.Store.SaveLetter(ctx, l)
		case Wait:
			l.DueAt, again = d.At, d.At
			return s.Store.SaveLetter(ctx, l)
		}
		return s.leave(ctx, l, sc)
	})
	if err != nil {
		return fmt.Errorf("decide about letter: %w", err)
	}
	if !again.IsZero() {
		return job.Later{At: again}
	}
	return nil
}

// leave writes a letter and hands it to the action that sends it.
func (s *Service) leave(ctx context.Context, l Letter, sc scene) error {
	w, err := s.Store.Workspace(ctx, l.Workspace)
	if err != nil {
		return err
	}
	l.State, l.SentAt, l.DueAt = Leaving, s.Now(), time.Time{}
	l.Language = languageOf(sc)
	l.To, l.Name, l.From = sc.facts.Order.Email, cmp.Or(sc.facts.Order.ShipTo.Name, sc.reader.Name), sc.box.Address
	l.Key = ticket.MessageKey(w.Secret, 0, l.ID, sc.box.Domain())
	l.Stop = sc.page.Stop
	t := i18n.For(l.Language)
	l.Language = t.Lang()
	l.Subject, l.Body = Compose(t, Content{
		Shop: sc.shop.Name, Number: sc.facts.Order.Number, Occasion: l.Occasion, Parcel: sc.page.Parcel, Status: sc.page.Status, Stop: sc.page.Stop, Now: s.Now(),
		Promised: sc.facts.Order.Promise.To, Missed: misses(sc.facts.Order.Promise.To, sc.facts.Shipment, sc.facts.Early, s.Now()),
	})
	if err := s.Store.SaveLetter(ctx, l); err != nil {
		return err
	}
	_, err = s.Actions.Propose(ctx, auth.ForSystem(l.Workspace), SendKind, sendKey(l.ID), 0, sendPayload{l.ID}, s.Now())
	return err
}

func sendKey(l ticket.MessageID) string { return fmt.Sprintf("proactive:%d", l) }

// languageOf is the language that a customer reads: the one in which they asked for
// updates, else the one they write in, else the one of where the parcel goes.
func languageOf(sc scene) i18n.Lang {
	if sc.page.Wish == Wanted && sc.page.Language != "" {
		return sc.page.Language
	}
	if l := sc.reader.Language; l != "" && l != "und" {
		return i18n.Lang(l)
	}
	return i18n.Lang("und-" + cmp.Or(sc.facts.Order.ShipTo.Country, sc.shop.Market, "US"))
}

// notSent begins the detail of an action that a decision stopped.
const notSent = "not sent: "

var _ action.Runner = (*Service)(nil)

// Run sends one letter. What kept it back meanwhile, a paused mailbox or a server that
// was away, does not let it leave at night, or when it is no longer so.
func (s *Service) Run(ctx context.Context, a action.Action, mark func(context.Context) error) action.Outcome {
	l, box, err := s.load(ctx, a)
	if err != nil {
		return failed(err)
	}
	if box.Disabled {
		return action.Outcome{Verdict: action.Held, Detail: "mailbox is paused", After: time.Minute}
	}
	all, err := s.Store.Letters(ctx, l.Workspace, l.Order)
	if err != nil {
		return failed(err)
	}
	sc, err := s.look(ctx, l, all)
	if err != nil {
		return failed(err)
	}
	switch d := Decide(sc.policy, sc.facts, s.Now()); d.Verdict {
	case Drop:
		return action.Outcome{Verdict: action.Refused, Detail: notSent + string(d.Why)}
	case Wait:
		return action.Outcome{Verdict: action.Held, Detail: string(d.Why), After: d.At.Sub(s.Now())}
	}
	return s.Courier.Send(ctx, box, l, mark)
}

// Resolve finds out whether a letter whose answer was lost went out.
func (s *Service) Resolve(ctx context.Context, a action.Action) action.Outcome {
	l, box, err := s.load(ctx, a)
	if err != nil {
		return action.Outcome{Verdict: action.Unclear, Detail: err.Error()}
	}
	return s.Courier.Resolve(ctx, box, l.Key, a.UpdatedAt)
}

func (s *Service) load(ctx context.Context, a action.Action) (Letter, ticket.Mailbox, error) {
	var p sendPayload
	if err := a.Decode(&p); err != nil {
		return Letter{}, ticket.Mailbox{}, errs.Wrap(errs.Invalid, err, "error.job_args")
	}
	l, err := s.Store.Letter(ctx, a.Workspace, p.Letter)
	if err != nil {
		return l, ticket.Mailbox{}, err
	}
	boxes, err := s.Store.Mailboxes(ctx, a.Workspace)
	if err != nil {
		return l, ticket.Mailbox{}, err
	}
	i := slices.IndexFunc(boxes, func(b ticket.Mailbox) bool { return b.Address == l.From })
	if i < 0 {
		return l, ticket.Mailbox{}, errs.New(errs.NotFound, "error.no_mailbox")
	}
	return l, boxes[i], nil
}

func failed(err error) action.Outcome {
	if k := errs.KindOf(err); k == errs.NotFound || k == errs.Invalid {
		return action.Outcome{Verdict: action.Refused, Detail: err.Error()}
	}
	return action.Outcome{Verdict: action.NotYet, Detail: err.Error()}
}

// Settled brings a letter in line with its action.
func (s *Service) Settled(ctx context.Context, a action.Action) error {
	var p sendPayload
	if err := a.Decode(&p); err != nil {
		return err
	}
	l, err := s.Store.Letter(ctx, a.Workspace, p.Letter)
	if errs.Is(err, errs.NotFound) || err == nil && l.State == Bounced {
		return nil
	}
	if err != nil {
		return err
	}
	was := l.State
	l.Problem = ""
	switch a.State {
	case action.Done:
		l.State, l.SentAt = Left, s.Now()
	case action.Failed, action.Cancelled:
		l.State, l.Problem = Failed, a.Detail
		if why, ok := strings.CutPrefix(a.Detail, notSent); ok {
			l.State, l.Why, l.Problem = Dropped, Why(why), ""
		}
	case action.Unknown:
		l.State, l.Problem = Unknown, a.Detail
	default:
		return nil
	}
	if err := s.Store.SaveLetter(ctx, l); err != nil || l.State == was {
		return err
	}
	record := func(kind string) error {
		return s.Journal.Append(ctx, event.New(kind, auth.ForSystem(l.Workspace), event.Subject{Kind: "shipment", ID: int64(l.Shipment)}, 0, map[string]any{
			"letter": int64(l.ID), "order": int64(l.Order), "occasion": l.Occasion, "language": l.Language, "subject": l.Subject, "state": l.State,
		}))
	}
	switch l.State {
	case Left:
		return record(letterSent)
	case Failed, Unknown:
		return record(letterFailed)
	}
	return nil
}
