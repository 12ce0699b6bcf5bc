package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/platform/auth"
)

func marketGroup() group {
	read, manage := may(auth.ReadTickets), may(auth.ReadTickets, auth.Manage)
	return group{"Markets", "A market is a country with its habits: whether its customers look for an answer themselves or want a person first, how they are addressed, on which channels they write, how names and addresses are written, units, voltage and plugs. Godwit comes with a profile of each; a workspace may say what it knows better.", []operation{
		{"marketList", "GET", "/markets", read, do((*server).marketList), "List the markets", "All markets by code, each as it holds for the workspace."},
		{"marketGet", "GET", "/markets/{market}", read, do((*server).marketGet), "Get a market", "How the workspace's customers in one market are used to be served."},
		{"marketPut", "PUT", "/markets/{market}", manage, do((*server).marketPut), "Say what holds for a market", "Keeps what the workspace says of a market, all of it: what is left out is as shipped."},
		{"marketReset", "DELETE", "/markets/{market}", manage, do((*server).marketReset), "Take back what was said of a market", "The market is as shipped again."},
	}}
}

// Market is how the customers of a market are used to be served, as it holds for the workspace.
type Market struct {
	Market  string        `json:"market" example:"DE" doc:"ISO 3166-1 alpha-2."`
	Version int           `json:"version" example:"2" doc:"Of what the workspace says; 0: it never said anything."`
	SavedAt *time.Time    `json:"saved_at" nullable:"true"`
	SavedBy *Ref[aPerson] `json:"saved_by" nullable:"true"`
	Profile MarketProfile `json:"profile"`
	Own     MarketOwn     `json:"own" doc:"What the workspace says of it; what is not there is as shipped."`
}

// MarketProfile is what holds.
type MarketProfile struct {
	First     string       `json:"first" enum:"self,person,either" doc:"What customers look for first: an answer of their own finding, or a person."`
	Formality string       `json:"formality" enum:"formal,informal,neutral" doc:"How they are addressed."`
	Languages []string     `json:"languages" nullable:"false" example:"de" doc:"BCP 47, the usual one first."`
	Channels  []string     `json:"channels" nullable:"false" example:"email" doc:"In order of use."`
	Hours     *MarketHours `json:"hours,omitempty" doc:"When people answer; not there if nobody said so."`
	NameOrder string       `json:"name_order" enum:"given,family" doc:"Which name comes first."`
	Address   string       `json:"address_order" enum:"small,large" doc:"From the street to the country, or the other way."`
	Units     string       `json:"units" enum:"metric,imperial,mixed"`
	Volts     []int        `json:"volts" nullable:"false" example:"[230]"`
	Plugs     []string     `json:"plugs" nullable:"false" example:"F" doc:"Letters of IEC 60083."`
	Verified  bool         `json:"verified" doc:"The shipped profile was verified against a source."`
}

// MarketHours are when people answer the customers of a market.
type MarketHours struct {
	Days []string `json:"days" nullable:"false" minItems:"1" maxItems:"7" example:"mon" doc:"Of mon, tue, wed, thu, fri, sat and sun."`
	From string   `json:"from" maxLength:"5" example:"09:00" doc:"In the market's wall time."`
	To   string   `json:"to" maxLength:"5" example:"18:00" doc:"As from, or 24:00."`
}

// MarketOwn is what a workspace says of a market.
type MarketOwn struct {
	First     string       `json:"first,omitempty" enum:"self,person,either"`
	Formality string       `json:"formality,omitempty" enum:"formal,informal,neutral"`
	Channels  []string     `json:"channels,omitempty" nullable:"false" maxItems:"5" example:"WhatsApp" doc:"In order of use: email, phone, chat, app_chat, sms, social, marketplace, or the name of a messenger that a shipped profile has."`
	Hours     *MarketHours `json:"hours,omitempty"`
	NameOrder string       `json:"name_order,omitempty" enum:"given,family"`
	Address   string       `json:"address_order,omitempty" enum:"small,large"`
	Units     string       `json:"units,omitempty" enum:"metric,imperial,mixed"`
	Volts     []int        `json:"volts,omitempty" nullable:"false" maxItems:"4" example:"[230]"`
	Plugs     []string     `json:"plugs,omitempty" nullable:"false" maxItems:"15" example:"F"`
}

