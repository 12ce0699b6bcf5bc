package api

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/automation"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/flow/automating"
	"godwit.dev/godwit/internal/platform/auth"
)

func automationGroup() group {
	manage := may(auth.ManageTeams)
	return group{"Automation", "A rule acts when an event happens, or hours after it, or on each ticket that is not closed at chosen times of the week, if an expression over facts holds. Rules answer in order, each event once, all steps or none; a new one is off. A token of somebody who sees a part of the workspace is refused.", []operation{
		{"ruleList", "GET", "/rules", manage, do((*server).ruleList), "List rules", "All rules in the order in which they answer."},
		{"ruleCreate", "POST", "/rules", manage, do((*server).ruleCreate), "Make a rule", "Checks a definition and keeps it as a rule at the end of the order, which is off. What is wrong is told with its place, such as `then.0.word`; of an expression with the letter at which it is wrong and what to write. A rule that answers customers needs `tickets.send` of whoever saves it, one that tells webhooks `webhooks.manage`."},
		{"ruleGet", "GET", "/rules/{rule}", manage, do((*server).ruleGet), "Get a rule", "A rule with its newest version."},
		{"ruleUpdate", "PUT", "/rules/{rule}", manage, do((*server).ruleUpdate), "Save a version of a rule", "Checks a definition and keeps it as the rule's next version. It is on or off as before."},
		{"ruleDelete", "DELETE", "/rules/{rule}", manage, do((*server).ruleDelete), "Delete a rule", "Deletes a rule with its versions and its log. What it has done to tickets stays."},
		{"ruleSwitch", "PUT", "/rules/{rule}/state", manage, do((*server).ruleSwitch), "Turn a rule on or off", "On, it answers what happens from now on."},
		{"ruleOrder", "PUT", "/rule-order", manage, do((*server).ruleOrder), "Order the rules", "Names each rule of the workspace once, the first to answer first."},
		{"ruleVersions", "GET", "/rules/{rule}/versions", manage, do((*server).ruleVersions), "List the versions of a rule", "What a rule said, the newest first."},
		{"ruleDeeds", "GET", "/rules/{rule}/deeds", manage, do((*server).ruleDeeds), "List what a rule did", "What became of the events that a rule answered, the newest first. Events of which its expression is not true leave nothing here."},
		{"ruleTrialCreate", "POST", "/rule-trials", manage, do((*server).ruleTrialCreate), "Try a rule on the past", "Starts a trial of what a definition would have done since an instant; ask for it until it is done. Nothing is written but what was found. Two may be under way at a time; the newest fifty that ended are kept."},
		{"ruleTrialList", "GET", "/rule-trials", manage, do((*server).ruleTrialList), "List trials of rules", "The newest first; of one rule, if it is named."},
		{"ruleTrialGet", "GET", "/rule-trials/{rule_trial}", manage, do((*server).ruleTrialGet), "Get a trial of a rule", "How far a trial is, and what was found once it ended."},
		{"ruleTrialStop", "POST", "/rule-trials/{rule_trial}/stop", manage, do((*server).ruleTrialStop), "Stop a trial of a rule", "What was read until then is kept, a moment later. One that has ended stays as it is."},
		{"ruleFacts", "GET", "/rule-facts", manage, do((*server).ruleFacts), "List what rules can use", "The facts that expressions may name with their signs, the types of event that rules can answer, what steps can do, and the rules that come with Godwit."},
	}}
}

