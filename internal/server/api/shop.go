package api

import (
	"time"

	"godwit.dev/godwit/internal/flow/commerce"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
)

func shopGroup() group {
	manage := may(auth.Manage)
	return group{"Shop connections", "A connection keeps the copy of a shop: its orders, products and customers, from the platform that it runs on.", []operation{
		{"platformList", "GET", "/platforms", manage, do((*server).platformList), "List platforms", "The platforms that shops can be connected from, with what a connection needs."},
		{"connectionList", "GET", "/shop-connections", manage, do((*server).connectionList), "List shop connections", "The connections of the workspace, oldest first, without secrets."},
		{"connectionCreate", "POST", "/shop-connections", manage, do((*server).connectionCreate).created(), "Connect a shop", "Asks the shop who it is, connects it if it answers, and begins the first import. The secret of its webhooks is shown this once."},
		{"connectionGet", "GET", "/shop-connections/{connection}", manage, do((*server).connectionGet), "Get a shop connection", "One connection with how far its lists are read, without secrets."},
		{"connectionUpdate", "PATCH", "/shop-connections/{connection}", manage, do((*server).connectionUpdate), "Change a shop connection", "Changes settings, which the shop must answer to, and pauses or resumes it. Settings that are left out stay."},
		{"connectionDelete", "DELETE", "/shop-connections/{connection}", manage, do((*server).connectionDelete), "Disconnect a shop", "Forgets a connection. Its orders, products and customers stay."},
		{"connectionTest", "POST", "/shop-connections/{connection}/test", manage, do((*server).connectionTest), "Test a shop connection", "Asks the shop who it is."},
		{"connectionSync", "POST", "/shop-connections/{connection}/sync", manage, do((*server).connectionSync), "Read a shop now", "Looks at a shop at once, and at everything again if you say so."},
		{"connectionSeenTo", "POST", "/shop-connections/{connection}/problems", manage, do((*server).connectionSeenTo), "See to a request of privacy", "Says that what somebody asked for through a shop, their data to be erased or told, was done, and returns what is left. A repeat changes nothing."},
		{"connectionProblems", "GET", "/shop-connections/{connection}/problems", manage, do((*server).connectionProblems), "List what could not be taken", "Objects that the shop has and that could not be taken, with the reason, at most 200."},
	}}
}

// Platform is what shops run on.
type Platform struct {
	Name    string           `json:"name" example:"generic"`
	Title   string           `json:"title" example:"Files and webhooks"`
	Docs    string           `json:"docs" example:"https://www.standardwebhooks.com/ (1.0)" doc:"The vendor's reference."`
	Options []PlatformOption `json:"options" nullable:"false"`
}

// PlatformOption is one thing that a connection needs.
type PlatformOption struct {
	Name     string   `json:"name" example:"currency"`
	Kind     string   `json:"kind" enum:"text,url,secret,choice"`
	Required bool     `json:"required"`
	Default  string   `json:"default"`
	Choices  []string `json:"choices" nullable:"false"`
}

// PlatformList is what there is.
type PlatformList struct {
	Data []Platform `json:"data" nullable:"false"`
}

func (s *server) platformList(c *call, _ *struct{}) (*recordOut[PlatformList], error) {
	if err := c.actor.Can(auth.Manage); err != nil {
		return nil, err
	}
	return record(PlatformList{convert(s.Shops.Drivers, func(d commerce.Driver) Platform {
		return Platform{d.Name, d.Title, d.Docs, convert(d.Options, func(o connector.Option) PlatformOption {
			return PlatformOption{o.Name, string(o.Kind), o.Required, o.Default, append([]string{}, o.Choices...)}
		})}
	})}), nil
}

