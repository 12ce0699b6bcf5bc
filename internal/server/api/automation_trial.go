package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/flow/automating"
)

// RuleTrial is a rule that is tried on the past in the background.
type RuleTrial struct {
	ID      Ref[aRuleTrial] `json:"id"`
	RuleID  *Ref[aRule]     `json:"rule_id" nullable:"true"`
	Version *int            `json:"version" nullable:"true" example:"2" doc:"Of the rule, if the definition is its newest version when the trial was asked for."`
	Rule    RuleDefinition  `json:"rule"`
	Since   time.Time       `json:"since"`
	State   string          `json:"state" enum:"waiting,running,done,stopped,failed"`
	Run     int             `json:"run" doc:"Which try this is. One that a restart broke off begins again."`
	Read    int64           `json:"read" doc:"Tickets so far; events, if the rule answers those that are about something else."`
	Total   int64           `json:"total" doc:"That there are; 0 before it runs."`
	Found   *RuleFound      `json:"found,omitempty" doc:"Left out until there is something."`
	Why     *string         `json:"why" nullable:"true" doc:"It failed, in plain English."`
	AskedAt time.Time       `json:"asked_at"`
	AskedBy *Ref[aPerson]   `json:"asked_by" nullable:"true"`
	BegunAt *time.Time      `json:"begun_at" nullable:"true" doc:"The last try."`
	EndedAt *time.Time      `json:"ended_at" nullable:"true"`
}

// RuleFound is what a rule would have done.
type RuleFound struct {
	Until    time.Time     `json:"until"`
	Events   int64         `json:"events" doc:"Of the type that the rule answers."`
	Acts     int64         `json:"acts" doc:"How often it would have acted."`
	Over     int64         `json:"over" doc:"How often it would have, but for its quotas."`
	Without  int64         `json:"without" doc:"Events for which no ticket stood open, where the rule opens none."`
	Days     []RuleDay     `json:"days" nullable:"false" doc:"Those on which it would have acted, in order."`
	Today    []string      `json:"today" nullable:"false" doc:"Facts that it asks about and that were read as they are today."`
	Unlike   int64         `json:"unlike" doc:"Tickets whose journal does not tell how they stand now: what is said of them is less sure."`
	Examples []RuleExample `json:"examples" nullable:"false" doc:"The newest twenty."`
	Stopped  bool          `json:"stopped" doc:"It ended before all was read."`
}

// RuleDay is what a rule would have done on a day.
type RuleDay struct {
	Date string `json:"date" format:"date" example:"2026-11-23" doc:"In the workspace's zone."`
	Acts int64  `json:"acts"`
	Over int64  `json:"over" doc:"Held back by its quotas."`
}

// RuleExample is a time at which a rule would have acted.
type RuleExample struct {
	TicketID *Ref[aTicket] `json:"ticket_id" nullable:"true" doc:"Null where it would have opened one."`
	Number   int64         `json:"number" example:"1042"`
	OrderID  *Ref[anOrder] `json:"order_id" nullable:"true"`
	At       time.Time     `json:"at"`
}

func trialRecord(t automating.Trial) RuleTrial {
	out := RuleTrial{
		ID: refTo[aRuleTrial](t.ID), RuleID: optRef[aRule](t.Rule), Rule: ruleDefinition(t.Definition), Since: at(t.Since), State: string(t.State), Run: t.Run, Read: t.Read, Total: t.Total, Why: whyText(t.Why),
		AskedAt: at(t.AskedAt), AskedBy: optRef[aPerson](t.AskedBy), BegunAt: optTime(t.BegunAt), EndedAt: optTime(t.EndedAt),
	}
	if t.Version > 0 {
		out.Version = &t.Version
	}
	if f := t.Found; f != nil {
		out.Found = &RuleFound{
			Until: at(f.Until), Events: f.Events, Acts: f.Acts, Over: f.Over, Without: f.Without, Unlike: f.Unlike, Stopped: f.Stopped, Today: append([]string{}, f.Today...),
			Days: convert(f.Days, func(d automating.Day) RuleDay { return RuleDay(d) }),
			Examples: convert(f.Examples, func(x automating.Example) RuleExample {
				return RuleExample{optRef[aTicket](x.Ticket), x.Number, optRef[anOrder](x.Order), at(x.At)}
			}),
		}
	}
	return out
}

// whyText words why something was not done.
func whyText(w automating.Why) *string {
	if w.Key == "" {
		return nil
	}
	args := make([]any, len(w.Args))
	for i, a := range w.Args {
		args[i] = a
	}
	return optText(english().T(w.Key, args...))
}

// RuleTrialPath is a trial in a path.
type RuleTrialPath struct {
	Trial Ref[aRuleTrial] `path:"rule_trial" doc:"The trial's id."`
}

func (p RuleTrialPath) id() automating.TrialID { return automating.TrialID(p.Trial.num()) }

func trialOut(t automating.Trial, err error) (*recordOut[RuleTrial], error) {
	if err != nil {
		return nil, err
	}
	return record(trialRecord(t)), nil
}

func (s *server) ruleTrialCreate(c *call, in *struct {
	Body struct {
		RuleID *Ref[aRule]    `json:"rule_id,omitempty" doc:"Whose trial it is; none for a draft."`
		Rule   RuleDefinition `json:"rule"`
		Since  time.Time      `json:"since" doc:"Events from then on."`
	} `nameHint:"RuleTrialDraft"`
}) (*recordOut[RuleTrial], error) {
	var r automation.ID
	if in.Body.RuleID != nil {
		r = automation.ID(in.Body.RuleID.num())
	}
	return trialOut(s.Automation.StartTrial(c, c.actor, r, in.Body.Rule.definition(), in.Body.Since))
}

func (s *server) ruleTrialList(c *call, in *struct {
	Rule Ref[aRule] `query:"rule" doc:"Only of this rule."`
}) (*pageOut[RuleTrial], error) {
	list, err := s.Automation.Trials(c, c.actor, automation.ID(in.Rule.num()))
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, trialRecord), ""), nil
}

func (s *server) ruleTrialGet(c *call, in *RuleTrialPath) (*recordOut[RuleTrial], error) {
	return trialOut(s.Automation.Trial(c, c.actor, in.id()))
}

func (s *server) ruleTrialStop(c *call, in *RuleTrialPath) (*recordOut[RuleTrial], error) {
	return trialOut(s.Automation.StopTrial(c, c.actor, in.id()))
}
