package recovery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// Bounds of agreements.
const (
	MaxAgreements = 500 // of a workspace
	MaxDays       = 3650
)

// AgreementID identifies an agreement.
type AgreementID int64

// Agreement is what a merchant agreed with a party about claims. It takes the place of what rules.csv says of the party, in
// what it names, for all that was sent (of suppliers: sold) from a day on until a later agreement.
type Agreement struct {
	ID        AgreementID      `json:"id"`
	Workspace auth.WorkspaceID `json:"-"`
	Against   Against          `json:"against"`
	Party     string           `json:"party"`           // key: of a carrier, or the name in small letters
	Cause     Cause            `json:"cause,omitempty"` // "": all causes that no other agreement of the party names
	From      time.Time        `json:"from"`            // a day in UTC
	AgreementTerms
	CreatedAt time.Time `json:"-"`
	UpdatedAt time.Time `json:"-"`
}

// AgreementTerms are what was agreed; a zero field leaves what rules.csv says.
type AgreementTerms struct {
	Name     string   `json:"name"`           // of the party, as people write it
	Days     int      `json:"days,omitzero"`  // in which a claim is taken; see Starts
	Reply    int      `json:"reply,omitzero"` // in which the party answers
	Currency string   `json:"currency,omitempty"`
	PerKg    int64    `json:"per_kg,omitzero"` // paid at most for each kilogram, in minor units
	Most     int64    `json:"most,omitzero"`   // paid at most for a parcel, or for all units of a line
	Papers   []string `json:"papers,omitempty"`
	Note     string   `json:"note,omitempty"` // the contract and its clause
}

// AgreementStore keeps agreements. A record of another workspace does not exist.
type AgreementStore interface {
	// Agreements returns all of a workspace: by kind and name of the party, and the latest of each first.
	Agreements(context.Context, auth.WorkspaceID) ([]Agreement, error)
	// SaveAgreement writes an agreement in the place of the one of the same party, cause and day, and returns its identifier.
	SaveAgreement(context.Context, Agreement) (AgreementID, error)
	// DropAgreement removes one; errs.NotFound if there is none.
	DropAgreement(context.Context, auth.WorkspaceID, AgreementID) error
}

// Kinds of event of agreements; both carry a [Told].
const (
	IsAgreed   = "recovery.agreed"
	IsUnagreed = "recovery.agreement_dropped"
	// AgreementKind is the kind of their subject.
	AgreementKind = "agreement"
)

// Told is what the event of an agreement tells.
type Told struct {
	Against Against `json:"against"`
	Party   string  `json:"party"`
	Cause   Cause   `json:"cause,omitempty"`
	From    string  `json:"from"` // 2026-06-30
}

func (a Agreement) told() Told {
	return Told{a.Against, a.Name, a.Cause, a.From.Format(time.DateOnly)}
}

// check returns an agreement as it is kept.
func (a Agreement) check() (Agreement, error) {
	a.Party, a.Name = PartyKey(a.Party), cut(cmp.Or(a.Name, a.Party), maxName)
	a.Note, a.Currency = cut(a.Note, maxWhy), strings.ToUpper(strings.TrimSpace(a.Currency))
	a.From = a.From.UTC().Truncate(24 * time.Hour)
	switch {
	case !slices.Contains(Parties(), a.Against):
		return a, errs.Field("against", "error.invalid")
	case a.Party == "" || len(a.Party) > maxName:
		return a, errs.Field("party", "error.required")
	case a.Cause != "" && !slices.Contains(Causes(), a.Cause) || a.Cause != "" && (a.Cause == Defective) != (a.Against == Supplier):
		return a, errs.Field("cause", "error.invalid")
	case a.From.Before(time.Unix(0, 0)):
		return a, errs.Field("from", "error.required")
	case a.Days < 0 || a.Days > MaxDays:
		return a, errs.Field("days", "error.invalid")
	case a.Reply < 0 || a.Reply > MaxDays:
		return a, errs.Field("reply", "error.invalid")
	case a.PerKg < 0 || a.PerKg > mostMinor || a.PerKg > 0 && a.Against == Supplier:
		return a, errs.Field("per_kg", "error.invalid")
	case a.Most < 0 || a.Most > mostMinor:
		return a, errs.Field("most", "error.invalid")
	}
	if a.PerKg == 0 && a.Most == 0 {
		a.Currency = ""
	} else if _, ok := money.Digits(a.Currency); !ok {
		return a, errs.Field("currency", "error.currency", "currency", a.Currency)
	}
	for _, k := range a.Papers {
		if !slices.Contains(PaperKinds(), k) || k == Other {
			return a, errs.Field("papers", "error.invalid")
		}
	}
	if a.Days == 0 && a.Reply == 0 && a.PerKg == 0 && a.Most == 0 && len(a.Papers) == 0 {
		return a, errs.Field("days", "error.agreement_empty")
	}
	return a, nil
}

