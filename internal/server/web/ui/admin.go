package ui

import "time"

// People is the admin page of people and invitations.
type People struct {
	Page
	Form
	People  []PersonRow
	Invites []InviteRow
	Teams   []Option
	Email   string // of a refused invitation
	Role    Role
	Link    string // the invite link just made, shown once to copy
	Reset   string // whose password the link resets; empty for an invitation
}

// PersonRow is one person on the people page.
type PersonRow struct {
	Person
	Teams  []Option // all teams, the person's own selected
	Limits Limits
	Active bool
	SeenAt time.Time
	Open   int64 // open tickets that disabling would leave unassigned
	Self   bool
	Locked bool // the reader may not change this person
}

// InviteRow is an invitation that was not taken yet.
type InviteRow struct {
	ID        int64
	Email     string
	Role      Role
	By        string
	ExpiresAt time.Time
}

// Teams is the admin page of teams.
type Teams struct {
	Page
	Form
	Teams  []TeamRow
	People []Option // for a new team
	Name   string   // of a refused new team
}

// TeamRow is one team.
type TeamRow struct {
	ID      int64
	Name    string
	Members []Option // all people, the members selected
	Count   int64
	Open    int64
}

// Mailboxes is the admin page of mail addresses.
type Mailboxes struct {
	Page
	Rows []MailboxRow
}

// MailboxRow is one mailbox and how it does.
type MailboxRow struct {
	ID       int64
	Name     string
	Address  string
	Shop     string
	In       Health
	Out      Health
	LastIn   time.Time // zero if no mail came in lately
	LastOut  time.Time // likewise
	Waiting  int64     // replies that wait to leave
	Disabled bool
}

// Health is the state of one direction of a mailbox.
type Health struct {
	Tone Tone   // ToneNone means switched off
	Text string // worded: what is wrong and what to do; empty takes the tone's own word
}

// MailboxForm is what the form of a mailbox holds; each field's form name is in its comment.
type MailboxForm struct {
	ID        int64
	Name      string // name
	Address   string // address
	Shop      string // shop
	TeamID    string // team
	Signature string // signature
	Disabled  bool   // disabled=1

	InKind string // in_kind: "imap", "lmtp", "off"
	InHost string // in_host
	InPort int    // in_port
	InTLS  string // in_tls: "tls", "starttls", "none"
	InUser string // in_user
	InAuth string // in_auth: "password", "oauth2"
	Plus   bool   // name+anything@ comes here too, so that answers go to an address of their own (plus_address)
	Copy   bool   // a copy of each mail comes back, as the proof that it went out (copy)
	Judge  string // the name under which the own server notes SPF, DKIM and DMARC (auth_server)
	InSet  bool   // a secret is stored: the empty in_password keeps it (in_password, never sent back)
	Folder string // folder

	OutKind string // out_kind: "smtp", "off"
	OutHost string // out_host
	OutPort int    // out_port
	OutTLS  string // out_tls
	OutUser string // out_user
	OutAuth string // out_auth
	OutSet  bool   // out_password likewise

	ClientID  string // oauth_client
	TokenURL  string // oauth_token_url
	SecretSet bool   // oauth_secret and oauth_refresh likewise
}

// MailboxEdit is the page of one mailbox.
type MailboxEdit struct {
	Page
	Form
	Box     MailboxForm
	Shops   []Option
	Teams   []Option
	Preview Preview // what a customer will see, from the saved or posted settings
	Test    *MailboxTest
}

// Preview shows how a reply will look to a customer.
type Preview struct {
	From    string
	Subject string
	Body    string
	Notes   []string // what applying will also do, worded
}

// MailboxTest is the result of trying a mailbox's settings.
type MailboxTest struct {
	Page
	Steps []TestStep
}

// TestStep is one step of a connection test, in the order they were tried.
type TestStep struct {
	Tone   Tone   // ToneGood, ToneBad, or ToneNone for a step not reached
	Name   string // worded: "Connect to imap.example.com:993"
	Text   string // worded: what was found, or what is wrong and what to do
	Detail string // the server's own words, folded
}

