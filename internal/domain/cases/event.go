package cases

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

// Happening is the kind of an event.
type Happening string

// What happens to cases.
const (
	WasOpened    Happening = "opened"
	LineAdded    Happening = "line_added"
	Went         Happening = "went" // to another phase
	WasDecided   Happening = "decided"
	LineRefused  Happening = "line_declined"
	WasCounted   Happening = "counted"
	WasPlaced    Happening = "disposition"
	WasProposed  Happening = "proposed"
	Stepped      Happening = "resolution" // a resolution went on
	TriggerMet   Happening = "trigger"
	WasClosed    Happening = "closed"
	WasReopened  Happening = "reopened"
	WasAnswered  Happening = "answered"     // the customer gave what was asked for
	Acknowledged Happening = "acknowledged" // the receipt of a withdrawal was confirmed to the customer
)

// Event is one thing that happened to a case. It carries the phase that it caused.
type Event struct {
	Case       ID          `json:"-"`
	Seq        int         `json:"-"` // from 1, without gaps
	Kind       Happening   `json:"-"`
	At         time.Time   `json:"-"`
	By         auth.Actor  `json:"-"`
	Phase      Phase       `json:"phase"` // after it
	Was        Phase       `json:"was,omitempty"`
	Opening    *Opening    `json:"opening,omitempty"`
	Line       *Line       `json:"line,omitempty"`
	Number     int         `json:"n,omitzero"` // of the line that it is about
	Counter    Counter     `json:"counter,omitempty"`
	Add        int64       `json:"add,omitzero"`
	Placed     *Placed     `json:"placed,omitempty"`
	Resolution *Resolution `json:"proposal,omitempty"`
	Difference *Difference `json:"difference,omitempty"`
	About      int64       `json:"about,omitzero"` // the resolution that went on
	Stand      Stand       `json:"stand,omitempty"`
	Trigger    Trigger     `json:"trigger,omitempty"`
	LastDay    time.Time   `json:"last_day,omitzero"` // of the resolution
	SendBy     time.Time   `json:"send_by,omitzero"`  // the customer's last day for the goods of the resolution
	Until      time.Time   `json:"until,omitzero"`    // of WasHanded: when they are expected to be done with it
	Sum        int64       `json:"sum,omitzero"`      // of WasSpent, in minor units of the order's currency
	Refund     refund.ID   `json:"refund,omitzero"`
	Parcel     int64       `json:"parcel,omitzero"`
	Decision   *Decision   `json:"decision,omitempty"`
	Deadline   time.Time   `json:"deadline,omitzero"`
	Reason     CloseReason `json:"reason,omitempty"`
	Into       ID          `json:"into,omitzero"`
	Code       string      `json:"code,omitempty"` // coded reason, shown to the customer
	Note       string      `json:"note,omitempty"`
	Evidence   []string    `json:"evidence,omitempty"` // that the customer gave, in the words of package decision
}

// Apply folds an event into a case and returns the case after it. It fails with errs.Conflict on one that cannot follow;
// the case that was given stays as it is.
func Apply(c Case, e Event) (Case, error) {
	if e.Seq != c.Events+1 || (e.Kind == WasOpened) != (c.Events == 0) {
		return c, refuse(c, e, "out of order")
	}
	next := c
	next.Lines, next.Placed, next.Resolutions, next.Met = slices.Clone(c.Lines), slices.Clone(c.Placed), slices.Clone(c.Resolutions), slices.Clone(c.Met)
	next.Events, next.UpdatedAt = e.Seq, e.At
	if why := next.apply(e); why != "" {
		return c, refuse(c, e, why)
	}
	return next, nil
}

func refuse(c Case, e Event, why string) error {
	return errs.Wrap(errs.Conflict, fmt.Errorf("case %d, event %d %s: %s", c.ID, e.Seq, e.Kind, why), "error.case_state")
}

// Fold returns the case that events add up to.
func Fold(events []Event) (Case, error) {
	var c Case
	var err error
	for _, e := range events {
		if c, err = Apply(c, e); err != nil {
			return c, err
		}
	}
	return c, nil
}

