package api

import (
	"time"

	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
)

func trackerGroup() group {
	manage := may(auth.ManageWebhooks)
	return group{"Tracking services", "A tracker is an account with a service that knows of parcels. Numbers of new parcels are registered there and asked about by themselves; what the service calls us with comes in through its hook.", []operation{
		{"trackerServices", "GET", "/tracker-services", manage, do((*server).trackerServices), "List tracking services", "The services that there are clients for, with the settings that a connection needs."},
		{"trackerList", "GET", "/trackers", manage, do((*server).trackerList), "List connections", "The connections with tracking services, oldest first, without their secrets."},
		{"trackerCreate", "POST", "/trackers", manage, do((*server).trackerCreate).created(), "Connect a tracking service", "Connects a tracking service. Open parcels of the last three months are taken up. The secret that the service must sign with is shown this once, where the service takes one from us."},
		{"trackerGet", "GET", "/trackers/{tracker}", manage, do((*server).trackerGet), "Get a connection", "One connection with a tracking service, without its secrets."},
		{"trackerUpdate", "PATCH", "/trackers/{tracker}", manage, do((*server).trackerUpdate), "Change a connection", "Changes the properties that are sent and leaves the others. A secret that is left out stays."},
		{"trackerDelete", "DELETE", "/trackers/{tracker}", manage, do((*server).trackerDelete), "Delete a connection", "Deletes a connection with its hook. Its numbers go to the other connections."},
		{"trackerTest", "POST", "/trackers/{tracker}/test", manage, do((*server).trackerTest), "Test a connection", "Asks the service who we are there, which costs no quota."},
	}}
}

// TrackerService is a service that there is a client for.
type TrackerService struct {
	Name     string          `json:"name" example:"easypost"`
	Title    string          `json:"title" example:"EasyPost"`
	Docs     string          `json:"docs" format:"uri" example:"https://docs.easypost.com/docs/trackers" doc:"The reference that the client speaks."`
	Webhooks bool            `json:"webhooks" doc:"It calls us when there is news."`
	Polling  bool            `json:"polling" doc:"It can be asked about a number."`
	Detects  bool            `json:"detects" doc:"It finds out the carrier of a number by itself."`
	Settings []TrackerOption `json:"settings" nullable:"false"`
}

// TrackerOption is one setting of a connection.
type TrackerOption struct {
	Name     string   `json:"name" example:"api_key"`
	Kind     string   `json:"kind" enum:"text,url,secret,choice"`
	Required bool     `json:"required"`
	Default  string   `json:"default,omitempty"`
	Choices  []string `json:"choices,omitempty"`
}

func optionRecord(o connector.Option) TrackerOption {
	return TrackerOption{o.Name, string(o.Kind), o.Required, o.Default, o.Choices}
}

// TrackerServices is the list of services.
type TrackerServices struct {
	Data []TrackerService `json:"data" nullable:"false"`
}

func (s *server) trackerServices(_ *call, _ *struct{}) (*recordOut[TrackerServices], error) {
	return record(TrackerServices{convert(s.Tracking.Drivers, func(d tracking.Driver) TrackerService {
		return TrackerService{d.Name, d.Title, d.Docs, d.Capabilities.Webhooks, d.Capabilities.Poll, d.Capabilities.Detect, convert(d.Options, optionRecord)}
	})}), nil
}

