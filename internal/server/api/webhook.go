package api

import (
	"time"

	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/webhook"
)

func webhookGroup() group {
	manage := may(auth.ManageWebhooks)
	return group{"Webhooks", "A webhook is an address of yours that hears what happens, signed by the Standard Webhooks specification.", []operation{
		{"webhookKinds", "GET", "/webhooks/kinds", manage, do((*server).webhookKinds), "List kinds of event", "The kinds of event that are sent, and the details that each carries."},
		{"webhookList", "GET", "/webhooks", manage, do((*server).webhookList), "List webhooks", "The webhooks of the workspace, oldest first, and how each does."},
		{"webhookCreate", "POST", "/webhooks", manage, do((*server).webhookCreate).created(), "Make a webhook", "Makes a webhook, which is on from now. The secret that signs its messages is shown this once."},
		{"webhookGet", "GET", "/webhooks/{webhook}", manage, do((*server).webhookGet), "Get a webhook", "One webhook, without its secret."},
		{"webhookUpdate", "PATCH", "/webhooks/{webhook}", manage, do((*server).webhookUpdate), "Change a webhook", "Changes the properties that are sent and leaves the others. To switch one on forgets its failures so far."},
		{"webhookDelete", "DELETE", "/webhooks/{webhook}", manage, do((*server).webhookDelete), "Delete a webhook", "Deletes a webhook with what is owed to it and its log."},
		{"webhookRotate", "POST", "/webhooks/{webhook}/rotate", manage, do((*server).webhookRotate), "Change a webhook's secret", "Gives a webhook a new secret, shown this once. Messages carry a signature by the old one as well for a day."},
		{"webhookTest", "POST", "/webhooks/{webhook}/test", manage, do((*server).webhookTest), "Test a webhook", "Sends the webhook an event of its own, whatever it subscribed to. Read the delivery to see how it went."},
		{"webhookReplay", "POST", "/webhooks/{webhook}/replay", manage, do((*server).webhookReplay), "Replay the journal", "Sends again what happened since a moment, in order. A receiver tells repeats by their id."},
		{"deliveryList", "GET", "/webhooks/{webhook}/deliveries", manage, do((*server).deliveryList), "List deliveries", "The log of a webhook, newest event first."},
		{"deliveryGet", "GET", "/webhooks/{webhook}/deliveries/{event}", manage, do((*server).deliveryGet), "Get a delivery", "One delivery with its attempts, newest first."},
		{"deliveryResend", "POST", "/webhooks/{webhook}/deliveries/{event}/resend", manage, do((*server).deliveryResend), "Send a delivery again", "Sends one event to the webhook again."},
	}}
}

// Webhook is an address that events are sent to.
type Webhook struct {
	ID           Ref[aWebhook] `json:"id"`
	URL          string        `json:"url" format:"uri" example:"https://warehouse.acme.example/godwit"`
	Description  string        `json:"description" example:"Warehouse"`
	Kinds        []string      `json:"kinds" nullable:"false" example:"ticket.*,order.updated" doc:"The kinds of event that it wants; * stands for any ending."`
	State        string        `json:"state" enum:"on,off,gone,dead" doc:"off by a person, gone when it answered 410, dead when it only failed for days."`
	Waiting      *int64        `json:"waiting,omitempty" doc:"In lists: how many deliveries are owed."`
	FailingSince *time.Time    `json:"failing_since" doc:"The first failure since the last success."`
	SucceededAt  *time.Time    `json:"succeeded_at"`
	FailedAt     *time.Time    `json:"failed_at"`
	Replaying    bool          `json:"replaying" doc:"A replay is still going on."`
	CreatedAt    time.Time     `json:"created_at"`
	UpdatedAt    time.Time     `json:"updated_at"`
}

func webhookRecord(e webhook.Endpoint) Webhook {
	return Webhook{
		ID: refTo[aWebhook](e.ID), URL: e.URL, Description: e.Description, Kinds: append([]string{}, e.Kinds...), State: string(e.State),
		FailingSince: optTime(e.FailingSince), SucceededAt: optTime(e.OKAt), FailedAt: optTime(e.FailedAt), Replaying: !e.Replay.Empty(),
		CreatedAt: at(e.CreatedAt), UpdatedAt: at(e.UpdatedAt),
	}
}

// EventKind is a kind of event as webhooks carry it.
type EventKind struct {
	Kind    string        `json:"kind" example:"ticket.assigned"`
	When    string        `json:"when" example:"A ticket was given to somebody or to nobody."`
	Details []EventDetail `json:"details" nullable:"false"`
}

// EventDetail is one value that an event carries.
type EventDetail struct {
	Name    string `json:"name" example:"to"`
	Type    string `json:"type" example:"person"`
	Meaning string `json:"meaning"`
}