// apply changes the case, or says why it cannot.
func (c *Case) apply(e Event) string {
	if c.Phase == Closed && e.Kind != WasReopened && e.Kind != Stepped && e.Kind != WasSpent {
		return "it is closed" // a refund may still be reversed, and a bill come
	}
	switch e.Kind {
	case WasOpened:
		o := e.Opening
		c.ID, c.Workspace, c.Phase, c.OpenedAt = e.Case, e.By.Workspace, Draft, o.OpenedAt
		c.Number, c.Kind, c.Customer, c.Shop, c.Ticket, c.Gift = o.Number, o.Kind, o.Customer, o.Shop, o.Ticket, o.Gift
		c.Wants, c.Evidence, c.Words, c.Language = o.Wants, o.Evidence, o.Words, o.Language
	case LineAdded:
		return c.addLine(*e.Line)
	case Went:
		return c.goTo(e)
	case WasDecided:
		c.Decision, c.Deadline = *e.Decision, e.Deadline
		c.Decision.By = e.By.Person()
	case LineRefused:
		l, ok := c.line(e.Number)
		if !ok || e.Code == "" {
			return "a line is declined by a reason that the customer reads"
		}
		l.Declined = e.Code
	case WasCounted:
		return c.count(e)
	case WasPlaced:
		return c.place(*e.Placed)
	case WasProposed:
		return c.propose(*e.Resolution)
	case Differed:
		return c.differ(*e.Difference)
	case DifferenceOn:
		return c.agree(e)
	case Stepped:
		return c.step(e)
	case WasSecured:
		return c.secure(e)
	case Urged:
		if c.AskedAt.IsZero() {
			return "nothing is waited for"
		}
		c.Urged++
	case TriggerMet:
		c.meet(e)
	case WasClosed:
		return c.shut(e)
	case WasReopened:
		if c.Phase != Closed || c.Reason == Merged || e.Note == "" {
			return "only what is closed, not merged, and with a reason"
		}
		c.Phase, c.Before, c.Reason = c.Before, "", ""
	case Nudged:
		return c.nudged(e)
	case WasHanded:
		return c.handed(e)
	case WasSpent:
		return c.spent(e)
	case WasAnswered:
		for _, word := range e.Evidence {
			if !slices.Contains(c.Evidence, word) {
				c.Evidence = append(slices.Clone(c.Evidence), word)
			}
		}
	case Acknowledged:
	default:
		return "nobody knows what that is"
	}
	return ""
}

func (c *Case) addLine(l Line) string {
	if c.Phase != Draft && c.Phase != Submitted && c.Phase != NeedsInfo {
		return "it is decided already"
	}
	if l.Count(Asked) < 1 || l.From < 1 || (l.OrderRow == 0) == (l.Foreign == "") {
		return "a line is of an order, or says what was not bought here, and asks about a unit at least"
	}
	l.Number = len(c.Lines) + 1
	l.Counts = map[Counter]int64{Asked: l.Count(Asked)}
	c.Lines = append(c.Lines, l)
	return ""
}

func (c *Case) goTo(e Event) string {
	switch {
	case e.Phase == Closed || !CanGo(c.Phase, e.Phase):
		return "from " + string(c.Phase) + " nothing leads to " + string(e.Phase)
	case c.Statutory && (e.Phase == NeedsInfo || e.Phase == Declined):
		return "a withdrawal by law waits for nobody"
	case e.Phase == Submitted && len(c.Lines) == 0:
		return "it is about nothing"
	case e.Phase == Approved && (c.Decision.Policy == "" || !slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Count(Authorised) > 0 })):
		return "nothing was decided"
	case e.Phase == Declined && slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Declined == "" }):
		return "each line that is declined has a reason"
	}
	if c.Phase == Draft && e.Phase == Submitted && e.Code == byLaw {
		c.Statutory = true
	}
	if e.Phase == Appealed || c.Phase == Appealed { // it is decided anew
		c.Lines = slices.Clone(c.Lines)
		for i := range c.Lines {
			c.Lines[i].Declined = ""
		}
	}
	c.Phase, c.Waiting, c.AskedAt, c.Urged = e.Phase, "", time.Time{}, 0
	if e.Phase == NeedsInfo {
		c.Waiting, c.AskedItself = e.Code, c.AskedItself || e.By.Kind == auth.System
		if len(e.Evidence) > 0 {
			c.AskedAt = e.At
		}
	}
	return ""
}

// meet takes what triggers wait for. Until goods are on their way back the merchant may keep the money that the law gives
// (2011/83/EU art. 13(3)); from then on it is due on the law's last day, or at once if that is over.
func (c *Case) meet(e Event) {
	if !slices.Contains(c.Met, e.Trigger) {
		c.Met = append(c.Met, e.Trigger)
	}
	if e.Trigger == AtApproval || c.Deadline.IsZero() {
		return
	}
	for i, r := range c.Resolutions {
		if r.Stand == Waiting && r.By.IsZero() && r.Law != "" {
			c.Resolutions[i].By = c.Deadline
			if e.At.After(c.Deadline) {
				c.Resolutions[i].By = e.At
			}
		}
	}
}

func (c *Case) count(e Event) string {
	l, ok := c.line(e.Number)
	if !ok || e.Add < 1 {
		return "counters only grow"
	}
	counts := maps.Clone(l.Counts)
	counts[e.Counter] += e.Add
	if most, ok := within[e.Counter]; ok && counts[e.Counter] > counts[most] {
		return fmt.Sprintf("%d %s of %d %s", counts[e.Counter], e.Counter, counts[most], most)
	}
	if counts[Accepted]+counts[Rejected] > counts[Received] && e.Counter != Received || counts[Authorised] > 0 && l.Declined != "" && e.Counter == Authorised {
		return "more than there is"
	}
	l.Counts = counts
	return ""
}