// Rule is a rule of automation.
type Rule struct {
	ID       Ref[aRule]     `json:"id"`
	On       bool           `json:"on"`
	Place    int            `json:"place" example:"1" doc:"In the order in which rules answer."`
	Version  int            `json:"version" example:"2"`
	OwnerID  *Ref[aPerson]  `json:"owner_id" nullable:"true" doc:"Who is told of its trouble."`
	Rule     RuleDefinition `json:"rule"`
	Reading  string         `json:"reading" example:"When a conversation begins: add the tag “new”. At most 100 times an hour; later rules answer too." doc:"In plain English."`
	Failures int            `json:"failures" doc:"In a row."`
	OffWhy   *string        `json:"off_why" nullable:"true" doc:"Why it was switched off by itself; null if it was not."`
	FiresAt  *time.Time     `json:"fires_at" nullable:"true" doc:"When it is asked next, of a rule that is on and has days and a time; else null."`
	SavedAt  time.Time      `json:"saved_at"`
	SavedBy  *Ref[aPerson]  `json:"saved_by" nullable:"true"`
}

// RuleDefinition is what a version of a rule says.
type RuleDefinition struct {
	Name   string     `json:"name" maxLength:"80" example:"Tag what is new"`
	When   RuleWhen   `json:"when"`
	If     string     `json:"if,omitempty" maxLength:"4000" example:"customer.tier = \"vip\"" doc:"An expression over facts; always by default."`
	Then   []RuleStep `json:"then" nullable:"false" minItems:"1" maxItems:"10"`
	Stop   bool       `json:"stop,omitempty" doc:"Later rules do not answer what this one answered."`
	Hourly int        `json:"hourly" minimum:"1" maximum:"10000" example:"100" doc:"How often it acts in an hour at most."`
}

// RuleWhen is what a rule answers: an event, or times of the week.
type RuleWhen struct {
	Event string   `json:"event,omitempty" maxLength:"80" example:"ticket.opened" doc:"What it answers, unless it has days and a time."`
	After int      `json:"after,omitempty" minimum:"0" maximum:"8760" doc:"Hours after it."`
	Days  []string `json:"days,omitempty" nullable:"false" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"Without an event: the weekdays on which the rule is asked about each ticket that is not closed."`
	Time  string   `json:"time,omitempty" maxLength:"5" doc:"Without an event: the time of these days, in the workspace's zone, such as 09:00. One that the clocks leave out comes when they go on, one that they show twice comes once."`
}

// RuleStep is one thing that a rule does.
type RuleStep struct {
	Do       string        `json:"do" enum:"tag,untag,topic,priority,raise,team,assign,status,snooze,reply,note,notify,call,open"`
	Word     string        `json:"word,omitempty" maxLength:"80" example:"new" doc:"The tag, topic, priority or status, or what webhooks are told."`
	Wait     string        `json:"wait,omitempty" enum:"customer,carrier,supplier,marketplace,colleague" doc:"With the status pending: for whom."`
	Text     string        `json:"text,omitempty" maxLength:"4000" doc:"Of a note or a message to a person."`
	Hours    int           `json:"hours,omitempty" minimum:"0" maximum:"8760" doc:"To snooze."`
	TeamID   *Ref[aTeam]   `json:"team_id,omitempty"`
	PersonID *Ref[aPerson] `json:"person_id,omitempty" doc:"Nobody by default."`
	MacroID  *Ref[aMacro]  `json:"macro_id,omitempty"`
}

func ruleDefinition(d automation.Definition) RuleDefinition {
	return RuleDefinition{Name: d.Name, When: RuleWhen(d.When), If: d.If, Stop: d.Stop, Hourly: d.Hourly, Then: convert(d.Then, func(s automation.Step) RuleStep {
		return RuleStep{Do: string(s.Do), Word: s.Word, Wait: s.Wait, Text: s.Text, Hours: s.Hours, TeamID: optRef[aTeam](s.Team), PersonID: optRef[aPerson](s.Person), MacroID: optRef[aMacro](s.Macro)}
	})}
}

func (x RuleDefinition) definition() automation.Definition {
	return automation.Definition{Name: x.Name, When: automation.When(x.When), If: x.If, Stop: x.Stop, Hourly: x.Hourly, Then: convert(x.Then, func(s RuleStep) automation.Step {
		out := automation.Step{Do: automation.Verb(s.Do), Word: s.Word, Wait: s.Wait, Text: s.Text, Hours: s.Hours}
		if s.TeamID != nil {
			out.Team = auth.TeamID(s.TeamID.num())
		}
		if s.PersonID != nil {
			out.Person = auth.PersonID(s.PersonID.num())
		}
		if s.MacroID != nil {
			out.Macro = ticket.MacroID(s.MacroID.num())
		}
		return out
	})}
}

