package api

import (
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/hook"
)

func hookGroup() group {
	manage := may(auth.ManageWebhooks)
	return group{"Incoming hooks", "An incoming hook is a place where another program tells us something. What comes in is verified, stored as it came, and becomes an event.", []operation{
		{"hookList", "GET", "/hooks", manage, do((*server).hookList), "List incoming hooks", "The incoming hooks of the workspace, oldest first."},
		{"hookCreate", "POST", "/hooks", manage, do((*server).hookCreate).created(), "Make an incoming hook", "Makes an incoming hook. Its secret is shown this once, with the address that the sender is to call."},
		{"hookGet", "GET", "/hooks/{hook}", manage, do((*server).hookGet), "Get an incoming hook", "One incoming hook, without its secret."},
		{"hookUpdate", "PATCH", "/hooks/{hook}", manage, do((*server).hookUpdate), "Change an incoming hook", "Changes the properties that are sent and leaves the others."},
		{"hookDelete", "DELETE", "/hooks/{hook}", manage, do((*server).hookDelete), "Delete an incoming hook", "Deletes an incoming hook with all that it received."},
		{"hookRotate", "POST", "/hooks/{hook}/rotate", manage, do((*server).hookRotate), "Change an incoming hook's secret", "Gives an incoming hook another secret: the one that you send, else one made here and shown this once. The old one stays valid for a day."},
		{"hookRefusals", "GET", "/hooks/{hook}/refusals", manage, do((*server).hookRefusals), "List refusals", "What was turned away in the last 30 days, by day and reason. It is counted and never stored."},
		{"receivedList", "GET", "/hooks/{hook}/received", manage, do((*server).receivedList), "List what came in", "What an incoming hook received, newest first, without bodies."},
		{"receivedGet", "GET", "/hooks/{hook}/received/{received}", manage, do((*server).receivedGet), "Get what came in", "One request that came in, with its body as it came."},
		{"receivedReplay", "POST", "/hooks/{hook}/received/{received}/replay", manage, do((*server).receivedReplay), "Process again", "Processes a request that came in once more, such as one that failed for a cause that is gone."},
	}}
}

