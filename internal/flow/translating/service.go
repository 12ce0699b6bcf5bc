package translating

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/habit"
	"godwit.dev/godwit/internal/domain/ticket"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
	"godwit.dev/godwit/internal/platform/job"
)

// MemoryID identifies a sentence of the translation memory.
type MemoryID int64

// Memory is a sentence that was translated before, with marks.
type Memory struct {
	ID        MemoryID
	Workspace auth.WorkspaceID
	From, To  string // tags
	// Formality is how the target addresses its reader, AsUsual if nobody said or the language does not tell.
	Formality Formality
	Key       int64 // translate.Key of Source
	Source    string
	Target    string
	// Approved says that a person sent it to a customer, or put it in; the others are answers
	// of providers.
	Approved bool
	By       ID // the connection that translated it, 0 for a person
	At       time.Time
	UsedAt   time.Time // when it was last of use, to the day
}

// Kept is a message in another language.
type Kept struct {
	Message   ticket.MessageID
	Workspace auth.WorkspaceID
	Language  string
	Result    Result
	At        time.Time
}

// Choice says that a ticket's messages are translated into a language.
type Choice struct {
	Ticket    ticket.ID
	Workspace auth.WorkspaceID
	Language  string
	On        bool
	By        auth.PersonID
	At        time.Time
}

// Store keeps books, connections, the memory and what was translated.
type Store interface {
	InTx(context.Context, func(context.Context) error) error

	// TranslationBook is errs.NotFound before one was saved.
	TranslationBook(context.Context, auth.WorkspaceID) (Setting, error)
	// PutTranslationBook reports false if the version before it is not the one that is kept.
	PutTranslationBook(context.Context, Setting) (bool, error)

	AddTranslator(context.Context, Connection) error
	SaveTranslator(context.Context, Connection) error
	DeleteTranslator(context.Context, auth.WorkspaceID, ID) error
	// Translator keeps others from changing the connection until the transaction in ctx ends, if
	// there is one.
	Translator(context.Context, auth.WorkspaceID, ID) (Connection, error)
	// Translators returns the connections in the order in which they are asked.
	Translators(context.Context, auth.WorkspaceID) ([]Connection, error)
	// SpendTranslation adds to what a connection was sent in a month.
	SpendTranslation(ctx context.Context, w auth.WorkspaceID, month string, s Spending) error
	SpentOnTranslation(ctx context.Context, w auth.WorkspaceID, month string) ([]Spending, error)

	// Recall returns the sentences of a pair of languages with these keys, of the formality and of none; Near those of them
	// that share a gram, the ones that share most first.
	Recall(ctx context.Context, w auth.WorkspaceID, from, to string, f Formality, keys []int64) ([]Memory, error)
	Near(ctx context.Context, w auth.WorkspaceID, from, to string, f Formality, grams []int64, limit int) ([]Memory, error)
	// Remember keeps sentences. What a person approved takes the place of what is there; the
	// answer of a provider takes none.
	Remember(ctx context.Context, list []Memory) error
	// TouchMemory notes that sentences were of use.
	TouchMemory(ctx context.Context, w auth.WorkspaceID, ids []MemoryID, at time.Time) error
	// TrimMemory forgets the sentences beyond so many that were of no use for longest.
	TrimMemory(ctx context.Context, w auth.WorkspaceID, most int) error
	MemorySize(ctx context.Context, w auth.WorkspaceID) (approved, machine int64, err error)
	// Memories returns approved sentences, the newest first, before one of them if it is not 0.
	Memories(ctx context.Context, w auth.WorkspaceID, before MemoryID, limit int) ([]Memory, error)
	ForgetMemory(context.Context, auth.WorkspaceID, MemoryID) error

	// Choices returns the languages that a ticket is translated into, those that are off too.
	Choices(context.Context, auth.WorkspaceID, ticket.ID) ([]Choice, error)
	PutChoice(context.Context, Choice) error
	KeptOf(ctx context.Context, w auth.WorkspaceID, language string, ids []ticket.MessageID) ([]Kept, error)
	PutKept(context.Context, Kept) error

	AddPreview(context.Context, Preview) error
	SavePreview(context.Context, Preview) error
	// TranslationPreview keeps others from changing the preview until the transaction in ctx
	// ends, if there is one.
	TranslationPreview(context.Context, auth.WorkspaceID, PreviewID) (Preview, error)

	Ticket(context.Context, auth.WorkspaceID, ticket.ID) (ticket.Ticket, error)
	// Traits returns what is known of a ticket's customer.
	Traits(ctx context.Context, w auth.WorkspaceID, t ticket.Ticket) (ticket.Traits, error)
	Messages(ctx context.Context, w auth.WorkspaceID, t ticket.ID, before ticket.MessageID, limit int) ([]ticket.Message, error)
}

// Tickets is what this package needs of tickets.
type Tickets interface {
	Reply(context.Context, auth.Actor, ticket.ID, ticket.NewReply) (ticket.Message, error)
}

// Habits tells how the customers of a market are used to be served.
type Habits interface {
	Of(ctx context.Context, w auth.WorkspaceID, market string) (habit.Profile, error)
}

// Config is what a Service needs. Tickets is asked for when it is needed: tickets are built
// with what this package keeps.
type Config struct {
	Store   Store
	Tickets func() Tickets
	Journal event.Journal
	Queue   job.Queue
	Habits  Habits
	IDs     *id.Source
	Client  *http.Client // of package outbound
	Drivers []Driver
	Log     *slog.Logger
	Now     func() time.Time
}

// Service translates messages and replies.
type Service struct {
	Config
	mu     sync.Mutex
	opened map[ID]account
}

// New returns a Service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Config: c, opened: map[ID]account{}}
}