// Tracker is a connection with a tracking service.
type Tracker struct {
	ID        Ref[aTracker]     `json:"id"`
	Service   string            `json:"service" example:"easypost"`
	Name      string            `json:"name" example:"EasyPost"`
	State     string            `json:"state" enum:"on,paused,broken" doc:"Broken: the service refuses the key."`
	Settings  map[string]string `json:"settings" nullable:"false" doc:"Without secrets."`
	Hook      *Ref[aHook]       `json:"hook_id" nullable:"true" doc:"Where the service calls us."`
	Address   string            `json:"address,omitempty" format:"uri" doc:"The address of that hook."`
	Problem   string            `json:"problem,omitempty" example:"error.vendor_busy" doc:"What went wrong last."`
	RestUntil *time.Time        `json:"rest_until"`
	OKAt      *time.Time        `json:"ok_at" doc:"When the service last answered, to the minute."`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`
}

func (s *server) trackerRecord(c *call, x tracking.Connection) Tracker {
	out := Tracker{
		ID: refTo[aTracker](x.ID), Service: x.Driver, Name: x.Name, State: string(x.State), Settings: x.Values, Hook: optRef[aHook](x.Hook), Problem: x.Problem,
		RestUntil: optTime(x.RestUntil), OKAt: optTime(x.OKAt), CreatedAt: at(x.CreatedAt), UpdatedAt: at(x.UpdatedAt),
	}
	if x.Hook != 0 {
		out.Address = s.base(c) + x.Hook.Path()
	}
	return out
}

func (s *server) trackerList(c *call, in *struct{ Paging }) (*pageOut[Tracker], error) {
	all, err := s.Tracking.Connections(c, c.actor)
	if err != nil {
		return nil, err
	}
	all, next, err := part(all, func(x tracking.Connection) int64 { return int64(x.ID) }, in.Paging)
	if err != nil {
		return nil, err
	}
	return page(c, convert(all, func(x tracking.Connection) Tracker { return s.trackerRecord(c, x) }), next), nil
}

// TrackerDraft is a connection to be made.
type TrackerDraft struct {
	Service  string            `json:"service" minLength:"1" maxLength:"60" example:"easypost"`
	Name     string            `json:"name,omitempty" maxLength:"100" doc:"The service's by default."`
	Settings map[string]string `json:"settings,omitempty" doc:"By name; GET /tracker-services tells which there are."`
}

// TrackerMade is a connection with the secret that its service must sign with.
type TrackerMade struct {
	Tracker Tracker `json:"tracker"`
	Secret  string  `json:"secret,omitempty" doc:"Shown this once, if it was made here."`
}

func (s *server) trackerCreate(c *call, in *struct{ Body TrackerDraft }) (*recordOut[TrackerMade], error) {
	x, secret, err := s.Tracking.Add(c, c.actor, tracking.Input{Driver: in.Body.Service, Name: in.Body.Name, Values: in.Body.Settings})
	if err != nil {
		return nil, err
	}
	return &recordOut[TrackerMade]{Body: TrackerMade{s.trackerRecord(c, x), secret}}, nil
}

// TrackerPath names a connection.
type TrackerPath struct {
	Tracker Ref[aTracker] `path:"tracker" doc:"The connection's id."`
}

func (p TrackerPath) id() tracking.ID { return tracking.ID(p.Tracker.num()) }

func (s *server) trackerGet(c *call, in *struct{ TrackerPath }) (*recordOut[Tracker], error) {
	x, err := s.Tracking.Connection(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	return record(s.trackerRecord(c, x)), nil
}

// TrackerUpdate changes a connection; a property that is left out stays.
type TrackerUpdate struct {
	Name     *string           `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Settings map[string]string `json:"settings,omitempty"`
	Paused   *bool             `json:"paused,omitempty" doc:"What came meanwhile is taken up when it goes on."`
}

func (s *server) trackerUpdate(c *call, in *struct {
	TrackerPath
	Matching
	Body TrackerUpdate
}) (out *recordOut[Tracker], err error) {
	err = s.inTx(c, func(c *call) error {
		x, err := s.Tracking.Connection(c, c.actor, in.id())
		if err != nil {
			return err
		}
		if err := c.match(in.Matching, tagOf(s.trackerRecord(c, x))); err != nil {
			return err
		}
		if in.Body.Name != nil || in.Body.Settings != nil {
			change := tracking.Input{Name: x.Name, Values: in.Body.Settings}
			if in.Body.Name != nil {
				change.Name = *in.Body.Name
			}
			if x, err = s.Tracking.Change(c, c.actor, in.id(), change); err != nil {
				return err
			}
		}
		if in.Body.Paused != nil {
			if x, err = s.Tracking.Pause(c, c.actor, in.id(), *in.Body.Paused); err != nil {
				return err
			}
		}
		out = record(s.trackerRecord(c, x))
		return nil
	})
	return out, err
}

func (s *server) trackerDelete(c *call, in *struct{ TrackerPath }) (*noneOut, error) {
	return &noneOut{}, s.Tracking.Delete(c, c.actor, in.id())
}

// TrackerAccount is what the service says of the account.
type TrackerAccount struct {
	OK      bool   `json:"ok"`
	Quota   *int   `json:"quota" doc:"Numbers that can still be registered; null if the service does not say."`
	Problem string `json:"problem,omitempty" example:"error.vendor_denied"`
}

func (s *server) trackerTest(c *call, in *struct{ TrackerPath }) (*recordOut[TrackerAccount], error) {
	about, err := s.Tracking.Test(c, c.actor, in.id())
	if problem, ok := tracking.Trouble(err); ok {
		return record(TrackerAccount{Problem: problem}), nil
	}
	if err != nil {
		return nil, err
	}
	out := TrackerAccount{OK: true}
	if about.Quota >= 0 {
		out.Quota = &about.Quota
	}
	return record(out), nil
}
