package api

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/order"
	"godwit.dev/godwit/internal/flow/proactive"
	"godwit.dev/godwit/internal/platform/auth"
)

func proactiveGroup() group {
	manage := may(auth.Manage)
	return group{"Proactive messages", "A letter tells a customer of a delay, a customs hold, a failed attempt, a parcel to pick up, a delivery or a loss before they ask. What a shop writes is its policy; a customer's wish is stronger.", []operation{
		{"proactiveList", "GET", "/proactive-policies", manage, do((*server).proactiveList), "List policies", "What each shop writes to customers by itself, and whether it can."},
		{"proactiveGet", "GET", "/proactive-policies/{shop}", manage, do((*server).proactiveGet), "Get a policy", "What one shop writes to customers by itself. A shop that said nothing writes nothing."},
		{"proactiveUpdate", "PATCH", "/proactive-policies/{shop}", manage, do((*server).proactiveUpdate), "Change a policy", "Changes the properties that are sent and leaves the others. Letters that wait obey it from then on."},
		{"proactivePreview", "GET", "/proactive-policies/{shop}/preview", manage, do((*server).proactivePreview), "Preview a letter", "A letter as a customer would get it, about an invented order, in any language of customers."},
		{"letterList", "GET", "/orders/{order}/letters", may(auth.ReadOrders), do((*server).letterList), "List the letters about an order", "What was written to the customer by itself, newest first; what was not says why."},
	}}
}

// ProactivePolicy is what a shop writes to customers by itself.
type ProactivePolicy struct {
	ShopID    Ref[aShop] `json:"shop_id"`
	Shop      string     `json:"shop" example:"Greywing"`
	On        bool       `json:"on" doc:"False: only customers who ask for updates on the shop's page get letters."`
	Occasions []string   `json:"occasions" nullable:"false" enum:"delay,customs,attempt,pickup,delivered,lost"`
	GapHours  int        `json:"gap_hours" example:"12" doc:"The least between two letters about one order."`
	Most      int        `json:"most" example:"6" doc:"Letters about one order, at most."`
	FromHour  int        `json:"from_hour" example:"9" doc:"Of the customer's day."`
	UntilHour int        `json:"until_hour" example:"20"`
	Mailbox   *string    `json:"mailbox" format:"email" doc:"The mailbox that sends; null if none does, and nothing leaves."`
	Public    bool       `json:"public_address" doc:"There is an address for the links of letters; without one nothing leaves."`
	UpdatedAt *time.Time `json:"updated_at"`
}

func shopPolicyRecord(x proactive.Setting) ProactivePolicy {
	p := x.Policy
	return ProactivePolicy{
		ShopID: refTo[aShop](x.Shop.ID), Shop: x.Shop.Name, On: p.On, Occasions: convert(p.Occasions, func(o proactive.Occasion) string { return string(o) }),
		GapHours: int(p.Gap / time.Hour), Most: p.Most, FromHour: p.From, UntilHour: p.Until, Mailbox: optText(x.Box), Public: x.Public, UpdatedAt: optTime(p.UpdatedAt),
	}
}