func (s *server) webhookKinds(c *call, in *struct{ Paging }) (*pageOut[EventKind], error) {
	kinds := convert(webhook.Kinds(), func(k webhook.Kind) EventKind {
		return EventKind{k.Name, k.Says, convert(k.Fields, func(f webhook.Field) EventDetail { return EventDetail{f.Name, string(f.Type), f.Says} })}
	})
	kinds, next, err := part(kinds, func(k EventKind) int64 { return placeOf(k.Kind) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, kinds, next), nil
}

func (s *server) webhookList(c *call, in *struct{ Paging }) (*pageOut[Webhook], error) {
	all, err := s.Webhooks.Endpoints(c, c.actor)
	if err != nil {
		return nil, err
	}
	waiting, err := s.Webhooks.Waiting(c, c.actor)
	if err != nil {
		return nil, err
	}
	all, next, err := part(all, func(e webhook.Endpoint) int64 { return int64(e.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(all, func(e webhook.Endpoint) Webhook {
		r, n := webhookRecord(e), waiting[e.ID]
		r.Waiting = &n
		return r
	}), next), nil
}

// WebhookDraft is a webhook to be made.
type WebhookDraft struct {
	URL         string   `json:"url" minLength:"1" maxLength:"2000" example:"https://warehouse.acme.example/godwit"`
	Description string   `json:"description,omitempty" maxLength:"200" example:"Warehouse"`
	Kinds       []string `json:"kinds,omitempty" nullable:"false" maxItems:"100" example:"ticket.*,order.updated" doc:"The kinds of event that it wants; all of them by default."`
}

// WebhookSecret is a webhook with the secret that signs its messages.
type WebhookSecret struct {
	Webhook Webhook `json:"webhook"`
	Secret  string  `json:"secret" example:"whsec_..." doc:"Shown this once."`
}

func (s *server) webhookCreate(c *call, in *struct{ Body WebhookDraft }) (*recordOut[WebhookSecret], error) {
	e, secret, err := s.Webhooks.Add(c, c.actor, webhook.New{URL: in.Body.URL, Description: in.Body.Description, Kinds: in.Body.Kinds})
	if err != nil {
		return nil, err
	}
	return &recordOut[WebhookSecret]{Body: WebhookSecret{webhookRecord(e), secret.Reveal()}}, nil
}

// WebhookPath names a webhook.
type WebhookPath struct {
	Webhook Ref[aWebhook] `path:"webhook" doc:"The webhook's id."`
}

func (p WebhookPath) id() webhook.ID { return webhook.ID(p.Webhook.num()) }

// webhookTag is the entity tag of a webhook's settings: how it does right now is
// no part of them.
func webhookTag(e webhook.Endpoint) string {
	return tagOf([]any{e.URL, e.Description, e.Kinds, e.State})
}

func webhookAnswer(e webhook.Endpoint) *recordOut[Webhook] {
	return &recordOut[Webhook]{ETag: webhookTag(e), Body: webhookRecord(e)}
}

func (s *server) webhookGet(c *call, in *struct{ WebhookPath }) (*recordOut[Webhook], error) {
	e, err := s.Webhooks.Endpoint(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return &recordOut[Webhook]{ETag: webhookTag(e), Body: webhookRecord(e)}, nil
}

// WebhookUpdate changes a webhook; a property that is left out stays.
type WebhookUpdate struct {
	URL         *string   `json:"url,omitempty" minLength:"1" maxLength:"2000"`
	Description *string   `json:"description,omitempty" maxLength:"200"`
	Kinds       *[]string `json:"kinds,omitempty" nullable:"false" maxItems:"100" doc:"The whole new list."`
	On          *bool     `json:"on,omitempty" doc:"Whether it receives."`
}

func (s *server) webhookUpdate(c *call, in *struct {
	WebhookPath
	Matching
	Body WebhookUpdate
}) (out *recordOut[Webhook], err error) {
	err = s.inTx(c, func(c *call) error {
		old, err := s.Webhooks.Endpoint(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, webhookTag(old)); err != nil {
			return err
		}
		u := webhook.Update{URL: in.Body.URL, Description: in.Body.Description, On: in.Body.On}
		if in.Body.Kinds != nil {
			u.Kinds = append([]string{}, *in.Body.Kinds...)
		}
		e, err := s.Webhooks.Change(c, c.actor, in.id(), u)
		out = webhookAnswer(e)
		return err
	})
	return out, err
}

func (s *server) webhookDelete(c *call, in *struct{ WebhookPath }) (*noneOut, error) {
	return &noneOut{}, s.Webhooks.Delete(c, c.actor, in.id())
}

func (s *server) webhookRotate(c *call, in *struct{ WebhookPath }) (*recordOut[WebhookSecret], error) {
	secret, err := s.Webhooks.Rotate(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	e, err := s.Webhooks.Endpoint(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return &recordOut[WebhookSecret]{Body: WebhookSecret{webhookRecord(e), secret.Reveal()}}, nil
}

// Delivery is one event owed to one webhook.
type Delivery struct {
	EventID   Ref[anEvent] `json:"event_id"`
	Kind      string       `json:"kind" example:"ticket.assigned"`
	State     string       `json:"state" enum:"waiting,delivered,failed"`
	Attempts  int          `json:"attempt_count" example:"1"`
	Status    *int         `json:"status" example:"204" doc:"Of the last answer."`
	DueAt     *time.Time   `json:"due_at" doc:"When it is tried next."`
	CreatedAt time.Time    `json:"created_at"`
	DoneAt    *time.Time   `json:"done_at"`
}

// DeliveryLog is a delivery with its attempts.
type DeliveryLog struct {
	Delivery
	Tries []Attempt `json:"attempts" nullable:"false" doc:"Newest first."`
}

// Attempt is one try at a delivery.
type Attempt struct {
	At           time.Time `json:"at"`
	Milliseconds int64     `json:"took_ms" example:"81"`
	Status       *int      `json:"status" example:"204"`
	Answer       string    `json:"answer" doc:"The beginning of the answer."`
	Error        string    `json:"error" doc:"What kept the answer away."`
}

func optStatus(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func deliveryRecord(d webhook.Delivery) Delivery {
	out := Delivery{
		EventID: refTo[anEvent](d.Event), Kind: d.Kind, State: string(d.State), Attempts: d.Attempt, Status: optStatus(d.Status), CreatedAt: at(d.CreatedAt), DoneAt: optTime(d.DoneAt),
	}
	if d.State == webhook.Waiting {
		out.DueAt = optTime(d.DueAt)
	}
	return out
}

func (s *server) webhookTest(c *call, in *struct{ WebhookPath }) (*recordOut[Delivery], error) {
	d, err := s.Webhooks.Test(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(deliveryRecord(d)), nil
}

// ReplayStart says since when the journal is sent again.
type ReplayStart struct {
	Since time.Time `json:"since" example:"2026-11-21T00:00:00Z"`
}

func (s *server) webhookReplay(c *call, in *struct {
	WebhookPath
	Body ReplayStart
}) (*recordOut[Webhook], error) {
	e, err := s.Webhooks.ReplaySince(c, c.actor, in.id(), in.Body.Since.UTC())
	if err != nil {
		return nil, err
	}
	return webhookAnswer(e), nil
}

func (s *server) deliveryList(c *call, in *struct {
	WebhookPath
	State string `query:"state" enum:"waiting,delivered,failed"`
	Paging
}) (*pageOut[Delivery], error) {
	if _, err := s.Webhooks.Endpoint(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	var before int64
	if err := readCursor('d', in.Cursor, &before); err != nil {
		return nil, err
	}
	found, err := s.Webhooks.Deliveries(c, c.actor, in.id(), webhook.DeliveryState(in.State), event.ID(before), in.Limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) == in.Limit {
		next = writeCursor('d', int64(found[len(found)-1].Event))
	}
	return page(c, convert(found, deliveryRecord), next), nil
}

// DeliveryPath names a delivery.
type DeliveryPath struct {
	WebhookPath
	Event Ref[anEvent] `path:"event" doc:"The event's id."`
}

func (p DeliveryPath) event() event.ID { return event.ID(p.Event.num()) }

func (s *server) delivery(c *call, p DeliveryPath) (*recordOut[DeliveryLog], error) {
	d, attempts, err := s.Webhooks.Delivery(c, c.actor, p.id(), p.event())
	if err != nil {
		return nil, err
	}
	return record(DeliveryLog{deliveryRecord(d), convert(attempts, func(a webhook.Attempt) Attempt {
		return Attempt{at(a.At), a.Took.Milliseconds(), optStatus(a.Status), a.Answer, a.Err}
	})}), nil
}

func (s *server) deliveryGet(c *call, in *struct{ DeliveryPath }) (*recordOut[DeliveryLog], error) {
	return s.delivery(c, in.DeliveryPath)
}

func (s *server) deliveryResend(c *call, in *struct{ DeliveryPath }) (*recordOut[DeliveryLog], error) {
	if _, _, err := s.Webhooks.Delivery(c, c.actor, in.id(), in.event()); err != nil {
		return nil, err
	}
	if err := s.Webhooks.Resend(c, c.actor, in.id(), in.event()); err != nil {
		return nil, err
	}
	return s.delivery(c, in.DeliveryPath)
}