// Connection is one shop on its platform.
type Connection struct {
	ID        Ref[aConnection]  `json:"id"`
	ShopID    Ref[aShop]        `json:"shop_id"`
	Platform  string            `json:"platform" example:"generic"`
	State     string            `json:"state" enum:"importing,live,paused"`
	Problem   *string           `json:"problem" example:"error.shop_denied" doc:"What went wrong last, as a key of our texts; null if nothing did."`
	Percent   *int              `json:"percent" example:"40" doc:"Of the first import, as far as the shop tells how much there is."`
	Objects   int64             `json:"object_count" example:"1205" doc:"Versions of orders, products and customers taken so far."`
	Settings  map[string]string `json:"settings" nullable:"false" doc:"Without secrets."`
	Address   *string           `json:"address" format:"uri" example:"https://desk.acme.example/hooks/hok_01h8xk3m5q0vg" doc:"Where its webhooks come in; null if it sends none."`
	Lists     []ConnectionList  `json:"lists" nullable:"false"`
	DueAt     time.Time         `json:"due_at" doc:"When it is looked at next."`
	OKAt      *time.Time        `json:"ok_at" doc:"When all was last read to its end."`
	CreatedAt time.Time         `json:"created_at"`
}

// ConnectionList is how far one list is read.
type ConnectionList struct {
	Kind       string     `json:"kind" example:"order"`
	Objects    int64      `json:"object_count"`
	Reading    bool       `json:"reading"`
	FinishedAt *time.Time `json:"finished_at"`
}

func (s *server) connectionRecord(c *call, x commerce.Connection) Connection {
	out := Connection{
		ID: refTo[aConnection](x.ID), ShopID: refTo[aShop](x.Shop), Platform: x.Driver, State: string(x.State), Problem: optText(x.Problem), Objects: x.Taken(),
		Settings: x.Settings, DueAt: at(x.DueAt), OKAt: optTime(x.OKAt), CreatedAt: at(x.CreatedAt),
		Lists: convert(x.Lists, func(w commerce.Walk) ConnectionList {
			return ConnectionList{w.Kind, w.Objects, !w.Began.IsZero(), optTime(w.FinishedAt)}
		}),
	}
	if percent, known := x.Share(); known {
		out.Percent = &percent
	}
	if x.Hook != 0 {
		out.Address = optText(s.base(c) + x.Hook.Path())
	}
	return out
}