// AgreedOn returns the agreement with a party that holds for a cause of what was sent at a moment: the latest that was in
// effect, one of that cause before one of all.
func AgreedOn(list []Agreement, against Against, party string, cause Cause, sent time.Time) (Agreement, bool) {
	var best Agreement
	found := false
	for _, a := range list {
		if a.Against != against || a.Party != PartyKey(party) || a.Cause != "" && a.Cause != cause || a.From.After(sent) {
			continue
		}
		if !found || cmp.Or(strings.Compare(string(best.Cause), string(a.Cause)), best.From.Compare(a.From)) < 0 {
			best, found = a, true
		}
	}
	return best, found
}

// Over lays an agreement over terms. Its days are counted from start: the dispatch of a lost parcel, the delivery of one that
// came, the day on which a defect was told; without one the deadline of the terms stays.
func (a Agreement) Over(t Terms, start time.Time) Terms {
	t.Agreed = &a
	if a.Days > 0 && !start.IsZero() {
		t.Deadline = start.AddDate(0, 0, a.Days)
	}
	if a.Reply > 0 {
		t.Reply = a.Reply
	}
	if a.PerKg > 0 || a.Most > 0 { // the limits of the rule are no longer those
		t.Most, t.PerKg = money.Amount{Minor: a.Most, Currency: a.Currency}, money.Amount{Minor: a.PerKg, Currency: a.Currency}
	}
	if len(a.Papers) > 0 {
		t.Papers = slices.Clone(a.Papers)
	}
	return t
}

// Agreements returns what was agreed with parties, by kind and name, and the latest of each first. It needs ReadCases
// or ManagePlans.
func (s *Service) Agreements(ctx context.Context, actor auth.Actor) ([]Agreement, error) {
	if err := actor.Can(auth.ReadCases); err != nil && !actor.May(auth.ManagePlans) {
		return nil, err
	}
	return s.Store.Agreements(ctx, actor.Workspace)
}

// SaveAgreement keeps an agreement in the place of one of the same party, cause and day. Claims that are open stay as they
// are. It needs ManagePlans.
func (s *Service) SaveAgreement(ctx context.Context, actor auth.Actor, a Agreement) (Agreement, error) {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return a, err
	}
	a, err := a.check()
	if err != nil {
		return a, err
	}
	now := s.clock()
	a.ID, a.Workspace, a.CreatedAt, a.UpdatedAt = AgreementID(s.IDs.Next()), actor.Workspace, now, now
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Agreements(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		if len(list) >= MaxAgreements {
			return errs.New(errs.Conflict, "error.agreement_count", "count", MaxAgreements)
		}
		if a.ID, err = s.Store.SaveAgreement(ctx, a); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(IsAgreed, actor, event.Subject{Kind: AgreementKind, ID: int64(a.ID)}, 0, a.told()))
	})
	if err != nil {
		return a, fmt.Errorf("save agreement: %w", err)
	}
	return a, nil
}

// DropAgreement removes an agreement; claims that follow it keep what they have. errs.NotFound if there is none. It needs
// ManagePlans.
func (s *Service) DropAgreement(ctx context.Context, actor auth.Actor, number AgreementID) error {
	if err := actor.Can(auth.ManagePlans); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Store.Agreements(ctx, actor.Workspace)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(a Agreement) bool { return a.ID == number })
		if i < 0 {
			return errs.New(errs.NotFound, "error.not_found")
		}
		if err := s.Store.DropAgreement(ctx, actor.Workspace, number); err != nil {
			return err
		}
		return s.Journal.Append(ctx, event.New(IsUnagreed, actor, event.Subject{Kind: AgreementKind, ID: int64(number)}, 0, list[i].told()))
	})
}

// Agreed lays what the merchant agreed with a party over terms, for a cause of what was sent at a moment; start is when the
// days of a claim begin. Without an agreement the terms stay as they are.
func (s *Service) Agreed(ctx context.Context, w auth.WorkspaceID, against Against, party string, cause Cause, t Terms, sent, start time.Time) (Terms, error) {
	list, err := s.Store.Agreements(ctx, w)
	if err != nil {
		return t, err
	}
	if a, ok := AgreedOn(list, against, party, cause, sent); ok {
		return a.Over(t, start), nil
	}
	return t, nil
}
