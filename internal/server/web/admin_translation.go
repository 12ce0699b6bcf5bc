package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/server/web/ui"
)

// translationPage shows the providers, the glossary and the memory.
func (s *server) translationPage(w http.ResponseWriter, r *request) error {
	return s.drawTranslation(w, r, ui.Form{}, translating.Result{})
}

// drawTranslation draws the page; done is what a provider made of a sentence that it was tried
// with.
func (s *server) drawTranslation(w http.ResponseWriter, r *request, f ui.Form, done translating.Result) error {
	ctx := r.Context()
	set, err := s.Translations.Setting(ctx, r.actor)
	if err != nil {
		return err
	}
	list, err := s.Translations.Connections(ctx, r.actor)
	if err != nil {
		return err
	}
	spent, err := s.Translations.Spent(ctx, r.actor)
	if err != nil {
		return err
	}
	v := ui.Translation{Form: f, Version: set.Version, Glossary: writeGlossary(set.Book.Glossary), Limit: strconv.FormatInt(set.Book.Limit, 10), Memory: strconv.Itoa(set.Book.Memory)}
	if len(f.Errors) > 0 && r.PostForm.Has("glossary") {
		v.Glossary, v.Limit, v.Memory = r.PostFormValue("glossary"), r.PostFormValue("limit"), r.PostFormValue("memory")
	}
	if v.Approved, v.Machine, err = s.Translations.MemorySize(ctx, r.actor); err != nil {
		return err
	}
	if v.Page, err = r.page(w, r.printer.T("admin.translation"), ui.SectionAdmin); err != nil {
		return err
	}
	v.Connects = r.allows("POST", "/admin/translation/providers")
	for _, c := range list {
		v.Rows = append(v.Rows, s.translatorRow(r, c, spent))
	}
	for _, d := range s.Translations.Drivers {
		card := ui.ServiceCard{Name: d.Name, Title: d.Title, Docs: d.Docs, Paid: !d.Capabilities.Local, Open: r.PostFormValue("do") == "connect" && d.Name == r.PostFormValue("service")}
		card.Fields = r.providerFields(d, func(o connector.Option) string { return o.Default })
		card.Terms = ui.TranslatorTerms{Price: r.PostFormValue(d.Name + "-price"), Currency: cmp.Or(r.PostFormValue(d.Name+"-currency"), "EUR"), Most: cmp.Or(r.PostFormValue(d.Name+"-most"), "0")}
		if card.Open { // what was typed stays, but for secrets
			for i, x := range card.Fields {
				if typed := r.PostFormValue(d.Name + "-" + x.Name); x.Kind != "secret" && typed != "" {
					card.Fields[i].Value = typed
				}
			}
		}
		v.Services = append(v.Services, card)
	}
	v.Try = r.tried(list, done)
	return r.draw(w, formStatus(f), ui.TranslationPage(v))
}

// translationSave saves the glossary and the limits.
func (s *server) translationSave(w http.ResponseWriter, r *request) error {
	set, err := s.Translations.Setting(r.Context(), r.actor)
	if err != nil {
		return err
	}
	b := set.Book
	b.Glossary = readGlossary(r.PostFormValue("glossary"))
	var bad error
	if b.Limit, bad = strconv.ParseInt(strings.TrimSpace(r.PostFormValue("limit")), 10, 64); bad != nil {
		b.Limit = -1
	}
	if b.Memory, bad = strconv.Atoi(strings.TrimSpace(r.PostFormValue("memory"))); bad != nil {
		b.Memory = -1
	}
	seen, _ := strconv.Atoi(r.PostFormValue("version")) // another newest one is a conflict
	if _, err := s.Translations.Save(r.Context(), r.actor, b, seen); err != nil {
		f, ok := r.formErrors(err)
		if !ok {
			return err
		}
		for field, words := range f.Errors {
			if strings.HasPrefix(field, "glossary") {
				f.Errors["glossary"] = words
			}
		}
		return s.drawTranslation(w, r, f, translating.Result{})
	}
	return r.saved(w, "/admin/translation", r.told("told.saved"))
}

// translatorSave connects a provider, or does what its form's button says to a connection.
func (s *server) translatorSave(w http.ResponseWriter, r *request) error {
	id, ctx, flash := translating.ID(r.formNumber("translator")), r.Context(), r.told("told.saved")
	var err error
	switch do := r.PostFormValue("do"); do {
	case "delete":
		err = s.Translations.Delete(ctx, r.actor, id)
	case "pause", "resume":
		err = s.Translations.Pause(ctx, r.actor, id, do == "pause")
	case "first":
		err = s.Translations.First(ctx, r.actor, id)
	case "test":
		var about translating.About
		if about, err = s.Translations.Test(ctx, r.actor, id); err == nil {
			flash = r.told("translator.answers", "Languages", strings.Join(about.Languages, ", "))
		} else if k := errs.KindOf(err); k != errs.NotFound {
			flash, err = &ui.Flash{Tone: ui.ToneBad, Text: r.worded(err)}, nil
		}
	case "try":
		var done translating.Result
		if done, err = s.Translations.Try(ctx, r.actor, id, r.PostFormValue("from"), r.PostFormValue("to"), r.PostFormValue("text")); err == nil {
			return s.drawTranslation(w, r, ui.Form{}, done)
		}
		f, ok := r.formErrors(err)
		if k := errs.KindOf(err); !ok && k != errs.NotFound || k == errs.Denied {
			f, ok = ui.Form{Errors: map[string]string{"text": r.worded(err)}}, true
		}
		if ok {
			return s.drawTranslation(w, r, f, translating.Result{})
		}
	case "connect", "change":
		name, prefix := r.PostFormValue("service"), r.PostFormValue("service")+"-"
		if do == "change" {
			if name, err = s.driverOf(r, id); err != nil {
				return err
			}
			prefix = changed(id)
		}
		d, _ := s.Translations.Driver(name)
		in := translating.Input{Driver: d.Name, Name: r.PostFormValue(prefix + "name"), Values: map[string]string{}}
		for _, o := range d.Options {
			in.Values[o.Name] = r.PostFormValue(prefix + o.Name)
		}
		if in.Terms, err = r.terms(prefix); err == nil {
			if do == "change" {
				err = s.Translations.Change(ctx, r.actor, id, in)
			} else {
				_, err = s.Translations.Add(ctx, r.actor, in)
			}
		}
		if f, ok := r.formErrors(err); ok && err != nil {
			return s.drawTranslation(w, r, f.Under(prefix), translating.Result{})
		}
	default:
		err = errs.New(errs.Invalid, "error.invalid")
	}
	if err != nil {
		return err
	}
	return r.saved(w, "/admin/translation", flash)
}

