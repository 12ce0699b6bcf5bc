package api

import (
	"time"

	"godwit.dev/godwit/internal/flow/replay"
)

// PolicyReplay is a return policy that is tried on past cases in the background.
type PolicyReplay struct {
	ID      Ref[aReplay]        `json:"id"`
	Policy  string              `json:"policy" example:"standard" doc:"Its name."`
	Text    string              `json:"text,omitempty" doc:"YAML; left out of lists."`
	Since   time.Time           `json:"since" doc:"Cases that were opened from then on."`
	State   string              `json:"state" enum:"waiting,running,done,stopped,failed"`
	Run     int                 `json:"run" doc:"Which try this is. One that a restart broke off begins again from the first case."`
	Read    int64               `json:"read" doc:"Cases so far, in parts that were decided together."`
	Total   int64               `json:"total" doc:"That there are; 0 before it runs."`
	Seconds *int64              `json:"seconds_left" nullable:"true" doc:"At the pace so far; null where nothing is known of it."`
	Result  *PolicyReplayResult `json:"result,omitempty" doc:"Left out of lists, and until there is one."`
	Why     *string             `json:"why" nullable:"true" doc:"It failed."`
	AskedAt time.Time           `json:"asked_at"`
	AskedBy *Ref[aPerson]       `json:"asked_by" nullable:"true"`
	BegunAt *time.Time          `json:"begun_at" nullable:"true" doc:"The last try."`
	EndedAt *time.Time          `json:"ended_at" nullable:"true"`
}

// PolicyReplayResult is what another policy would have changed.
type PolicyReplayResult struct {
	Cases     int64         `json:"cases" doc:"That were decided again."`
	Unread    int64         `json:"unread" doc:"Whose input cannot be read."`
	Changed   int64         `json:"changed" doc:"Of which an offer differs."`
	Granted   int64         `json:"granted" doc:"The customer gets what they wanted, and did not."`
	Refused   int64         `json:"refused" doc:"The other way round."`
	Alone     int64         `json:"alone" doc:"It runs without a person, and did not."`
	Looked    int64         `json:"looked" doc:"The other way round."`
	Customers int64         `json:"customers" doc:"Whose cases change."`
	Worse     int64         `json:"worse" doc:"Customers who get less in at least one case."`
	Money     []ReplayMoney `json:"money" nullable:"false"`
	Markets   []ReplayGroup `json:"markets" nullable:"false" doc:"The most changed first."`
	Products  []ReplayGroup `json:"products" nullable:"false" doc:"The fifty most changed."`
	Laws      []ReplayGroup `json:"laws" nullable:"false" doc:"That give a right in cases that change."`
	Stopped   bool          `json:"stopped" doc:"It ended before all were done."`
}

// ReplayMoney compares sums of one currency.
type ReplayMoney struct {
	Currency   string `json:"currency" example:"EUR"`
	PaidBefore int64  `json:"paid_before" doc:"To customers, in minor units."`
	PaidAfter  int64  `json:"paid_after"`
	CostBefore int64  `json:"cost_before" doc:"Of the outcome to the merchant."`
	CostAfter  int64  `json:"cost_after"`
}

// ReplayGroup is the cases of a market, product or law.
type ReplayGroup struct {
	Key     string        `json:"key" example:"DE"`
	Cases   int64         `json:"cases"`
	Changed int64         `json:"changed"`
	Refused int64         `json:"refused"`
	Money   []ReplayMoney `json:"money" nullable:"false"`
}

func replayMoney(list []replay.Money) []ReplayMoney {
	return convert(list, func(m replay.Money) ReplayMoney { return ReplayMoney(m) })
}

func replayGroups(list []replay.Group) []ReplayGroup {
	return convert(list, func(g replay.Group) ReplayGroup {
		return ReplayGroup{Key: g.Key, Cases: g.Cases, Changed: g.Changed, Refused: g.Refused, Money: replayMoney(g.Money)}
	})
}

func replayRecord(t replay.Trial, now time.Time, whole bool) PolicyReplay {
	out := PolicyReplay{
		ID: refTo[aReplay](t.ID), Policy: t.Name, Since: at(t.Since), State: string(t.State), Run: t.Run, Read: t.Read, Total: t.Total, Why: optText(t.Why),
		AskedAt: at(t.AskedAt), AskedBy: optRef[aPerson](t.AskedBy), BegunAt: optTime(t.BegunAt), EndedAt: optTime(t.EndedAt),
	}
	if left, ok := t.Left(now); ok {
		out.Seconds = new(int64(left.Seconds()))
	}
	if !whole {
		return out
	}
	out.Text = t.Text
	if r := t.Result; r != nil {
		out.Result = &PolicyReplayResult{
			Cases: r.Cases, Unread: r.Unread, Changed: r.Changed, Granted: r.Granted, Refused: r.Refused, Alone: r.Alone, Looked: r.Looked, Customers: r.Customers, Worse: r.Worse,
			Money: replayMoney(r.Money), Markets: replayGroups(r.Markets), Products: replayGroups(r.Products), Laws: replayGroups(r.Laws), Stopped: r.Stopped,
		}
	}
	return out
}

// PolicyReplays is replays.
type PolicyReplays struct {
	Data []PolicyReplay `json:"data" nullable:"false"`
}

// ReplayPath is a replay in a path.
type ReplayPath struct {
	Replay Ref[aReplay] `path:"policy_replay" doc:"The replay's id."`
}

func (s *server) replayList(c *call, _ *struct{}) (*recordOut[PolicyReplays], error) {
	list, err := s.Replay.Trials(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(PolicyReplays{convert(list, func(t replay.Trial) PolicyReplay { return replayRecord(t, s.Now(), false) })}), nil
}

func (s *server) replayCreate(c *call, in *struct {
	Body struct {
		Policy string    `json:"policy,omitempty" maxLength:"40" default:"standard" doc:"The name under which it is kept."`
		Text   string    `json:"text" maxLength:"65536" doc:"YAML; it need not be one that could be saved."`
		Since  time.Time `json:"since" doc:"Cases that were opened from then on."`
	} `nameHint:"PolicyReplayDraft"`
}) (*recordOut[PolicyReplay], error) {
	t, err := s.Replay.Start(c, c.actor, in.Body.Policy, in.Body.Text, in.Body.Since)
	if err != nil {
		return nil, err
	}
	return record(replayRecord(t, s.Now(), true)), nil
}

func (s *server) replayGet(c *call, in *ReplayPath) (*recordOut[PolicyReplay], error) {
	t, err := s.Replay.Trial(c, c.actor, replay.TrialID(in.Replay.num()))
	if err != nil {
		return nil, err
	}
	return record(replayRecord(t, s.Now(), true)), nil
}

func (s *server) replayCancel(c *call, in *ReplayPath) (*recordOut[PolicyReplay], error) {
	t, err := s.Replay.Cancel(c, c.actor, replay.TrialID(in.Replay.num()))
	if err != nil {
		return nil, err
	}
	return record(replayRecord(t, s.Now(), true)), nil
}
