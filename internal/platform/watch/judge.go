package watch

import (
	"cmp"
	"slices"
	"time"

	"godwit.dev/godwit/internal/platform/auth"
)

// What says what was refused.
type What string

// What can be refused.
const (
	SignIn What = "sign_in" // a password, code or passkey was wrong, or came too soon
	Action What = "action"  // the right to it is missing
	Token  What = "token"   // it is unknown, expired or revoked
	Method What = "method"  // of HTTP, that nobody knows
	Rate   What = "rate"    // too many requests
)

// Window is the time over which refusals are held against the limits.
const Window = 10 * time.Minute

// Count is how often something was refused to somebody.
type Count struct {
	What    What          `json:"what"`
	Person  auth.PersonID `json:"person,omitempty"`
	Token   auth.TokenID  `json:"token,omitempty"`
	Network string        `json:"network,omitempty"`
	N       int           `json:"count"`
}

// Kind is a kind of unusual activity.
type Kind string

// The kinds of unusual activity.
const (
	Refusals Kind = "refusals" // many within Window
	Export   Kind = "export"   // many records read within an hour
	Networks Kind = "networks" // a token used from many networks within an hour
)

// Alarm is something unusual. Its subject is a person, a token, a network, or, if
// all are zero, the workspace as a whole.
type Alarm struct {
	Kind Kind
	Count
}

// limit is how many refusals of a kind within Window are still usual: for one
// person's mistakes, a program that was set up wrongly, an office behind one
// address, and all together.
var limits = map[What]struct{ person, token, network, all int }{
	SignIn: {person: 20, token: 20, network: 50, all: 500},
	Action: {person: 50, token: 100, network: 200, all: 1000},
	Token:  {person: 50, token: 50, network: 50, all: 500},
	Method: {person: 100, token: 100, network: 200, all: 2000},
	Rate:   {person: 1000, token: 3000, network: 3000, all: 10_000},
}

// mostRecords and mostNetworks are what one person or token may read within an
// hour, and from how many networks a token may be used, before that is unusual.
const (
	mostRecords  = 20_000
	mostNetworks = 10
)

// Judge tells what is unusual about the refusals of the last Window: who was
// refused more often than its limit, the worst first. A person or token of its own
// is not named again as part of the whole.
func Judge(list []Count) []Alarm {
	sums := map[Count]int{} // by subject, with N 0
	for _, c := range list {
		n := c.N
		sums[Count{What: c.What}] += n
		switch {
		case c.Token != 0:
			sums[Count{What: c.What, Token: c.Token}] += n
		case c.Person != 0:
			sums[Count{What: c.What, Person: c.Person}] += n
		}
		if c.Network != "" {
			sums[Count{What: c.What, Network: c.Network}] += n
		}
	}
	var out []Alarm
	for c, n := range sums {
		l, most := limits[c.What], 0
		switch {
		case c.Token != 0:
			most = l.token
		case c.Person != 0:
			most = l.person
		case c.Network != "":
			most = l.network
		default:
			most = l.all
		}
		if n > most {
			c.N = n
			out = append(out, Alarm{Refusals, c})
		}
	}
	slices.SortFunc(out, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.What, b.What), cmp.Compare(b.Token, a.Token), cmp.Compare(b.Person, a.Person), cmp.Compare(b.Network, a.Network))
	})
	return out
}
