package web

import (
	"net/http"

	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/server/web/ui"
)

// trackerRoutes is the table of tracking services. Who changes them lets numbers
// out of the house and news in, and proves themself first.
func trackerRoutes() []route {
	see := may(auth.ManageWebhooks)
	change := see.fresh()
	return []route{
		{"GET", "/admin/trackers", see, none, (*server).trackersPage},
		{"POST", "/admin/trackers", change, form, (*server).trackerAdd},
		{"GET", "/admin/trackers/{tracker}", see, none, (*server).trackerPage},
		{"POST", "/admin/trackers/{tracker}", change, form, (*server).trackerSave},
	}
}

// trackersPage shows the connections, and the services that there are.
func (s *server) trackersPage(w http.ResponseWriter, r *request) error {
	return s.drawTrackers(w, r, ui.Trackers{})
}

func (s *server) drawTrackers(w http.ResponseWriter, r *request, v ui.Trackers) error {
	list, err := s.Tracking.Connections(r.Context(), r.actor)
	if err != nil {
		return err
	}
	counts, err := s.Tracking.Counts(r.Context(), r.actor)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.trackers"), ui.SectionAdmin); err != nil {
		return err
	}
	for _, c := range list {
		v.Rows = append(v.Rows, s.trackerRow(r, c, counts[c.ID]))
	}
	for _, d := range s.Tracking.Drivers {
		card := ui.ServiceCard{Name: d.Name, Title: d.Title, Docs: d.Docs, Invented: d.Invented, Open: d.Name == r.PostFormValue("service")}
		card.Fields = s.settingFields(r, d, func(o connector.Option) string {
			if card.Open && o.Kind != connector.Secret {
				return r.PostFormValue(d.Name + "-" + o.Name)
			}
			return o.Default
		}, true)
		v.Services = append(v.Services, card)
	}
	return r.draw(w, formStatus(v.Form), ui.TrackersPage(v))
}

func (s *server) trackerRow(r *request, c tracking.Connection, n map[tracking.Stage]int64) ui.TrackerRow {
	d, _ := s.Tracking.Driver(c.Driver)
	row := ui.TrackerRow{
		ID: int64(c.ID), Name: c.Name, Service: d.Title, State: string(c.State), Followed: n[tracking.Followed], Waiting: n[tracking.Fresh], Refused: n[tracking.Refused],
		OKAt: c.OKAt, RestUntil: c.RestUntil,
	}
	if c.Problem != "" {
		row.Problem = r.printer.T(c.Problem)
	}
	return row
}

// settingFields are the inputs for the options of a driver. A secret is never
// shown; one that is there already need not be given again.
func (s *server) settingFields(r *request, d tracking.Driver, value func(connector.Option) string, fresh bool) []ui.SettingField {
	var out []ui.SettingField
	for _, o := range d.Options {
		f := ui.SettingField{Name: o.Name, Kind: "text", Label: r.printer.T("tracker.option." + o.Name), Hint: r.printer.T("tracker.option." + o.Name + "_hint"), Value: value(o), Required: o.Required}
		switch o.Kind {
		case connector.Secret:
			f.Kind, f.Value, f.Required = "secret", "", o.Required && fresh
		case connector.URL:
			f.Kind = "url"
		}
		out = append(out, f)
	}
	return out
}

// given reads the settings of a driver from a form whose names have a prefix.
func given(r *request, d tracking.Driver, prefix string) map[string]string {
	out := map[string]string{}
	for _, o := range d.Options {
		if r.PostForm.Has(prefix + o.Name) {
			out[o.Name] = r.PostFormValue(prefix + o.Name)
		}
	}
	return out
}

// trackerAdd connects a service and shows the secret of its hook, this once.
func (s *server) trackerAdd(w http.ResponseWriter, r *request) error {
	d, _ := s.Tracking.Driver(r.PostFormValue("service"))
	c, secret, err := s.Tracking.Add(r.Context(), r.actor, tracking.Input{Driver: r.PostFormValue("service"), Values: given(r, d, d.Name+"-")})
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTrackers(w, r, ui.Trackers{Form: f.Under(d.Name + "-")})
	}
	return s.drawTracker(w, r, c.ID, ui.TrackerEdit{Secret: secret})
}

// trackerPage shows one connection.
func (s *server) trackerPage(w http.ResponseWriter, r *request) error {
	n, err := r.number("tracker")
	if err != nil {
		return err
	}
	return s.drawTracker(w, r, tracking.ID(n), ui.TrackerEdit{})
}

func (s *server) drawTracker(w http.ResponseWriter, r *request, id tracking.ID, v ui.TrackerEdit) error {
	c, err := s.Tracking.Connection(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	counts, err := s.Tracking.Counts(r.Context(), r.actor)
	if err != nil {
		return err
	}
	if v.Page, err = r.page(w, c.Name, ui.SectionAdmin); err != nil {
		return err
	}
	d, _ := s.Tracking.Driver(c.Driver)
	v.TrackerRow, v.Docs, v.Invented, v.Asks = s.trackerRow(r, c, counts[c.ID]), d.Docs, d.Invented, c.Asks
	if c.Hook != 0 {
		v.Address = r.base() + c.Hook.Path()
	}
	v.Fields = s.settingFields(r, d, func(o connector.Option) string {
		if len(v.Form.Errors) > 0 && r.PostForm.Has(o.Name) {
			return r.PostFormValue(o.Name)
		}
		return c.Values[o.Name]
	}, false)
	return r.draw(w, formStatus(v.Form), ui.TrackerPage(v))
}

// trackerSave does what its form's button says to a connection.
func (s *server) trackerSave(w http.ResponseWriter, r *request) error {
	n, err := r.number("tracker")
	if err != nil {
		return err
	}
	id, ctx, path := tracking.ID(n), r.Context(), "/admin/trackers/"+id64(n)
	flash := r.told("told.saved")
	switch do := r.PostFormValue("do"); do {
	case "delete":
		path, flash = "/admin/trackers", r.told("told.tracker_deleted")
		err = s.Tracking.Delete(ctx, r.actor, id)
	case "pause", "resume":
		_, err = s.Tracking.Pause(ctx, r.actor, id, do == "pause")
	case "test":
		flash, err = s.trackerTest(r, id)
	default:
		c, gerr := s.Tracking.Connection(ctx, r.actor, id)
		if gerr != nil {
			return gerr
		}
		d, _ := s.Tracking.Driver(c.Driver)
		_, err = s.Tracking.Change(ctx, r.actor, id, tracking.Input{Name: r.PostFormValue("name"), Values: given(r, d, "")})
	}
	if err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		return s.drawTracker(w, r, id, ui.TrackerEdit{Form: f})
	}
	return r.saved(w, path, flash)
}

// trackerTest asks the service who we are there, and says what came of it.
func (s *server) trackerTest(r *request, id tracking.ID) (*ui.Flash, error) {
	about, err := s.Tracking.Test(r.Context(), r.actor, id)
	if key, ok := tracking.Trouble(err); ok {
		return &ui.Flash{Tone: ui.ToneBad, Text: r.printer.T(key)}, nil
	}
	if err != nil {
		return nil, err
	}
	if about.Quota >= 0 {
		return r.told("told.tracker_quota", "Quota", about.Quota), nil
	}
	return r.told("told.tracker_good"), nil
}
