package translating

import (
	"context"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/platform/connector"
)

// Driver is one provider of translations. It is data plus Open.
type Driver struct {
	Name         string // deepl, for ever
	Title        string // DeepL
	Docs         string // address of the vendor's reference
	Options      []connector.Option
	Capabilities Capabilities
	Rate         connector.Rate
	// Open checks settings and touches no network.
	Open func(connector.Settings) (Engine, error)
}

// Capabilities are what a provider can do.
type Capabilities struct {
	Formality bool // it can be asked to write formally or not
	Local     bool // it runs on this machine: nothing leaves it, and it costs nothing
	Tokens    bool // it counts tokens, in and out; the others count characters
	Unlisted  bool // it has no list of languages: whether it knows one shows when it is asked
	// Sentences and Characters are how much one request takes; see Weight.
	Sentences, Characters int
}

// Formality is how the reader of a translation is addressed.
type Formality string

// The formalities. A provider that knows none writes as it always does.
const (
	AsUsual  Formality = ""
	Formal   Formality = "formal"
	Informal Formality = "informal"
)

// Ask is a request for translations.
type Ask struct {
	From, To  string // tags such as en, pt-BR, zh-Hans; no provider has to guess
	Formality Formality
	// Sentences have marks. A driver may let out Mark.Shown of each, and never its Source.
	Sentences []translate.Piece
}

// Engine is an account with a provider. Every method is one request of the vendor, or a few
// where it takes less at once. Errors are of the kinds that package connector gives them,
// and besides ErrPair and ErrQuota.
type Engine interface {
	// About says what can be translated there: the connection test. It costs nothing.
	About(context.Context) (About, error)
	// Translate returns the translation of each sentence, in their order, with its marks.
	// Whether they are whole is for the caller to judge.
	Translate(context.Context, Ask) (Answer, error)
}

// Answer is what a provider brings back.
type Answer struct {
	Texts  []string
	Billed int64 // characters or tokens, as the provider counts them, or as many as it was sent
}

// Characters counts what a provider is sent, as one that counts characters does.
func Characters(texts []string) (n int64) {
	for _, t := range texts {
		n += int64(utf8.RuneCountInString(t))
	}
	return n
}

// markup is how many characters a mark is at most in the notation of a vendor, besides what it
// shows.
const markup = 48

// Weight is how much of a request a sentence takes, in characters: with the notation of its
// marks.
func Weight(p translate.Piece) int {
	n := utf8.RuneCountInString(p.Text) + markup*len(p.Marks)
	for _, m := range p.Marks {
		n += utf8.RuneCountInString(m.Shown())
	}
	return n
}

// About is what a provider says of itself and of the account.
type About struct {
	Languages []string // as the vendor writes them, or pairs, a>b
	Left      int64    // characters that may still be translated; -1 if the provider does not say
}

// Connect opens a driver with settings and the client that it is to use. It touches no
// network.
func (d Driver) Connect(values map[string]string, base *http.Client, now func() time.Time) (Engine, error) {
	values, err := connector.Check(d.Options, values)
	if err != nil {
		return nil, err
	}
	e, err := d.Open(connector.Settings{Values: values, Client: connector.Client(base, connector.Policy{Rate: d.Rate}), Now: now})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.Name, err)
	}
	return e, nil
}

// ErrPair is the error of a provider that does not translate from the one language to the
// other.
func ErrPair() error { return errs.New(errs.Unsupported, "error.translator_pair") }

// ErrQuota is the error of a provider whose account is used up.
func ErrQuota() error { return errs.New(errs.Conflict, "error.translator_quota") }

// ErrAnswer is the error of a provider whose answer is none to what it was asked; cause may be
// nil.
func ErrAnswer(cause error) error {
	if cause == nil {
		return errs.New(errs.Unavailable, "error.vendor_answer")
	}
	return errs.Wrap(errs.Unavailable, cause, "error.vendor_answer")
}