// english words readings: answers do not depend on who asks.
func english() *i18n.Printer { return i18n.For(i18n.English) }

func ruleRecord(r automation.Rule, n automation.Names) Rule {
	return Rule{
		ID: refTo[aRule](r.ID), On: r.On, Place: r.Place, Version: r.Version, OwnerID: optRef[aPerson](r.Owner), Rule: ruleDefinition(r.Definition), Reading: r.Read(english(), n).Text(english()),
		Failures: r.Failures, OffWhy: optText(r.Off), FiresAt: optTime(r.Fires), SavedAt: at(r.SavedAt), SavedBy: optRef[aPerson](r.SavedBy),
	}
}

// ruleOut answers with a rule.
func (s *server) ruleOut(c *call, r automation.Rule, err error) (*recordOut[Rule], error) {
	if err != nil {
		return nil, err
	}
	n, err := s.Automation.Names(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(ruleRecord(r, n)), nil
}

// RulePath is a rule in a path.
type RulePath struct {
	Rule Ref[aRule] `path:"rule" doc:"The rule's id."`
}

func (p RulePath) id() automation.ID { return automation.ID(p.Rule.num()) }

// RuleDraft is what is saved of a rule.
type RuleDraft struct {
	Rule    RuleDefinition `json:"rule"`
	OwnerID *Ref[aPerson]  `json:"owner_id,omitempty" doc:"Who makes the rule by default; a version leaves the one there is."`
}

func (d RuleDraft) draft() automating.Draft {
	out := automating.Draft{Definition: d.Rule.definition()}
	if d.OwnerID != nil {
		out.Owner = auth.PersonID(d.OwnerID.num())
	}
	return out
}

func (s *server) ruleList(c *call, _ *struct{}) (*pageOut[Rule], error) {
	list, err := s.Automation.Rules(c, c.actor)
	if err != nil {
		return nil, err
	}
	n, err := s.Automation.Names(c, c.actor)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, func(r automation.Rule) Rule { return ruleRecord(r, n) }), ""), nil
}

func (s *server) ruleCreate(c *call, in *struct{ Body RuleDraft }) (*recordOut[Rule], error) {
	r, err := s.Automation.Save(c, c.actor, in.Body.draft())
	return s.ruleOut(c, r, err)
}

func (s *server) ruleGet(c *call, in *RulePath) (*recordOut[Rule], error) {
	r, err := s.Automation.Rule(c, c.actor, in.id())
	return s.ruleOut(c, r, err)
}

func (s *server) ruleUpdate(c *call, in *struct {
	RulePath
	Body struct {
		RuleDraft
		After int `json:"after" minimum:"1" example:"1" doc:"The version that this one was made from; another newest one is a conflict."`
	} `nameHint:"RuleVersionDraft"`
}) (*recordOut[Rule], error) {
	d := in.Body.draft()
	d.Rule, d.Seen = in.id(), in.Body.After
	r, err := s.Automation.Save(c, c.actor, d)
	return s.ruleOut(c, r, err)
}

func (s *server) ruleDelete(c *call, in *RulePath) (*noneOut, error) {
	return &noneOut{}, s.Automation.Delete(c, c.actor, in.id())
}

func (s *server) ruleSwitch(c *call, in *struct {
	RulePath
	Body struct {
		On bool `json:"on"`
	} `nameHint:"RuleState"`
}) (*recordOut[Rule], error) {
	r, err := s.Automation.Switch(c, c.actor, in.id(), in.Body.On)
	return s.ruleOut(c, r, err)
}