func nameOrder(familyFirst bool) string {
	if familyFirst {
		return "family"
	}
	return "given"
}

func addressOrder(large bool) string {
	if large {
		return "large"
	}
	return "small"
}

func marketRecord(v habit.Setting) Market {
	p := v.Profile()
	out := Market{
		Market: v.Market, Version: v.Version, SavedAt: optTime(v.SavedAt), SavedBy: optRef[aPerson](v.SavedBy), Own: marketOwn(v.Own),
		Profile: MarketProfile{
			First: string(p.First), Formality: string(p.Formality), Languages: p.Languages, Channels: p.Channels, NameOrder: nameOrder(p.FamilyFirst), Address: addressOrder(p.Large),
			Units: string(p.Units), Volts: p.Volts, Plugs: p.Plugs, Verified: p.Status != "verify",
		},
	}
	if len(p.Hours.Days) > 0 {
		h := MarketHours(p.Hours)
		out.Profile.Hours = &h
	}
	return out
}

func marketOwn(o habit.Own) MarketOwn {
	out := MarketOwn{First: string(o.First), Formality: string(o.Formality), Channels: o.Channels, Units: string(o.Units), Volts: o.Volts, Plugs: o.Plugs}
	if o.Hours != nil {
		h := MarketHours(*o.Hours)
		out.Hours = &h
	}
	if o.FamilyFirst != nil {
		out.NameOrder = nameOrder(*o.FamilyFirst)
	}
	if o.Large != nil {
		out.Address = addressOrder(*o.Large)
	}
	return out
}

func (x MarketOwn) own() habit.Own {
	out := habit.Own{First: habit.First(x.First), Formality: habit.Formality(x.Formality), Channels: x.Channels, Units: habit.Units(x.Units), Volts: x.Volts, Plugs: x.Plugs}
	if x.Hours != nil {
		h := habit.Hours(*x.Hours)
		out.Hours = &h
	}
	if x.NameOrder != "" {
		family := x.NameOrder == nameOrder(true)
		out.FamilyFirst = &family
	}
	if x.Address != "" {
		large := x.Address == addressOrder(true)
		out.Large = &large
	}
	return out
}

func (s *server) marketList(c *call, in *struct {
	Paging
	Picking
}) (*pageOut[Market], error) {
	list, err := s.Habits.List(c, c.actor)
	if err != nil {
		return nil, err
	}
	list, next, err := part(list, func(v habit.Setting) int64 { return placeOf(v.Market) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, marketRecord), next), nil
}

// MarketPath names a market.
type MarketPath struct {
	Market string `path:"market" minLength:"2" maxLength:"2" example:"DE" doc:"ISO 3166-1 alpha-2."`
}

func (s *server) marketGet(c *call, in *struct {
	MarketPath
	Picking
}) (*recordOut[Market], error) {
	v, err := s.Habits.Get(c, c.actor, in.Market)
	if err != nil {
		return nil, err
	}
	return record(marketRecord(v)), nil
}

func (s *server) marketPut(c *call, in *struct {
	MarketPath
	Body struct {
		Own   MarketOwn `json:"own"`
		After int       `json:"after" minimum:"0" example:"1" doc:"The version that this one was made from; another newest one is a conflict."`
	} `nameHint:"MarketDraft"`
}) (*recordOut[Market], error) {
	v, err := s.Habits.Save(c, c.actor, in.Market, in.Body.Own.own(), in.Body.After)
	if err != nil {
		return nil, err
	}
	return record(marketRecord(v)), nil
}

func (s *server) marketReset(c *call, in *struct{ MarketPath }) (*noneOut, error) {
	return &noneOut{}, s.inTx(c, func(c *call) error {
		v, err := s.Habits.Get(c, c.actor, in.Market)
		if err == nil {
			_, err = s.Habits.Save(c, c.actor, v.Market, habit.Own{}, v.Version)
		}
		return err
	})
}
