package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Factor is the page of the second step of a sign-in.
type Factor struct {
	Page
	Form
	Next    string
	App     bool // there is an authenticator app
	Passkey bool
	Codes   bool // there are recovery codes left
}

// AppDraft is a new secret for an authenticator app: to type, and to scan.
type AppDraft struct {
	Secret string
	Size   int      // of the picture's side, in dots
	Dots   [][2]int // the dark ones: column and row
}

// Enrol is the page on which somebody who must have a second factor gets one.
type Enrol struct {
	Page
	Form
	Next  string
	Draft *AppDraft // nil if only a passkey will do
	Name  string    // suggested for the passkey
}

// Codes is the page that shows recovery codes, once.
type Codes struct {
	Page
	Codes []string
	Next  string
}

// SSO is the page that leads to an issuer: it asks for the workspace, or with Go
// leads on.
type SSO struct {
	Page
	Form
	Workspace string
	Next      string
	Go        string
}

// Forgot is the page of a forgotten password.
type Forgot struct {
	Page
	Form
	Email string
	Sent  bool // the wish was taken
}

// Field is one value that a page carries along.
type Field struct{ Name, Value string }

// Confirm is the page that asks for a proof before something that matters.
type Confirm struct {
	Page
	Form
	Email                   string
	Password, Code, Passkey bool
	SSO                     string // where a proof by the issuer begins; empty for none
	Next                    string // where the reader goes on
	Send                    bool   // by sending Fields there again
	Fields                  []Field
}

// Security is the page of what the reader proves themself with.
type Security struct {
	Page
	Form
	App      bool
	Any      bool // there is a second factor
	Codes    int  // recovery codes left
	Passkeys []PasskeyRow
	Name     string // suggested for a new passkey
}

// PasskeyRow is one passkey.
type PasskeyRow struct {
	ID     int64
	Name   string
	Since  time.Time
	SeenAt time.Time
	Cloned bool // out of use, because a copy of it may exist
	Synced bool // kept by the device's maker on several devices
}

// App is the page of a new authenticator app.
type App struct {
	Page
	Form
	Draft *AppDraft
}

// Policy is the admin page of how people sign in.
type Policy struct {
	Page
	Form
	Way       string // "any", "strong", "sso"
	Everyone  bool   // factor=all, factor=roles with roles, factor=none
	Needed    []Role // those whose people need a second factor
	Lasting   string // "strict", "day", "week", "month"
	SSO       bool   // sso=1
	Issuer    string
	ClientID  string
	SecretSet bool
	Domains   string // one a line
	Create    bool   // create=1
	Role      string
	Back      string // the redirect URI to enter at the issuer
	Door      string // the workspace's own way to single sign-on
	People    []ProvenRow
}

// ProvenRow is what one person proves themself with.
type ProvenRow struct {
	Person
	App      bool
	Passkeys int64
	SSO      bool
	Lacks    bool // must have a second factor and has none
}

// PersonSessions is the admin page of where somebody is signed in.
type PersonSessions struct {
	Page
	Person   Person
	Sessions []SessionRow
}

// dots writes the dark dots of a picture as the path of an SVG.
func dots(d *AppDraft) string {
	var b strings.Builder
	for _, at := range d.Dots {
		b.WriteString("M" + strconv.Itoa(at[0]+qrMargin) + " " + strconv.Itoa(at[1]+qrMargin) + "h1v1h-1z")
	}
	return b.String()
}

// qrMargin is the quiet zone around the picture, in dots (ISO/IEC 18004 section 6.3.8).
const qrMargin = 4

func qrBox(d *AppDraft) string {
	side := strconv.Itoa(d.Size + 2*qrMargin)
	return "0 0 " + side + " " + side
}

// inFours writes a secret as people copy it.
func inFours(s string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), " ")
}

func factorKind(v Policy) string {
	if v.Everyone {
		return "all"
	}
	if len(v.Needed) > 0 {
		return "roles"
	}
	return "none"
}

// helperRoles are those that whoever is unknown may be given.
func helperRoles(p Page, chosen string) []Option {
	return slices.DeleteFunc(roleOptions(p, Role(chosen)), func(o Option) bool { return o.Value == string(Owner) })
}

// needing are all roles, those whose people need a second factor selected.
func needing(v Policy) []Option {
	list := roleOptions(v.Page, "")
	for i, o := range list {
		list[i].Selected = slices.Contains(v.Needed, Role(o.Value))
	}
	return list
}

// passkeyField is the field that holds a passkey's answer.
func passkeyField(kind string) string {
	if kind == "prove" {
		return "proof_passkey"
	}
	return "passkey"
}
