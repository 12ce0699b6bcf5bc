package web

import (
	"net/http"
	"strconv"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/server/web/ui"
)

// translationPage shows the providers, the glossary and the memory.
func (s *server) translationPage(w http.ResponseWriter, r *request) error {
	return s.drawTranslation(w, r, ui.Form{})
}

func (s *server) drawTranslation(w http.ResponseWriter, r *request, f ui.Form) error {
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
		d, _ := s.Translations.Driver(c.Driver)
		row := ui.TranslatorRow{ID: int64(c.ID), Name: c.Name, State: string(c.State), Local: d.Capabilities.Local, OKAt: c.OKAt}
		if c.Problem != "" {
			row.Problem = r.printer.T(c.Problem)
		}
		for _, x := range spent {
			if x.Connection == c.ID {
				row.Characters = x.Characters
			}
		}
		v.Rows = append(v.Rows, row)
	}
	for _, d := range s.Translations.Drivers {
		card := ui.ServiceCard{Name: d.Name, Title: d.Title, Docs: d.Docs, Open: d.Name == r.PostFormValue("service")}
		for _, o := range d.Options {
			x := ui.SettingField{Name: o.Name, Kind: "text", Label: r.printer.T("translator.option." + o.Name), Hint: r.printer.T("translator.option." + o.Name + "_hint"), Value: o.Default, Required: o.Required}
			switch o.Kind {
			case connector.Secret:
				x.Kind, x.Value = "secret", ""
			case connector.URL:
				x.Kind = "url"
			}
			card.Fields = append(card.Fields, x)
		}
		v.Services = append(v.Services, card)
	}
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
		return s.drawTranslation(w, r, f)
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
	case "connect":
		d, _ := s.Translations.Driver(r.PostFormValue("service"))
		values := map[string]string{}
		for _, o := range d.Options {
			values[o.Name] = r.PostFormValue(d.Name + "-" + o.Name)
		}
		if _, err = s.Translations.Add(ctx, r.actor, translating.Input{Driver: d.Name, Values: values}); err != nil {
			if f, ok := r.formErrors(err); ok {
				return s.drawTranslation(w, r, f.Under(d.Name+"-"))
			}
		}
	default:
		err = errs.New(errs.Invalid, "error.invalid")
	}
	if err != nil {
		return err
	}
	return r.saved(w, "/admin/translation", flash)
}