// Macros is the admin page of macros.
type Macros struct {
	Page
	Rows []MacroRow
}

// MacroRow is one macro in the list.
type MacroRow struct {
	ID      int64
	Name    string
	Folder  string
	Preview string
	Uses    int64
	Shipped bool // it comes with Godwit as it is
	Off     bool
	Actions []string // worded
}

// MacroEdit is the page of one macro with one of its texts.
type MacroEdit struct {
	Page
	Form
	ID        int64
	Name      string
	Folder    string
	Shipped   bool // it comes with Godwit as it is
	Copied    bool // it was made of a shipped one
	Off       bool
	Key       string   // of the text
	Body      string   // the text
	Language  string   // of the text, for the browser; empty for the one for all others
	Draft     bool     // nobody approved the text
	Behind    bool     // its source says something else since
	Source    string   // what the source says, where the text is another
	SourceOf  string   // the name of the source
	Texts     []Option // all that there are, with their state
	Languages []Option // in which one can be written
	Addresses []Option
	Topics    []Option
	Alarms    []Option
	Moods     []Option
	Then      Status
	Waiting   Waiting
	AddTags   string
	Priority  Priority
	People    []Option
	Teams     []Option
	Variables []Variable
	Example   Preview // the macro with a real ticket's values
	ExampleOf string  // which ticket that was, worded
}

// MacroTable is the page of which macro is written in which language.
type MacroTable struct {
	Page
	Languages []string // the names of the columns
	Rows      []MacroTexts
	Counts    []MacroCount
	Filters   []Select
}

// Select is a choice by which a list is narrowed.
type Select struct {
	Name    string
	Label   string
	Options []Option
}

// MacroCount is how many texts are in a state.
type MacroCount struct {
	Label string
	Count int64
	Tone  Tone
}

// MacroTexts is a macro with its text in each language of the table.
type MacroTexts struct {
	ID     int64
	Name   string
	Folder string
	Cells  []MacroCell
}

// MacroCell is a macro's text in a language.
type MacroCell struct {
	Key   string
	Label string // its state, worded
	State string // ready, draft, behind or missing
}

// Variable is a placeholder a macro may use.
type Variable struct {
	Name  string // "customer.first_name"
	Label string // worded
	Value string // in the example
}

// Tags is the admin page of tags.
type Tags struct {
	Page
	Form
	Rows []TagRow
	Name string // of a refused new tag
}

// TagRow is one tag.
type TagRow struct {
	ID int64
	Tag
	Count int64
}

// Fields is the admin page of custom fields.
type Fields struct {
	Page
	Form
	Rows  []FieldRow
	Draft FieldRow // of a refused new field
}

// FieldRow is one custom field.
type FieldRow struct {
	ID       int64
	Key      string
	Label    string
	Kind     FieldKind
	Options  []string
	Required bool
	Used     int64 // tickets with a value
}

// Views is the page that lists saved views.
type Views struct {
	Page
	Rows []ViewRow
}

// ViewRow is one saved view in the list.
type ViewRow struct {
	Key     string
	Name    string
	Owner   string
	Shared  bool
	Own     bool
	Count   int64
	Summary string // the conditions, worded
}

// ViewEdit is the page of one saved view.
type ViewEdit struct {
	Page
	Form
	Key      string // empty for a new one
	Name     string
	Shared   bool
	MayShare bool
	Sort     Sort
	Root     Condition
	Fields   []ConditionField
	Count    int64 // tickets that match now; -1 if not counted
	Sample   []TicketRef
}

// Account is the reader's own settings.
type Account struct {
	Page
	Form
	Langs     []Option
	Zones     []Option
	Signature string
	Sessions  []SessionRow
}

// SessionRow is one place where the reader is signed in.
type SessionRow struct {
	ID      string
	Device  string // worded: "Firefox on Windows"
	Address string
	SeenAt  time.Time
	Since   time.Time
	Current bool
}
