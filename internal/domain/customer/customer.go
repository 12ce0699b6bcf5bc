package customer

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"godwit.dev/godwit/internal/platform/auth"
)

// ID identifies a customer.
type ID int64

// Customer is one person who writes to the merchant or buys from it.
type Customer struct {
	ID         ID
	Workspace  auth.WorkspaceID
	Name       string
	Language   string        // BCP 47, "" while unknown
	Said       bool          // a person said the language; what is read out of messages does not change it
	Country    string        // ISO 3166-1 alpha-2, "" while unknown
	Tier       string        // the merchant's own word: vip, wholesale
	Note       string        // for agents only
	Agent      auth.PersonID // their own person, who is given their tickets before all others; 0 for nobody
	MergedInto ID            // the customer that took over, or 0
	Identities []Identity
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Email returns the first mail address, verified ones first, or "".
func (c Customer) Email() string {
	var first string
	for _, i := range c.Identities {
		if i.Kind != Email {
			continue
		}
		if i.Verified {
			return i.Value
		}
		if first == "" {
			first = i.Value
		}
	}
	return first
}

// Update changes a customer; a nil field stays as it is.
type Update struct {
	Name     *string
	Language *string
	Country  *string
	Tier     *string
	Note     *string
	Agent    *auth.PersonID // 0 takes it away

	said *bool // see Speak
}

// apply returns the customer with the update, and the new values by field.
func (u Update) apply(c Customer) (Customer, map[string]string) {
	changed := map[string]string{}
	set := func(field string, to *string, value *string, limit int) {
		if value == nil {
			return
		}
		if v := tidy(*value, limit); v != *to {
			*to, changed[field] = v, v
		}
	}
	set("name", &c.Name, u.Name, maxName)
	set("language", &c.Language, u.Language, maxWord)
	if u.said != nil && *u.said != c.Said {
		c.Said, changed["language"] = *u.said, c.Language
	}
	set("tier", &c.Tier, u.Tier, maxWord)
	if u.Country != nil {
		country := strings.ToUpper(*u.Country)
		set("country", &c.Country, &country, maxWord)
	}
	if u.Note != nil && *u.Note != c.Note {
		c.Note = cut(*u.Note, maxNote)
		changed["note"] = c.Note
	}
	if u.Agent != nil && *u.Agent != c.Agent {
		c.Agent = *u.Agent
		changed["agent"] = strconv.FormatInt(int64(c.Agent), 10)
	}
	return c, changed
}

// Limits of what is kept, in characters.
const (
	maxName = 200
	maxWord = 60
	maxNote = 10000
)

// tidy makes one line of s: control characters and runs of spaces become one
// space. Names come from mail headers, which hold anything.
func tidy(s string, limit int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	return cut(s, limit)
}

func cut(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit {
			return s[:i]
		}
		n++
	}
	return s
}