func (s *server) proactiveList(c *call, in *struct{ Paging }) (*pageOut[ProactivePolicy], error) {
	list, err := s.Proactive.Settings(c, c.actor)
	if err != nil {
		return nil, err
	}
	list, next, err := part(list, func(x proactive.Setting) int64 { return int64(x.Shop.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, shopPolicyRecord), next), nil
}

// ShopPolicyPath names the shop of a policy.
type ShopPolicyPath struct {
	Shop Ref[aShop] `path:"shop" doc:"The shop's id."`
}

func (p ShopPolicyPath) id() order.ShopID { return order.ShopID(p.Shop.num()) }

func (s *server) proactiveGet(c *call, in *struct{ ShopPolicyPath }) (*recordOut[ProactivePolicy], error) {
	x, err := s.Proactive.Setting(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(shopPolicyRecord(x)), nil
}

// ProactiveUpdate changes a policy; a property that is left out stays.
type ProactiveUpdate struct {
	On        *bool     `json:"on,omitempty"`
	Occasions *[]string `json:"occasions,omitempty" maxItems:"6" enum:"delay,customs,attempt,pickup,delivered,lost"`
	GapHours  *int      `json:"gap_hours,omitempty" minimum:"0" maximum:"336"`
	Most      *int      `json:"most,omitempty" minimum:"1" maximum:"50"`
	FromHour  *int      `json:"from_hour,omitempty" minimum:"0" maximum:"22"`
	UntilHour *int      `json:"until_hour,omitempty" minimum:"2" maximum:"24"`
}

func (s *server) proactiveUpdate(c *call, in *struct {
	ShopPolicyPath
	Matching
	Body ProactiveUpdate
}) (out *recordOut[ProactivePolicy], err error) {
	err = s.inTx(c, func(c *call) error {
		x, err := s.Proactive.Setting(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(shopPolicyRecord(x))); err != nil {
			return err
		}
		p, b := x.Policy, in.Body
		if b.On != nil {
			p.On = *b.On
		}
		if b.Occasions != nil {
			p.Occasions = convert(*b.Occasions, func(o string) proactive.Occasion { return proactive.Occasion(o) })
		}
		if b.GapHours != nil {
			p.Gap = time.Duration(*b.GapHours) * time.Hour
		}
		for to, v := range map[*int]*int{&p.Most: b.Most, &p.From: b.FromHour, &p.Until: b.UntilHour} {
			if v != nil {
				*to = *v
			}
		}
		if x, err = s.Proactive.Set(c, c.actor, p); err != nil {
			return err
		}
		out = record(shopPolicyRecord(x))
		return nil
	})
	return out, err
}

// LetterPreview is a letter as a customer would get it.
type LetterPreview struct {
	Language  string `json:"language" example:"de"`
	Direction string `json:"direction" enum:"ltr,rtl"`
	Subject   string `json:"subject"`
	Body      string `json:"body"`
}

func (s *server) proactivePreview(c *call, in *struct {
	ShopPolicyPath
	Occasion string `query:"occasion" enum:"delay,customs,attempt,pickup,delivered,lost" default:"delay" doc:"What the letter is about."`
	Language string `query:"language" maxLength:"35" default:"en" doc:"BCP 47; the nearest language of customers is taken."`
}) (*recordOut[LetterPreview], error) {
	x, err := s.Proactive.Setting(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	t := i18n.For(i18n.Lang(in.Language))
	subject, body := proactive.Compose(t, proactive.Sample(x.Shop.Name, proactive.Occasion(in.Occasion), s.Now()))
	return record(LetterPreview{string(t.Lang()), t.Dir(), subject, body}), nil
}

// OrderLetter is a letter about an order to its customer, as far as it got.
type OrderLetter struct {
	ID         Ref[aMessage]  `json:"id"`
	ShipmentID Ref[aShipment] `json:"shipment_id"`
	Occasion   string         `json:"occasion" enum:"delay,customs,attempt,pickup,delivered,lost"`
	HappenedAt time.Time      `json:"happened_at"`
	State      string         `json:"state" enum:"planned,dropped,leaving,sent,failed,unknown,bounced"`
	Why        *string        `json:"why" enum:"off,stopped,nobody,mute,over,late,told,person,too_many,too_soon,night" doc:"Why it waits, or was dropped."`
	Problem    *string        `json:"problem" doc:"What the mail server said of one that did not arrive."`
	DueAt      *time.Time     `json:"due_at" doc:"When it is decided about again."`
	SentAt     *time.Time     `json:"sent_at"`
	To         *string        `json:"to" format:"email"`
	Language   *string        `json:"language"`
	Subject    *string        `json:"subject"`
	Body       *string        `json:"body"`
}

// OrderLetters is what was written about one order.
type OrderLetters struct {
	Data []OrderLetter `json:"data" nullable:"false"`
}

func (s *server) letterList(c *call, in *struct {
	Order Ref[anOrder] `path:"order" doc:"The order's id."`
}) (*recordOut[OrderLetters], error) {
	list, err := s.Proactive.About(c, c.actor, order.ID(in.Order.num()))
	if err != nil {
		return nil, err
	}
	return record(OrderLetters{convert(list, func(l proactive.Letter) OrderLetter {
		return OrderLetter{
			ID: refTo[aMessage](l.ID), ShipmentID: refTo[aShipment](l.Shipment), Occasion: string(l.Occasion), HappenedAt: at(l.HappenedAt), State: string(l.State),
			Why: optText(string(l.Why)), Problem: optText(l.Problem), DueAt: optTime(l.DueAt), SentAt: optTime(l.SentAt), To: optText(l.To), Language: optText(string(l.Language)), Subject: optText(l.Subject), Body: optText(l.Body),
		}
	})}), nil
}