// Hook is a place where hooks of one sender come in.
type Hook struct {
	ID        Ref[aHook] `json:"id"`
	Name      string     `json:"name" example:"Web shop"`
	Scheme    string     `json:"scheme" example:"standard" doc:"How the sender proves that a request is its own."`
	Kind      string     `json:"kind" example:"journal" doc:"What becomes of what comes in."`
	Address   string     `json:"address" format:"uri" example:"https://desk.acme.example/hooks/hok_01h8xk3m5q0vg" doc:"Where the sender is to call."`
	Disabled  bool       `json:"disabled"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

func (s *server) hookRecord(c *call, x hook.Connection) Hook {
	return Hook{refTo[aHook](x.ID), x.Name, x.Scheme, x.Kind, s.base(c) + x.ID.Path(), x.Disabled, at(x.CreatedAt), at(x.UpdatedAt)}
}

func (s *server) hookList(c *call, in *struct{ Paging }) (*pageOut[Hook], error) {
	all, err := s.Hooks.Connections(c, c.actor)
	if err != nil {
		return nil, err
	}
	all, next, err := part(all, func(x hook.Connection) int64 { return int64(x.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(all, func(x hook.Connection) Hook { return s.hookRecord(c, x) }), next), nil
}

// HookDraft is an incoming hook to be made.
type HookDraft struct {
	Name   string `json:"name" minLength:"1" maxLength:"200" example:"Web shop"`
	Scheme string `json:"scheme" minLength:"1" maxLength:"60" example:"standard"`
	Kind   string `json:"kind,omitempty" maxLength:"60" doc:"journal by default."`
	Secret string `json:"secret,omitempty" maxLength:"500" writeOnly:"true" doc:"The one that the sender gave; by default one is made."`
}

// HookSecret is an incoming hook with its secret.
type HookSecret struct {
	Hook   Hook   `json:"hook"`
	Secret string `json:"secret" example:"whsec_..." doc:"Shown this once."`
}

func (s *server) hookCreate(c *call, in *struct{ Body HookDraft }) (*recordOut[HookSecret], error) {
	x, secret, err := s.Hooks.Add(c, c.actor, hook.New{Name: in.Body.Name, Scheme: in.Body.Scheme, Kind: in.Body.Kind, Secret: in.Body.Secret})
	if err != nil {
		return nil, err
	}
	return &recordOut[HookSecret]{Body: HookSecret{s.hookRecord(c, x), secret}}, nil
}

// HookPath names an incoming hook.
type HookPath struct {
	Hook Ref[aHook] `path:"hook" doc:"The incoming hook's id."`
}

func (p HookPath) id() hook.ID { return hook.ID(p.Hook.num()) }

func (s *server) hookGet(c *call, in *struct{ HookPath }) (*recordOut[Hook], error) {
	x, err := s.Hooks.Connection(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(s.hookRecord(c, x)), nil
}

// HookUpdate changes an incoming hook; a property that is left out stays.
type HookUpdate struct {
	Name     *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Disabled *bool   `json:"disabled,omitempty"`
}

func (s *server) hookUpdate(c *call, in *struct {
	HookPath
	Matching
	Body HookUpdate
}) (out *recordOut[Hook], err error) {
	err = s.inTx(c, func(c *call) error {
		old, err := s.Hooks.Connection(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(s.hookRecord(c, old))); err != nil {
			return err
		}
		x, err := s.Hooks.Change(c, c.actor, in.id(), hook.Update{Name: in.Body.Name, Disabled: in.Body.Disabled})
		out = record(s.hookRecord(c, x))
		return err
	})
	return out, err
}

func (s *server) hookDelete(c *call, in *struct{ HookPath }) (*noneOut, error) {
	return &noneOut{}, s.Hooks.Delete(c, c.actor, in.id())
}

// GivenSecret is a secret that the sender gave.
type GivenSecret struct {
	Secret string `json:"secret,omitempty" maxLength:"500" writeOnly:"true" doc:"By default one is made."`
}

func (s *server) hookRotate(c *call, in *struct {
	HookPath
	Body GivenSecret
}) (*recordOut[HookSecret], error) {
	secret, err := s.Hooks.Rotate(c, c.actor, in.id(), in.Body.Secret)
	if err != nil {
		return nil, err
	}
	x, err := s.Hooks.Connection(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return &recordOut[HookSecret]{Body: HookSecret{s.hookRecord(c, x), secret}}, nil
}

// Refusal counts requests that were turned away on a day.
type Refusal struct {
	Date   string    `json:"date" format:"date" example:"2026-11-22" doc:"In UTC."`
	Reason string    `json:"reason" enum:"forged,malformed,oversized"`
	Count  int64     `json:"count" example:"3"`
	LastAt time.Time `json:"last_at"`
}

// RefusalList is what was turned away.
type RefusalList struct {
	Data []Refusal `json:"data" nullable:"false"`
}

func (s *server) hookRefusals(c *call, in *struct{ HookPath }) (*recordOut[RefusalList], error) {
	if _, err := s.Hooks.Connection(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	all, err := s.Hooks.Refused(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(RefusalList{convert(all, func(x hook.Refusals) Refusal {
		return Refusal{time.Unix(x.Day*86400, 0).UTC().Format(time.DateOnly), string(x.Reason), x.Count, at(x.LastAt)}
	})}), nil
}

// Received is one verified request that came in.
type Received struct {
	ID          Ref[aReceived] `json:"id"`
	Key         string         `json:"key" example:"msg_2mKf0" doc:"The sender's own id; a repeat has the same."`
	Topic       string         `json:"topic" example:"order.created" doc:"What the sender calls it."`
	ContentType string         `json:"content_type" example:"application/json"`
	Size        int64          `json:"size" example:"412"`
	State       string         `json:"state" enum:"waiting,done,failed"`
	Attempts    int            `json:"attempt_count"`
	Problem     string         `json:"problem" doc:"Of the last attempt."`
	ReceivedAt  time.Time      `json:"received_at"`
	DoneAt      *time.Time     `json:"done_at"`
	Body        *string        `json:"body,omitempty" doc:"Of a single one, if it is text."`
	Bytes       []byte         `json:"body_base64,omitempty" nullable:"false" doc:"Of a single one, if it is no text."`
}

func receivedRecord(x hook.Received) Received {
	return Received{
		ID: refTo[aReceived](x.ID), Key: x.Key, Topic: x.Topic, ContentType: x.ContentType, Size: x.Size, State: string(x.State), Attempts: x.Attempt,
		Problem: x.Problem, ReceivedAt: at(x.At), DoneAt: optTime(x.DoneAt),
	}
}

func (s *server) receivedList(c *call, in *struct {
	HookPath
	State string `query:"state" enum:"waiting,done,failed"`
	Paging
}) (*pageOut[Received], error) {
	if _, err := s.Hooks.Connection(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	var before int64
	if err := readCursor('i', in.Cursor, &before); err != nil {
		return nil, err
	}
	found, err := s.Hooks.History(c, c.actor, in.id(), hook.State(in.State), hook.ReceivedID(before), in.Limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) == in.Limit {
		next = writeCursor('i', int64(found[len(found)-1].ID))
	}
	return page(c, convert(found, receivedRecord), next), nil
}

// ReceivedPath names a request that came in.
type ReceivedPath struct {
	HookPath
	Received Ref[aReceived] `path:"received" doc:"The request's id."`
}

func (p ReceivedPath) received() hook.ReceivedID { return hook.ReceivedID(p.Received.num()) }

func (s *server) receivedNow(c *call, p ReceivedPath) (*recordOut[Received], error) {
	x, err := s.Hooks.Received(c, c.actor, p.id(), p.received())
	if err != nil {
		return nil, err
	}
	out := receivedRecord(x)
	if text := string(x.Body); utf8.ValidString(text) {
		out.Body = &text
	} else {
		out.Bytes = x.Body
	}
	return record(out), nil
}

func (s *server) receivedGet(c *call, in *struct{ ReceivedPath }) (*recordOut[Received], error) {
	return s.receivedNow(c, in.ReceivedPath)
}

func (s *server) receivedReplay(c *call, in *struct{ ReceivedPath }) (*recordOut[Received], error) {
	if err := s.Hooks.Replay(c, c.actor, in.id(), in.received()); err != nil {
		return nil, err
	}
	return s.receivedNow(c, in.ReceivedPath)
}
