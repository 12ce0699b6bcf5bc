package automation

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/domain/triage"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/webhook"
)

// ID identifies a rule.
type ID int64

// Bounds of rules.
const (
	MaxRules    = 200 // of a workspace
	MaxSteps    = 10
	MaxDelay    = 365 * 24 // hours
	MaxHourly   = 10_000
	MaxChain    = 3  // rules that may follow from each other
	MaxTicket   = 10 // times that a rule acts on one ticket within a day
	MaxFailures = 5  // in a row, then a rule is switched off
	maxName     = 80
	maxText     = 4000
)

// Rule is a rule as it stands: its place, and its newest version.
type Rule struct {
	ID        ID
	Workspace auth.WorkspaceID
	Place     int // in the order in which rules answer, from 1
	On        bool
	Owner     auth.PersonID // who is told of its trouble
	Version   int           // from 1
	Definition
	Fires     time.Time // next by the calendar; zero if it is off or answers an event
	Failures  int       // in a row
	Off       string    // catalogue key of why it was switched off by itself, "" if it was not
	Shipped   string    // name of the shipped rule that it was made from, "" for none
	SavedAt   time.Time
	SavedBy   auth.PersonID
	CreatedAt time.Time
}

// Definition is what a version of a rule says. It never changes.
type Definition struct {
	Name   string `json:"name"`
	When   When   `json:"when"`
	If     string `json:"if,omitempty"`
	Then   []Step `json:"then"`
	Stop   bool   `json:"stop,omitempty"` // later rules do not answer what this one answered
	Hourly int    `json:"hourly"`         // how often it acts in an hour at most
}

// When is what a rule answers: an event, or times by the calendar.
type When struct {
	Event string   `json:"event,omitempty"` // kind of event of the journal
	After int      `json:"after,omitempty"` // hours after it; 0 is at once
	Days  []string `json:"days,omitempty"`  // weekdays on which it fires: mon, tue, wed, thu, fri, sat, sun
	Time  string   `json:"time,omitempty"`  // of those days, on the wall of the workspace's zone: 09:00
}

// Verb is what a step does.
type Verb string

// The verbs. Each is one that people have too, and has the same checks.
const (
	Tag      Verb = "tag"
	Untag    Verb = "untag"
	Topic    Verb = "topic"
	Priority Verb = "priority"
	Raise    Verb = "raise" // priority to at least
	Team     Verb = "team"
	Assign   Verb = "assign"
	Status   Verb = "status"
	Snooze   Verb = "snooze"
	Reply    Verb = "reply" // with a macro, in the customer's language
	Note     Verb = "note"
	Notify   Verb = "notify" // a note that mentions a person
	Call     Verb = "call"   // tell webhooks
	Open     Verb = "open"   // a ticket about an order that has none, or a note on the one it has
)

// Verbs lists the verbs in the order in which an editor offers them.
func Verbs() []Verb {
	return []Verb{Tag, Untag, Topic, Priority, Raise, Team, Assign, Status, Snooze, Reply, Note, Notify, Call, Open}
}

// Step is one thing that a rule does; what its verb does not need is empty.
type Step struct {
	Do     Verb           `json:"do"`
	Word   string         `json:"word,omitempty"`   // tag, topic, priority, status, or the name that webhooks are told
	Wait   string         `json:"wait,omitempty"`   // with status pending: for whom
	Text   string         `json:"text,omitempty"`   // of a note or a message to a person; subject of a new ticket
	Hours  int            `json:"hours,omitempty"`  // to snooze
	Team   auth.TeamID    `json:"team,omitempty"`   //
	Person auth.PersonID  `json:"person,omitempty"` // 0 in assign is nobody
	Macro  ticket.MacroID `json:"macro,omitempty"`  //
}

// subjects are the beginnings of the kinds of event that a rule may answer: those about a ticket or an order.
var subjects = []string{
	"ticket.", "order.", "shipment.", "proactive.", "trace.", "case.", "refund.", "goods.", "replacement.", "hold.", "repair.", "recovery.",
}

// settings have such a beginning and are about no ticket and no order.
var settings = []string{"refund.limits", "proactive.set", "recovery.agreed", "recovery.agreement_dropped"}

// CanAnswer reports whether rules may answer events of a kind.
func CanAnswer(kind string) bool {
	return webhook.Known(kind) && !slices.Contains(settings, kind) && slices.ContainsFunc(subjects, func(s string) bool { return strings.HasPrefix(kind, s) })
}