func (s *server) ruleOrder(c *call, in *struct {
	Body struct {
		RuleIDs []Ref[aRule] `json:"rule_ids" nullable:"false" maxItems:"200"`
	} `nameHint:"RuleOrder"`
}) (*pageOut[Rule], error) {
	if err := s.Automation.Order(c, c.actor, nums[automation.ID](in.Body.RuleIDs)); err != nil {
		return nil, err
	}
	return s.ruleList(c, nil)
}

// RuleVersion is what a rule said from a moment on.
type RuleVersion struct {
	Version int            `json:"version" example:"2"`
	SavedAt time.Time      `json:"saved_at"`
	SavedBy *Ref[aPerson]  `json:"saved_by" nullable:"true"`
	Rule    RuleDefinition `json:"rule"`
}

func (s *server) ruleVersions(c *call, in *RulePath) (*pageOut[RuleVersion], error) {
	list, err := s.Automation.Versions(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, func(v automating.Version) RuleVersion {
		return RuleVersion{v.Version, at(v.SavedAt), optRef[aPerson](v.SavedBy), ruleDefinition(v.Definition)}
	}), ""), nil
}

// RuleDeed is what became of a rule that answered an event.
type RuleDeed struct {
	At       time.Time     `json:"at"`
	Version  int           `json:"version" example:"2"`
	EventID  Ref[anEvent]  `json:"event_id"`
	TicketID *Ref[aTicket] `json:"ticket_id" nullable:"true"`
	Outcome  string        `json:"outcome" enum:"did,loop,deep,quota,failed,moved" doc:"loop: it would answer itself. deep: too many rules follow from each other. quota: it acted too often. failed: a step cannot be done as the rule says. moved: the ticket is in a state in which a step cannot be done. Nothing was done but by did."`
	Why      *string       `json:"why" nullable:"true" doc:"What was in the way, in plain English."`
}

func (s *server) ruleDeeds(c *call, in *RulePath) (*pageOut[RuleDeed], error) {
	if _, err := s.Automation.Rule(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	list, err := s.Automation.Deeds(c, c.actor, in.id(), 0, 200)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, func(d automating.Deed) RuleDeed {
		out := RuleDeed{At: at(d.At), Version: d.Version, EventID: refTo[anEvent](d.Event), TicketID: optRef[aTicket](d.Ticket), Outcome: d.Outcome, Why: whyText(d.Why)}
		return out
	}), ""), nil
}

// RuleFacts is what rules can use.
type RuleFacts struct {
	Facts   []RuleFact       `json:"facts" nullable:"false"`
	Events  []string         `json:"events" nullable:"false" example:"ticket.opened"`
	Verbs   []string         `json:"verbs" nullable:"false" example:"tag"`
	Shipped []RuleDefinition `json:"shipped" nullable:"false" doc:"Rules that come with Godwit, to be made into rules of one's own."`
}

// RuleFact is a fact that expressions may name.
type RuleFact struct {
	Name    string   `json:"name" example:"ticket.priority"`
	Means   string   `json:"means" example:"the priority"`
	Type    string   `json:"type" enum:"text,choice,level,number,money,truth,list"`
	Signs   []string `json:"signs" nullable:"false" doc:"None for a truth, which is a test by itself."`
	Choices []string `json:"choices,omitempty" nullable:"false"`
}

func (s *server) ruleFacts(_ *call, _ *struct{}) (*recordOut[RuleFacts], error) {
	out := RuleFacts{
		Events: automation.Kinds(), Verbs: convert(automation.Verbs(), func(v automation.Verb) string { return string(v) }),
		Facts: convert(automation.Fields(), func(f automation.Field) RuleFact {
			return RuleFact{f.Name, f.Label(english()), string(f.Type), append([]string{}, f.Type.Signs()...), f.Choices}
		}),
		Shipped: convert(automation.ShippedRules(), func(x automation.Shipped) RuleDefinition { return ruleDefinition(x.Made(english())) }),
	}
	return record(out), nil
}