// place writes a disposition over what the same units had before.
func (c *Case) place(p Placed) string {
	l, ok := c.line(p.Line)
	if !ok || p.Quantity < 1 || p.From < 1 || !slices.Contains(Dispositions(), p.As) || p.From+p.Quantity-1 > max(l.Count(Received), l.Count(Asked)) {
		return "no such units"
	}
	var kept []Placed
	for _, was := range c.Placed {
		if !was.overlaps(p.Group) {
			kept = append(kept, was)
			continue
		}
		if n := p.From - was.From; n > 0 {
			left := was
			left.Quantity = n
			kept = append(kept, left)
		}
		if end := p.From + p.Quantity; was.From+was.Quantity > end {
			right := was
			right.From, right.Quantity = end, was.From+was.Quantity-end
			kept = append(kept, right)
		}
	}
	c.Placed = append(kept, p)
	slices.SortFunc(c.Placed, func(a, b Placed) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return int(a.From - b.From)
	})
	return ""
}

func (c *Case) propose(r Resolution) string {
	if !slices.Contains(AllMeans(), r.Means) || len(r.Units) == 0 || r.Stand != Proposed || !slices.Contains(Triggers(), r.Trigger) || c.find(r.Number) != nil {
		return "a resolution has means, units and a trigger"
	}
	for i, g := range r.Units {
		l, ok := c.line(g.Line)
		if !ok || g.From < 1 || g.Quantity < 1 || g.From+g.Quantity-1 > l.Count(Asked) || slices.ContainsFunc(r.Units[:i], g.overlaps) {
			return "no such units"
		}
		if r.Means.BearsMoney() && (l.Declined != "" || l.OrderRow == 0) {
			return "what is declined, or was not bought here, bears no money"
		}
	}
	c.Resolutions = append(c.Resolutions, r)
	return ""
}

func (c *Case) find(number int64) *Resolution {
	i := slices.IndexFunc(c.Resolutions, func(r Resolution) bool { return r.Number == number })
	if i < 0 {
		return nil
	}
	return &c.Resolutions[i]
}

func (c *Case) step(e Event) string {
	r := c.find(e.About)
	if r == nil || !CanStep(r.Stand, e.Stand) {
		return "the resolution cannot become " + string(e.Stand)
	}
	if c.Phase == Closed && e.Stand != Undone && r.Stand != Undone && r.Stand != Executing {
		return "it is closed"
	}
	if e.Stand == Taken && r.Means.BearsMoney() {
		for _, o := range c.Resolutions {
			if o.Number != r.Number && o.Stand.Alive() && o.Means.BearsMoney() && shares(o.Units, r.Units) {
				return "a unit has a money-bearing resolution already"
			}
		}
	}
	if e.Stand == Executing || e.Stand == Lapsed {
		c.overtake(r.Number, e.At)
	}
	r.Stand, r.Code, r.Hand = e.Stand, e.Code, Hand{}
	if e.Stand == Waiting {
		r.Decider, r.Why = e.By.Person(), e.Note
	}
	if !e.LastDay.IsZero() {
		r.By = e.LastDay
	}
	if !e.SendBy.IsZero() {
		r.SendFrom, r.SendBy, r.Nudged = e.At, e.SendBy, 0
	}
	if e.Refund != 0 {
		r.Refund = e.Refund
	}
	if e.Parcel != 0 {
		r.Parcel = e.Parcel
	}
	return ""
}

func shares(a, b []Group) bool {
	return slices.ContainsFunc(a, func(g Group) bool { return slices.ContainsFunc(b, g.overlaps) })
}

// shut closes the case. What was not begun lapses; what is being carried out, or was reversed, keeps a case from being
// completed or given up.
func (c *Case) shut(e Event) string {
	open := slices.ContainsFunc(c.Resolutions, func(r Resolution) bool {
		return r.Stand == Executing || r.Stand == Failed || r.Stand == Undone || r.Stand == Waiting && e.Reason == Completed || r.Stand == Taken && e.Reason == Completed
	})
	switch {
	case !slices.Contains(CloseReasons(), e.Reason):
		return "it needs a reason"
	case e.Reason == Completed && c.Phase != Resolving:
		return "nothing was carried out"
	case e.Reason == WasDeclined && c.Phase != Declined && c.Phase != Appealed:
		return "it was not declined"
	case open && e.Reason != MovedToDispute:
		return "something is being carried out"
	case e.Reason == Merged && (e.Into == 0 || e.Into == c.ID):
		return "it is merged into another one"
	}
	for i, r := range c.Resolutions {
		if CanStep(r.Stand, Lapsed) && r.Stand != Failed && r.Stand != Undone {
			c.Resolutions[i].Stand = Lapsed
		}
	}
	c.Before, c.Phase, c.Reason, c.MergedInto, c.Waiting, c.AskedAt = c.Phase, Closed, e.Reason, e.Into, "", time.Time{}
	return ""
}