// changed is the prefix of the names in the form that changes a connection.
func changed(id translating.ID) string { return "c" + id64(int64(id)) + "-" }

// driverOf returns the name of a connection's driver.
func (s *server) driverOf(r *request, id translating.ID) (string, error) {
	list, err := s.Translations.Connections(r.Context(), r.actor)
	if err != nil {
		return "", err
	}
	for _, c := range list {
		if c.ID == id {
			return c.Driver, nil
		}
	}
	return "", errs.New(errs.NotFound, "error.not_found")
}

// terms reads what a provider costs from a form that has it.
func (r *request) terms(prefix string) (*translating.Terms, error) {
	if !r.PostForm.Has(prefix + "price") {
		return nil, nil
	}
	price, err := translating.PriceOf(r.PostFormValue(prefix+"price"), r.PostFormValue(prefix+"currency"))
	if err != nil {
		return nil, err
	}
	most, err := strconv.ParseInt(cmp.Or(strings.TrimSpace(r.PostFormValue(prefix+"most")), "0"), 10, 64)
	if err != nil {
		most = -1 // which the check refuses, with the range
	}
	return &translating.Terms{Price: price, Most: most}, nil
}

// providerFields are the fields of a driver's options.
func (r *request) providerFields(d translating.Driver, value func(connector.Option) string) []ui.SettingField {
	var out []ui.SettingField
	for _, o := range d.Options {
		x := ui.SettingField{Name: o.Name, Kind: "text", Label: r.printer.T("translator.option." + o.Name), Hint: r.printer.T("translator.option." + o.Name + "_hint"), Value: value(o), Required: o.Required}
		switch o.Kind {
		case connector.Secret:
			x.Kind, x.Value = "secret", ""
		case connector.URL:
			x.Kind = "url"
		}
		out = append(out, x)
	}
	return out
}

// translatorRow brings a connection and what it counted this month into its row.
func (s *server) translatorRow(r *request, c translating.Connection, spent []translating.Spending) ui.TranslatorRow {
	d, _ := s.Translations.Driver(c.Driver)
	row := ui.TranslatorRow{
		ID: int64(c.ID), Name: c.Name, State: string(c.State), Local: d.Capabilities.Local, Tokens: d.Capabilities.Tokens, OKAt: c.OKAt, Most: c.Terms.Most,
		Prefix: changed(c.ID), Open: r.PostFormValue("do") == "change" && translating.ID(r.formNumber("translator")) == c.ID,
		Terms: ui.TranslatorTerms{Currency: cmp.Or(c.Terms.Price.Currency, "EUR"), Most: strconv.FormatInt(c.Terms.Most, 10)},
	}
	if c.Problem != "" {
		row.Problem = r.printer.T(c.Problem)
	}
	for _, x := range spent {
		if x.Connection == c.ID {
			row.Characters = x.Characters
		}
	}
	if p := c.Terms.Price; p.Currency != "" {
		row.Cost = c.Terms.Cost(row.Characters).Format(string(r.printer.Lang()))
		row.Terms.Price = p.String()
	}
	row.Fields = r.providerFields(d, func(o connector.Option) string { return c.Values[o.Name] })
	for i := range row.Fields {
		row.Fields[i].Required = row.Fields[i].Required && row.Fields[i].Kind != "secret" // the one that is kept stays
	}
	return row
}

// tried is the form that has one provider translate a sentence, as it was sent.
func (r *request) tried(list []translating.Connection, done translating.Result) ui.TranslatorTry {
	mine := r.reads()
	other := "es"
	if mine == other {
		other = "en"
	}
	from, to, with := cmp.Or(r.PostFormValue("from"), mine), cmp.Or(r.PostFormValue("to"), other), translating.ID(r.formNumber("translator"))
	v := ui.TranslatorTry{Text: cmp.Or(r.PostFormValue("text"), r.printer.T("translator.try_sample")), Done: done.Text(), Lang: done.To}
	for _, c := range list {
		v.With = append(v.With, ui.Option{Value: id64(int64(c.ID)), Label: c.Name, Selected: c.ID == with})
		if c.ID == with {
			v.Name = c.Name
		}
	}
	for _, l := range i18n.Customer() {
		name := r.printer.Language(string(l))
		v.From = append(v.From, ui.Option{Value: string(l), Label: name, Selected: string(l) == from})
		v.To = append(v.To, ui.Option{Value: string(l), Label: name, Selected: string(l) == to})
	}
	return v
}
