package ui

import "time"

// Speech is how a ticket stands with translation into the reader's language.
type Speech struct {
	On        bool
	Connected bool   // a provider may be asked
	From, To  string // names of the customer's language and the reader's
	Answer    bool   // the reply needs a translation
}

// Other is a text in the reader's language.
type Other struct {
	Text string
	Lang string
	By   string // provider, memory or person; "" if no sentence was translated
	Open int    // sentences that stand as they were written, or as one that is alike
}

// Answer is a reply in the language of its writer and in the customer's.
type Answer struct {
	Page
	Form       Form
	Number     int64
	Subject    string
	From, To   string // names of languages
	TargetLang string
	Apart      bool // there is something to translate
	Sends      bool // the reader may send
	Connected  bool
	Asked      Message // what the customer wrote last
	Source     string
	Target     string
	Preview    int64 // 0 before there is a translation
	Hash       string
	Sent       bool
	By         string
	Open       []Unspoken
	Lost       []string
	Then       Status
}

// Unspoken is a sentence that nobody translated.
type Unspoken struct {
	Text  string
	Score int // of the one that is offered in its place, 0 for none
}

// Translation is the page of providers, glossary and memory.
type Translation struct {
	Page
	Form              Form
	Version           int
	Glossary          string
	Limit, Memory     string
	Approved, Machine int64
	Connects          bool // the reader may change providers
	Rows              []TranslatorRow
	Services          []ServiceCard
	Try               TranslatorTry
}

// TranslatorTry is a sentence that one provider translates, to see what it makes of it.
type TranslatorTry struct {
	With, From, To []Option
	Text           string
	Done           string // the translation, "" before there is one
	Lang           string // of it
	Name           string // of who made it
}

// TranslatorTerms are what a provider costs, as they stand in a form.
type TranslatorTerms struct{ Price, Currency, Most string }

// TranslatorRow is a connection with a provider.
type TranslatorRow struct {
	ID         int64
	Name       string
	State      string
	Problem    string
	Local      bool
	Tokens     bool  // it counts tokens
	Characters int64 // of this month, or tokens
	Most       int64 // of them, 0 for no limit
	Cost       string
	OKAt       time.Time
	Prefix     string // of the names in its form
	Fields     []SettingField
	Terms      TranslatorTerms
	Open       bool // its form was refused
}