// Kinds lists the kinds of event that rules may answer, those of tickets first.
func Kinds() []string {
	var out []string
	for _, s := range subjects {
		for _, k := range webhook.Kinds() {
			if strings.HasPrefix(k.Name, s) && CanAnswer(k.Name) {
				out = append(out, k.Name)
			}
		}
	}
	return out
}

// Check judges a definition and returns its expression. What is wrong is errs.Invalid with the
// place of each problem: "name", "when.event", "if", "then.2.word".
func (d Definition) Check() (Expr, error) {
	if n := utf8.RuneCountInString(d.Name); strings.TrimSpace(d.Name) == "" || n > maxName {
		return Expr{}, errs.Field("name", "error.rule_name", "max", maxName)
	}
	if d.When.Timed() {
		if err := d.When.checkTimes(); err != nil {
			return Expr{}, err
		}
	} else if !CanAnswer(d.When.Event) {
		return Expr{}, errs.Field("when.event", "error.rule_event", "kind", d.When.Event)
	}
	if d.When.After < 0 || d.When.After > MaxDelay {
		return Expr{}, errs.Field("when.after", "error.rule_after", "max", MaxDelay)
	}
	if d.Hourly < 1 || d.Hourly > MaxHourly {
		return Expr{}, errs.Field("hourly", "error.rule_hourly", "max", MaxHourly)
	}
	if len(d.Then) == 0 || len(d.Then) > MaxSteps {
		return Expr{}, errs.Field("then", "error.rule_steps", "max", MaxSteps)
	}
	for i, s := range d.Then {
		if err := s.check(fmt.Sprintf("then.%d.", i)); err != nil {
			return Expr{}, err
		}
	}
	return Parse(d.If)
}

func (s Step) check(at string) error {
	need := func(field string) error { return errs.Field(at+field, "error.rule_step") }
	if len(s.Text) > maxText {
		return errs.Field(at+"text", "error.rule_long", "max", maxText)
	}
	switch s.Do {
	case Tag, Untag:
		if ticket.TagName(s.Word) == "" {
			return need("word")
		}
	case Topic:
		if !triage.Topic(s.Word).Valid() {
			return need("word")
		}
	case Priority, Raise:
		if _, ok := ticket.ParsePriority(s.Word); !ok {
			return need("word")
		}
	case Status:
		if !slices.Contains(ticket.Statuses(), ticket.Status(s.Word)) || s.Word == string(ticket.New) {
			return need("word")
		}
		if s.Wait != "" && (s.Word != string(ticket.Pending) || !slices.Contains(ticket.Waits(), ticket.Waiting(s.Wait))) {
			return need("wait")
		}
	case Snooze:
		if s.Hours < 1 || s.Hours > MaxDelay {
			return errs.Field(at+"hours", "error.rule_after", "max", MaxDelay)
		}
	case Team:
		if s.Team == 0 {
			return need("team")
		}
	case Assign:
	case Reply:
		if s.Macro == 0 {
			return need("macro")
		}
	case Note, Open:
		if strings.TrimSpace(s.Text) == "" {
			return need("text")
		}
	case Notify:
		if s.Person == 0 {
			return need("person")
		}
		if strings.TrimSpace(s.Text) == "" {
			return need("text")
		}
	case Call:
		if strings.TrimSpace(s.Word) == "" || utf8.RuneCountInString(s.Word) > maxName {
			return need("word")
		}
	default:
		return errs.Field(at+"do", "error.rule_verb", "verb", string(s.Do))
	}
	return nil
}

// Chain is the rules from which an event followed, the first first. An event that people or the world caused has none.
type Chain []ID

// Refuses returns why a rule may not answer an event with this chain: loop or deep, and "" if it may.
func (c Chain) Refuses(r ID) string {
	switch {
	case slices.Contains(c, r):
		return Loop
	case len(c) >= MaxChain:
		return Deep
	}
	return ""
}

// What became of a rule that answered an event.
const (
	Did    = "did"
	Loop   = "loop"   // it would answer itself
	Deep   = "deep"   // too many rules follow from each other
	Quota  = "quota"  // it acted too often
	Failed = "failed" // a step cannot be done as the rule says; nothing was done
	Moved  = "moved"  // the ticket is in a state in which a step cannot be done; nothing was done
)

// Allowed reports whether a rule may act once more: on all within the last hour, and on one ticket within the last day.
func (d Definition) Allowed(hour, ticket int) bool { return hour < d.Hourly && ticket < MaxTicket }

// ActsAt is when a rule answers an event.
func (w When) ActsAt(event time.Time) time.Time {
	return event.Add(time.Duration(w.After) * time.Hour)
}
