package ui

import (
	"time"

	"godwit.dev/godwit/internal/base/i18n"
)

// Page is what every page shows around its content. The zero Printer and Zone stand for English and UTC.
type Page struct {
	Printer   *i18n.Printer
	Theme     Theme
	Workspace string
	Me        Person // the zero Person before sign-in
	Nav       Nav
	Title     string // the document's title, without the product's name
	Flash     *Flash
	Now       time.Time
	Zone      *time.Location
	Path      string // path and query of this page, for "back"
	Live      bool   // whether the page opens /live
	Tour      Tour
	Roles     map[Role]string // the names of the roles that the workspace made
	// Allows reports whether the reader may ask for a path by a method, by the rule
	// of its route; nil allows all.
	Allows func(method, path string) bool
	Bare   bool // the reader manages the workspace and has no second factor
}

// Theme is the colour scheme a person chose.
type Theme string

// The themes; ThemeAuto follows the device.
const (
	ThemeAuto  Theme = "auto"
	ThemeLight Theme = "light"
	ThemeDark  Theme = "dark"
)

// Role names what a person may do.
type Role string

// The roles.
const (
	Owner Role = "owner"
	Lead  Role = "lead"
	Agent Role = "agent"
)

// Person is someone who works in the workspace.
type Person struct {
	ID       int64
	Name     string
	Email    string
	Role     Role
	Initials string // at most two characters; made from Name if empty
}

// Section is an entry of the rail.
type Section string

// The sections.
const (
	SectionInbox   Section = "inbox"
	SectionSearch  Section = "search"
	SectionOrders  Section = "orders"
	SectionCases   Section = "cases"
	SectionRefunds Section = "refunds"
	SectionParcels Section = "parcels"
	SectionReports Section = "reports"
	SectionWall    Section = "wallboard"
	SectionAdmin   Section = "admin"
	SectionAccount Section = "account"
)

// Nav says where the page stands and what the rail counts.
type Nav struct {
	Section Section
	Mine    int64     // open tickets of the reader, shown on the inbox entry; 0 shows nothing
	Closed  []Section // those that the reader may not open
	Admin   []string  // the admin pages that the reader may open, by the last part of their paths
}

// Tone colours a message or chip; it always comes with words or an icon.
type Tone string

// The tones.
const (
	ToneNone Tone = ""
	ToneGood Tone = "good"
	ToneWarn Tone = "warn"
	ToneBad  Tone = "bad"
	ToneInfo Tone = "info"
)

// Flash is the outcome of the request before, shown once.
type Flash struct {
	Tone Tone
	Text string
	Undo string // POST path; empty if it cannot be undone
}

// Toast is the outcome of an action on a page that stays open.
type Toast struct {
	Tone Tone
	Text string
	Undo string // POST path; empty if it cannot be undone
	Href string // a page that shows more; empty for none
	//lint:ignore ST1011 the name of what the page counts down
	Seconds time.Duration // how long undo is offered; zero means ten seconds
}

// Form carries what was wrong with a form that comes back: worded texts by field name, "" for the whole form.
type Form struct {
	Errors map[string]string
}

// Err returns the text shown at a field, empty if the field was right.
func (f Form) Err(field string) string { return f.Errors[field] }

// Under returns the form with its errors at the fields whose names have a prefix,
// for a page with several forms.
func (f Form) Under(prefix string) Form {
	out := Form{Errors: map[string]string{}}
	for name, text := range f.Errors {
		if name != "" {
			name = prefix + name
		}
		out.Errors[name] = text
	}
	return out
}

// Option is one choice of a select, radio group or list of checkboxes.
type Option struct {
	Value    string
	Label    string
	Selected bool
	Group    string // options of one group stand together; empty for none
}

// Tour says where a new person is in the guided tour. The zero Tour shows nothing.
type Tour struct {
	On   bool
	Step int // steps already seen
}

// Keys is the page of keyboard shortcuts.
type Keys struct{ Page }

// Failure is an error page: what happened, what it means, what to do.
type Failure struct {
	Page
	Status    int
	Kind      FailureKind
	Text      string // a worded text of the error itself; empty takes the kind's own
	Reference string // the request's id, for support
	Detail    string // technical detail, folded; empty for none
	BackHref  string // where the button leads; empty means /
}

// FailureKind selects the words of an error page.
type FailureKind string

// The kinds of failure.
const (
	FailNotFound    FailureKind = "not_found"
	FailDenied      FailureKind = "denied"
	FailInvalid     FailureKind = "invalid"
	FailConflict    FailureKind = "conflict"
	FailUnavailable FailureKind = "unavailable"
	FailRate        FailureKind = "rate"
	FailInternal    FailureKind = "internal"
)

// SignIn is the sign-in page.
type SignIn struct {
	Page
	Form
	Email string
	Next  string
	SSO   string  // where single sign-on begins; empty if no workspace has it
	Hints []Login // the demo's logins, offered below the form; none otherwise
}

// Login is a demo login shown on the sign-in page.
type Login struct {
	Role            Role
	Email, Password string
}

// Setup is the first-run page.
type Setup struct {
	Page
	Form
	WorkspaceName string
	Name          string
	Email         string
	Langs         []Option
	Zones         []Option
}

// Invite is the page where an invited person makes an account.
type Invite struct {
	Page
	Form
	Reset     bool // the person has joined already and sets a new password
	Token     string
	InvitedBy string
	Email     string
	Role      Role
	Name      string
	Langs     []Option
	Zones     []Option
}

// Palette is what the command palette found; without a query it lists the actions and recent tickets.
type Palette struct {
	Page
	Query  string
	Groups []PaletteGroup
}

// PaletteGroup is a headed run of results. Kind is one of "action", "ticket", "order", "customer", "page", "view".
type PaletteGroup struct {
	Kind  string
	Items []PaletteItem
}

// PaletteItem leads to a page.
type PaletteItem struct {
	Href  string
	Label string
	Note  string
	Key   string // the key that does the same, empty for none
}
