package api

import (
	"slices"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
)

func translationGroup() group {
	read, write, send, manage, connect := may(auth.ReadTickets), may(auth.ReadTickets, auth.WriteTickets), may(auth.ReadTickets, auth.SendMail), may(auth.ReadTickets, auth.ManageMacros), may(auth.ManageWebhooks)
	return group{"Translation", "Messages and replies in other languages: by providers that a workspace connected, its glossary and its translation memory. Names, numbers, links and the like come back as they stood, or a translation does not count.", []operation{
		{"translationGet", "GET", "/translation", read, do((*server).translationGet), "Get glossary and limits", "The newest glossary and limits. Version 0 is what holds before anybody saved some."},
		{"translationPut", "PUT", "/translation", manage, do((*server).translationPut), "Save glossary and limits", "Checks glossary and limits and saves them as the next version. What is wrong is told with its place, such as `glossary.2`."},
		{"memoryLearn", "POST", "/translation/memory", manage, do((*server).memoryLearn), "Teach the translation memory", "Keeps a sentence and its translation as approved, in both directions. Numbers and links stand for any others; a pair that has not the same ones is left out. A repeat changes nothing."},
		{"ticketTranslate", "PUT", "/tickets/{ticket}/translation", write, do((*server).ticketTranslate), "Have a ticket translated", "Has the messages of a ticket translated into a language from now on, or no more. A job does it; messages that came before are taken up too."},
		{"messageTranslate", "POST", "/tickets/{ticket}/messages/{message}/translation", write, do((*server).messageTranslate), "Translate a message", "Translates a message now and keeps it; what is there already is returned as it is. Sentences that nobody could translate stand as they were written, and say so."},
		{"replyTranslate", "POST", "/tickets/{ticket}/reply-translation", send, do((*server).replyTranslate), "Translate a reply", "Translates a reply into the language of the ticket's customer, as it could be sent. Nothing is sent."},
		{"translatorList", "GET", "/translators", connect, do((*server).translatorList), "List the providers that are connected", "The connections in the order in which they are asked, without their secrets, with what they were sent this month."},
		{"translatorCreate", "POST", "/translators", connect, do((*server).translatorCreate).created(), "Connect a provider", "Connects a provider, which is asked after those that are there."},
		{"translatorUpdate", "PATCH", "/translators/{translator}", connect, do((*server).translatorUpdate), "Change a connection", "Pauses a connection or has it asked again, puts it before all others, and changes its name, settings, price and limit. Secrets that are not given stay. One that was refused is asked again."},
		{"translatorDelete", "DELETE", "/translators/{translator}", connect, do((*server).translatorDelete), "Delete a connection", "Deletes a connection. What it translated stays."},
		{"translatorTest", "POST", "/translators/{translator}/test", connect, do((*server).translatorTest), "Test a connection", "Asks the provider what it translates, which costs nothing."},
		{"translatorTry", "POST", "/translators/{translator}/try", connect, do((*server).translatorTry), "Have one provider translate a text", "Translates a text by this provider alone, as it would a message: names the ticket would know aside, with numbers and links marked, and counted. An answer that does not bring them back whole is refused."},
	}}
}

// TranslationSetting is a workspace's glossary and limits.
type TranslationSetting struct {
	Version     int                 `json:"version" example:"3" doc:"0: nobody saved any yet."`
	SavedAt     *time.Time          `json:"saved_at" nullable:"true"`
	SavedBy     *Ref[aPerson]       `json:"saved_by" nullable:"true"`
	Translation TranslationContents `json:"translation"`
}

// TranslationContents is what is saved of glossary and limits.
type TranslationContents struct {
	Glossary []GlossaryTerm `json:"glossary" nullable:"false" maxItems:"1000"`
	Limit    int64          `json:"limit" minimum:"0" maximum:"1000000000" example:"500000" doc:"Characters that providers are sent in a month, those on this machine excepted; 0 for no limit."`
	Memory   int            `json:"memory" minimum:"0" maximum:"200000" example:"20000" doc:"Sentences that the memory keeps."`
}

// GlossaryTerm is a word that is never translated, or one as it is in each language.
type GlossaryTerm struct {
	Keep  string            `json:"keep,omitempty" maxLength:"100" example:"Godwit Trail"`
	Words map[string]string `json:"words,omitempty" doc:"By BCP 47 tag."`
}

