package api

import (
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
)

func listenOperation() operation {
	return operation{"eventListen", "GET", "/listen", may(auth.ManageWebhooks), do((*server).eventListen), "Listen to what happens",
		"The messages that a webhook would get, oldest first, for a program that no webhook can reach, such as one on a developer's machine: `godwit listen` calls this. " +
			"`wait` holds the answer back until something happens. Send `next` as `after` to go on. Several servers do not write in the order of identifiers: " +
			"a listener that must miss nothing asks again from ten seconds earlier and drops what it has seen. Each call counts as one request against the rate."}
}

// Heard is what a webhook would be sent.
type Heard struct {
	Type      string    `json:"type" example:"ticket.opened" doc:"The kind of event."`
	Timestamp time.Time `json:"timestamp" doc:"When it happened."`
	Data      HeardData `json:"data"`
}

// HeardData says what happened, to what and by whom.
type HeardData struct {
	Event   Ref[anEvent]   `json:"event"`
	Actor   HeardActor     `json:"actor"`
	Subject HeardRecord    `json:"subject"`
	Ticket  *Ref[aTicket]  `json:"ticket" nullable:"true" doc:"The ticket that it belongs to."`
	Details map[string]any `json:"details" doc:"What the kind tells; see the list of kinds."`
}

// HeardActor is who acted.
type HeardActor struct {
	Kind string  `json:"kind" enum:"customer,agent,bot,system,rule"`
	ID   *string `json:"id" nullable:"true" example:"per_01h8xk3m5q0vg"`
	Name string  `json:"name" example:"Lena Fischer"`
}

// HeardRecord is what it happened to.
type HeardRecord struct {
	Kind string  `json:"kind" example:"ticket"`
	ID   *string `json:"id" nullable:"true" example:"tkt_01h8xk3m5q0vg"`
}

// HeardList is what was heard, and where to go on.
type HeardList struct {
	Messages []Heard      `json:"messages" nullable:"false"`
	Next     Ref[anEvent] `json:"next" doc:"Send it as after to go on."`
}

func heard(m webhook.Message) Heard {
	out := Heard{Type: m.Type, Timestamp: at(m.Timestamp), Data: HeardData{
		Event: Ref[anEvent](m.Data.Event), Actor: HeardActor{m.Data.Actor.Kind, m.Data.Actor.ID, m.Data.Actor.Name},
		Subject: HeardRecord{m.Data.Subject.Kind, m.Data.Subject.ID}, Details: m.Data.Details,
	}}
	if m.Data.Ticket != nil {
		t := Ref[aTicket](*m.Data.Ticket)
		out.Data.Ticket = &t
	}
	return out
}

// How a listener is served.
const (
	listenPage = 200
	lookEvery  = time.Second // while one waits, for what other nodes wrote
)

func (s *server) eventListen(c *call, in *struct {
	After string `query:"after" maxLength:"60" default:"now" example:"evt_01h8xk3m5q0vg" doc:"Go on after this event; now begins with what happens from now on."`
	Kinds string `query:"kinds" maxLength:"1000" example:"ticket.*,order.updated" doc:"Only these kinds, apart by commas; ticket.* stands for all that begin so."`
	Wait  int    `query:"wait" minimum:"0" maximum:"55" default:"0" doc:"How many seconds to wait for something to happen. Many proxies cut at a minute."`
}) (*recordOut[HeardList], error) {
	kinds, err := webhook.Patterns(in.Kinds)
	if err != nil {
		return nil, errs.Field("kinds", "error.webhook_kind", "kind", in.Kinds)
	}
	after := event.ID(id.Floor(s.Now()))
	if in.After != "now" && in.After != "" {
		if after, err = webhook.ParseMessageID(in.After); err != nil {
			return nil, errs.Field("after", "error.cursor")
		}
	}
	over := time.NewTimer(time.Duration(in.Wait) * time.Second)
	defer over.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	sub := s.Bus.Subscribe(c.actor.Workspace, 1)
	defer sub.Close()
	for last := in.Wait == 0; ; {
		list, next, err := s.Webhooks.Listen(c, c.actor, kinds, after, listenPage)
		if err != nil {
			return nil, err
		}
		if after = next; last || len(list) > 0 {
			return &recordOut[HeardList]{Body: HeardList{convert(list, heard), refTo[anEvent](next)}}, nil
		}
		select {
		case <-c.Done():
			return nil, c.Err()
		case <-s.Config.Done: // the process begins to stop
			last = true
		case <-over.C:
			last = true
		case <-sub.C:
		case <-look.C:
		}
	}
}