func (s *server) connectionList(c *call, in *struct{ Paging }) (*pageOut[Connection], error) {
	all, err := s.Shops.Connections(c, c.actor)
	if err != nil {
		return nil, err
	}
	all, next, err := part(all, func(x commerce.Connection) int64 { return int64(x.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(all, func(x commerce.Connection) Connection { return s.connectionRecord(c, x) }), next), nil
}

// ConnectionDraft is a shop to be connected.
type ConnectionDraft struct {
	Platform string            `json:"platform" minLength:"1" maxLength:"60" example:"generic"`
	Settings map[string]string `json:"settings" doc:"By the options of the platform."`
	Name     string            `json:"name,omitempty" maxLength:"200" doc:"Of the shop here; by default what it calls itself."`
	Currency string            `json:"currency,omitempty" maxLength:"3" doc:"Of a shop that does not tell its own."`
}

// ConnectionSecret is a connection with the secret of its webhooks.
type ConnectionSecret struct {
	Connection Connection `json:"connection"`
	Secret     *string    `json:"secret" example:"whsec_..." doc:"Shown this once; null if you gave it, or there are no webhooks."`
}

func (s *server) connectionCreate(c *call, in *struct{ Body ConnectionDraft }) (*recordOut[ConnectionSecret], error) {
	m, err := s.Shops.Connect(c, c.actor, commerce.New{Driver: in.Body.Platform, Settings: in.Body.Settings, Name: in.Body.Name, Currency: in.Body.Currency})
	if err != nil {
		return nil, err
	}
	return &recordOut[ConnectionSecret]{Body: ConnectionSecret{s.connectionRecord(c, m.Connection), optText(m.Secret)}}, nil
}

// ConnectionPath names a connection.
type ConnectionPath struct {
	Connection Ref[aConnection] `path:"connection" doc:"The connection's id."`
}

func (p ConnectionPath) id() commerce.ID { return commerce.ID(p.Connection.num()) }

func (s *server) connectionGet(c *call, in *struct{ ConnectionPath }) (*recordOut[Connection], error) {
	x, err := s.Shops.Connection(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(s.connectionRecord(c, x)), nil
}

// ConnectionUpdate changes a connection; what is left out stays.
type ConnectionUpdate struct {
	Settings map[string]string `json:"settings,omitempty"`
	Paused   *bool             `json:"paused,omitempty"`
}

func (s *server) connectionUpdate(c *call, in *struct {
	ConnectionPath
	Body ConnectionUpdate
}) (*recordOut[Connection], error) {
	x, err := s.Shops.Connection(c, c.actor, in.id())
	if err == nil && len(in.Body.Settings) > 0 {
		x, err = s.Shops.Change(c, c.actor, in.id(), in.Body.Settings)
	}
	if err == nil && in.Body.Paused != nil {
		if *in.Body.Paused {
			x, err = s.Shops.Pause(c, c.actor, in.id())
		} else {
			x, err = s.Shops.Resume(c, c.actor, in.id())
		}
	}
	if err != nil {
		return nil, err
	}
	return record(s.connectionRecord(c, x)), nil
}

func (s *server) connectionDelete(c *call, in *struct{ ConnectionPath }) (*noneOut, error) {
	return &noneOut{}, s.Shops.Remove(c, c.actor, in.id())
}

// ConnectionAnswer is what a shop says of itself.
type ConnectionAnswer struct {
	Name     string  `json:"name" example:"Lumen Berlin"`
	Currency *string `json:"currency" example:"EUR"`
	Country  *string `json:"country" example:"DE"`
	Zone     *string `json:"zone" example:"Europe/Berlin"`
}

func (s *server) connectionTest(c *call, in *struct{ ConnectionPath }) (*recordOut[ConnectionAnswer], error) {
	a, err := s.Shops.Test(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(ConnectionAnswer{a.Name, optText(a.Currency), optText(a.Country), optText(a.Zone)}), nil
}

// ConnectionSync says how much is read.
type ConnectionSync struct {
	Whole bool `json:"whole,omitempty" doc:"Everything again, from the beginning."`
}

func (s *server) connectionSync(c *call, in *struct {
	ConnectionPath
	Body ConnectionSync
}) (*recordOut[Connection], error) {
	x, err := s.Shops.SyncNow(c, c.actor, in.id(), in.Body.Whole)
	if err != nil {
		return nil, err
	}
	return record(s.connectionRecord(c, x)), nil
}

// ConnectionProblem is an object that could not be taken.
type ConnectionProblem struct {
	Kind       string `json:"kind" example:"order"`
	ExternalID string `json:"external_id" example:"5310482"`
	Problem    string `json:"problem" example:"error.shop_money" doc:"A key of our texts."`
}

// ConnectionProblemList is what could not be taken.
type ConnectionProblemList struct {
	Data []ConnectionProblem `json:"data" nullable:"false"`
}

// ConnectionSeenTo names a request of privacy.
type ConnectionSeenTo struct {
	ExternalID string `json:"external_id" minLength:"1" maxLength:"500" example:"customer.redact_requested/191167"`
}

func (s *server) connectionSeenTo(c *call, in *struct {
	ConnectionPath
	Body ConnectionSeenTo
}) (*recordOut[ConnectionProblemList], error) {
	if err := s.Shops.SeenTo(c, c.actor, in.id(), commerce.KindPrivacy, in.Body.ExternalID); err != nil {
		return nil, err
	}
	return s.connectionProblems(c, &struct{ ConnectionPath }{in.ConnectionPath})
}

func (s *server) connectionProblems(c *call, in *struct{ ConnectionPath }) (*recordOut[ConnectionProblemList], error) {
	if _, err := s.Shops.Connection(c, c.actor, in.id()); err != nil {
		return nil, err
	}
	list, err := s.Shops.Problems(c, c.actor, in.id(), commerce.Version{}, 200)
	if err != nil {
		return nil, err
	}
	return record(ConnectionProblemList{convert(list, func(v commerce.Version) ConnectionProblem {
		return ConnectionProblem{v.Kind, v.External, v.Problem}
	})}), nil
}