func translationContents(b translate.Book) TranslationContents {
	return TranslationContents{Limit: b.Limit, Memory: b.Memory, Glossary: convert(b.Glossary, func(e translate.Entry) GlossaryTerm { return GlossaryTerm(e) })}
}

func (x TranslationContents) book() translate.Book {
	return translate.Book{Limit: x.Limit, Memory: x.Memory, Glossary: convert(x.Glossary, func(e GlossaryTerm) translate.Entry { return translate.Entry(e) })}
}

func translationRecord(v translating.Setting) TranslationSetting {
	return TranslationSetting{Version: v.Version, SavedBy: optRef[aPerson](v.SavedBy), SavedAt: optTime(v.SavedAt), Translation: translationContents(v.Book)}
}

func (s *server) translationGet(c *call, _ *struct{}) (*recordOut[TranslationSetting], error) {
	v, err := s.Translations.Setting(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(translationRecord(v)), nil
}

func (s *server) translationPut(c *call, in *struct {
	Body struct {
		Translation TranslationContents `json:"translation"`
		After       int                 `json:"after" minimum:"0" example:"2" doc:"The version that this one was made from; another newest one is a conflict."`
	} `nameHint:"TranslationDraft"`
}) (*recordOut[TranslationSetting], error) {
	v, err := s.Translations.Save(c, c.actor, in.Body.Translation.book(), in.Body.After)
	if err != nil {
		return nil, err
	}
	return record(translationRecord(v)), nil
}

func (s *server) memoryLearn(c *call, in *struct {
	Body struct {
		From   string `json:"from" minLength:"2" maxLength:"35" example:"en" doc:"BCP 47."`
		To     string `json:"to" minLength:"2" maxLength:"35" example:"es" doc:"BCP 47."`
		Source string `json:"source" minLength:"1" maxLength:"2000" example:"Where is my parcel?"`
		Target string `json:"target" minLength:"1" maxLength:"2000" example:"¿Dónde está mi paquete?"`
	} `nameHint:"MemoryPair"`
}) (*recordOut[MemorySize], error) {
	if err := s.Translations.Learn(c, c.actor, in.Body.From, in.Body.To, in.Body.Source, in.Body.Target); err != nil {
		return nil, err
	}
	approved, machine, err := s.Translations.MemorySize(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(MemorySize{approved, machine}), nil
}

// MemorySize is how much the translation memory keeps.
type MemorySize struct {
	Approved int64 `json:"approved" doc:"Sentences that people approved."`
	Machine  int64 `json:"machine" doc:"Answers of providers, so that none is paid for twice."`
}

// TicketTranslation says whether a ticket is translated into a language.
type TicketTranslation struct {
	Language string `json:"language" minLength:"2" maxLength:"35" example:"en" doc:"BCP 47."`
	On       bool   `json:"on"`
}

func (s *server) ticketTranslate(c *call, in *struct {
	TicketPath
	Body TicketTranslation
}) (*recordOut[TicketTranslation], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	if err := s.Translations.Turn(c, c.actor, t, in.Body.Language, in.Body.On); err != nil {
		return nil, err
	}
	return record(in.Body), nil
}

// TranslatedText is a text in another language.
type TranslatedText struct {
	From      string               `json:"from" example:"es"`
	To        string               `json:"to" example:"en"`
	Text      string               `json:"text"`
	Ready     bool                 `json:"ready" doc:"Every sentence was translated."`
	Sentences []TranslatedSentence `json:"sentences" nullable:"false"`
}

// TranslatedSentence is one sentence of a text.
type TranslatedSentence struct {
	Source string `json:"source"`
	Target string `json:"target"`
	By     string `json:"by" enum:"memory,provider,person,alike,nobody" doc:"Alike: the memory has one that is much alike, which is offered. Nobody: it stands as it was written."`
	Score  int    `json:"score,omitempty" doc:"How much an offer is alike, in hundredths."`
}

func translatedText(r translating.Result) TranslatedText {
	out := TranslatedText{From: r.From, To: r.To, Text: r.Text(), Ready: r.Ready(), Sentences: []TranslatedSentence{}}
	for _, d := range r.Done {
		if d.Sentence {
			out.Sentences = append(out.Sentences, TranslatedSentence{d.Source, d.Target, string(d.By), d.Score})
		}
	}
	return out
}

func (s *server) messageTranslate(c *call, in *struct {
	MessagePath
	Body struct {
		Language string `json:"language" minLength:"2" maxLength:"35" example:"en" doc:"BCP 47."`
	} `nameHint:"MessageTranslation"`
}) (*recordOut[TranslatedText], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	k, err := s.Translations.Translate(c, c.actor, t, in.message(), in.Body.Language)
	if err != nil {
		return nil, err
	}
	return record(translatedText(k.Result)), nil
}

func (s *server) replyTranslate(c *call, in *struct {
	TicketPath
	Body struct {
		Language string `json:"language" minLength:"2" maxLength:"35" example:"en" doc:"Of the body, BCP 47."`
		Body     string `json:"body" minLength:"1" maxLength:"60000" example:"Your parcel left yesterday."`
	} `nameHint:"ReplyTranslation"`
}) (*recordOut[TranslatedText], error) {
	t, err := s.Tickets.Get(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	p, err := s.Translations.Preview(c, c.actor, t, in.Body.Language, in.Body.Body)
	if err != nil {
		return nil, err
	}
	return record(translatedText(p.Result)), nil
}

// Translator is a connection with a provider of translations.
type Translator struct {
	ID         Ref[aTranslator]  `json:"id"`
	Service    string            `json:"service" example:"apertium"`
	Name       string            `json:"name" example:"Apertium"`
	State      string            `json:"state" enum:"on,paused,broken" doc:"Broken: the provider refuses the key."`
	Settings   map[string]string `json:"settings" nullable:"false" doc:"Without secrets."`
	Problem    string            `json:"problem,omitempty" example:"error.vendor_busy" doc:"What went wrong last."`
	RestUntil  *time.Time        `json:"rest_until"`
	OKAt       *time.Time        `json:"ok_at" doc:"When it last answered."`
	Characters int64             `json:"characters" doc:"That it counted this month; tokens of a model."`
	Price      *Money            `json:"price,omitempty" doc:"Of a million characters or tokens."`
	Cost       *Money            `json:"cost,omitempty" doc:"Of this month, by the price."`
	Limit      int64             `json:"limit" doc:"Characters or tokens a month that it gets at most; 0 for no limit of its own."`
	CreatedAt  time.Time         `json:"created_at"`
}

func translatorRecord(x translating.Connection, spent []translating.Spending) Translator {
	out := Translator{
		ID: refTo[aTranslator](x.ID), Service: x.Driver, Name: x.Name, State: string(x.State), Settings: x.Values, Problem: x.Problem, RestUntil: optTime(x.RestUntil), OKAt: optTime(x.OKAt), CreatedAt: at(x.CreatedAt), Limit: x.Terms.Most,
	}
	if p := x.Terms.Price; p.Currency != "" {
		out.Price, out.Cost = &Money{p.Minor, p.Currency}, &Money{0, p.Currency}
	}
	for _, s := range spent {
		if s.Connection == x.ID {
			out.Characters = s.Characters
			if out.Cost != nil {
				out.Cost.Amount = x.Terms.Cost(s.Characters).Minor
			}
		}
	}
	return out
}

// Translators are the connections with providers of translations.
type Translators struct {
	Data []Translator `json:"data" nullable:"false"`
}

func (s *server) translatorList(c *call, _ *struct{}) (*recordOut[Translators], error) {
	list, err := s.Translations.Connections(c, c.actor)
	if err != nil {
		return nil, err
	}
	spent, err := s.Translations.Spent(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(Translators{convert(list, func(x translating.Connection) Translator { return translatorRecord(x, spent) })}), nil
}

func (s *server) translatorCreate(c *call, in *struct {
	Body struct {
		Service  string            `json:"service" minLength:"1" maxLength:"60" example:"apertium"`
		Name     string            `json:"name,omitempty" maxLength:"100" doc:"The provider's by default."`
		Settings map[string]string `json:"settings,omitempty"`
		Price    *Money            `json:"price,omitempty" doc:"Of a million characters or tokens."`
		Limit    int64             `json:"limit,omitempty" minimum:"0" maximum:"1000000000" doc:"Characters or tokens a month; 0 for no limit of its own."`
	} `nameHint:"TranslatorDraft"`
}) (*recordOut[Translator], error) {
	terms := translating.Terms{Price: in.Body.Price.amount(), Most: in.Body.Limit}
	x, err := s.Translations.Add(c, c.actor, translating.Input{Driver: in.Body.Service, Name: in.Body.Name, Values: in.Body.Settings, Terms: &terms})
	if err != nil {
		return nil, err
	}
	return &recordOut[Translator]{Body: translatorRecord(x, nil)}, nil
}

// TranslatorPath names a connection.
type TranslatorPath struct {
	Translator Ref[aTranslator] `path:"translator" doc:"The connection's id."`
}

func (p TranslatorPath) id() translating.ID { return translating.ID(p.Translator.num()) }

func (s *server) translatorUpdate(c *call, in *struct {
	TranslatorPath
	Body struct {
		Paused   *bool             `json:"paused,omitempty"`
		First    bool              `json:"first,omitempty" doc:"It is asked before all others."`
		Name     string            `json:"name,omitempty" maxLength:"100"`
		Settings map[string]string `json:"settings,omitempty" doc:"Those that are not given stay."`
		Price    *Money            `json:"price,omitempty" doc:"Of a million characters or tokens."`
		Limit    *int64            `json:"limit,omitempty" minimum:"0" maximum:"1000000000" doc:"Characters or tokens a month; 0 for no limit of its own."`
	} `nameHint:"TranslatorUpdate"`
}) (out *recordOut[Translator], err error) {
	err = s.inTx(c, func(c *call) error {
		if b := in.Body; b.Name != "" || b.Settings != nil || b.Price != nil || b.Limit != nil {
			if err := s.changeTranslator(c, in.id(), b.Name, b.Settings, b.Price, b.Limit); err != nil {
				return err
			}
		}
		if in.Body.Paused != nil {
			if err := s.Translations.Pause(c, c.actor, in.id(), *in.Body.Paused); err != nil {
				return err
			}
		}
		if in.Body.First {
			if err := s.Translations.First(c, c.actor, in.id()); err != nil {
				return err
			}
		}
		list, err := s.Translations.Connections(c, c.actor)
		if err != nil {
			return err
		}
		for _, x := range list {
			if x.ID == in.id() {
				out = record(translatorRecord(x, nil))
				return nil
			}
		}
		return errs.New(errs.NotFound, "error.not_found")
	})
	return out, err
}

// changeTranslator changes what is given of a connection.
func (s *server) changeTranslator(c *call, id translating.ID, name string, settings map[string]string, price *Money, limit *int64) error {
	list, err := s.Translations.Connections(c, c.actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(x translating.Connection) bool { return x.ID == id })
	if i < 0 {
		return errs.New(errs.NotFound, "error.not_found")
	}
	terms := list[i].Terms
	if price != nil {
		terms.Price = price.amount()
	}
	if limit != nil {
		terms.Most = *limit
	}
	return s.Translations.Change(c, c.actor, id, translating.Input{Name: name, Values: settings, Terms: &terms})
}

// amount is the sum as it is reckoned with; the zero Amount for nil.
func (m *Money) amount() money.Amount {
	if m == nil {
		return money.Amount{}
	}
	return money.Amount{Minor: m.Amount, Currency: m.Currency}
}

func (s *server) translatorTry(c *call, in *struct {
	TranslatorPath
	Body struct {
		From string `json:"from" minLength:"2" maxLength:"35" example:"en" doc:"BCP 47."`
		To   string `json:"to" minLength:"2" maxLength:"35" example:"es" doc:"BCP 47."`
		Text string `json:"text" minLength:"1" maxLength:"1000" example:"Your order #4711 left yesterday."`
	} `nameHint:"TranslatorTry"`
}) (*recordOut[TranslatedText], error) {
	r, err := s.Translations.Try(c, c.actor, in.id(), in.Body.From, in.Body.To, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return record(translatedText(r)), nil
}

func (s *server) translatorDelete(c *call, in *struct{ TranslatorPath }) (*noneOut, error) {
	return &noneOut{}, s.Translations.Delete(c, c.actor, in.id())
}

// TranslatorAbout is what a provider says of itself.
type TranslatorAbout struct {
	Languages []string `json:"languages" nullable:"false" example:"es>en" doc:"As the provider writes them, or pairs."`
	Left      *int64   `json:"left" doc:"Characters that may still be translated; null if the provider does not say."`
}

func (s *server) translatorTest(c *call, in *struct{ TranslatorPath }) (*recordOut[TranslatorAbout], error) {
	about, err := s.Translations.Test(c, c.actor, in.id())
	if err != nil {
		return nil, err
	}
	out := TranslatorAbout{Languages: append([]string{}, about.Languages...)}
	if about.Left >= 0 {
		out.Left = &about.Left
	}
	return record(out), nil
}
