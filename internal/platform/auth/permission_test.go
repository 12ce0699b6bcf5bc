package auth

import (
	"slices"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
)

// The built-in roles, one letter for each permission in the order of Permissions.
func TestGrants(t *testing.T) {
	every := Permissions()
	rows := map[Permission]string{ // owner, lead, agent, no role, a role that does not exist
		ReadTickets: "xxx--", WriteTickets: "xxx--", SendMail: "xxx--", BulkTickets: "xxx--", SeeReports: "xx---",
		ReadCustomers: "xxx--", MergeCustomer: "xxx--", ReadOrders: "xxx--", ImportOrders: "xx---", ImportMail: "x----", ReadProducts: "xxx--", ImportProducts: "xx---", Quote: "xxx--", ManagePlans: "xx---", ReadShipments: "xxx--", WriteShipments: "xx---", ReadCases: "xxx--", WriteCases: "xxx--", ApproveRefunds: "xx---",
		ManageMacros: "xx---", ManageFields: "xx---", ManageTeams: "xx---", ManageMail: "x----",
		ManagePeople: "x----", ManageTokens: "x----", ManageWebhooks: "x----", ReadAudit: "x----", Manage: "x----",
	}
	for p := range rows {
		if !slices.Contains(every, p) {
			t.Errorf("%s is in no group", p)
		}
	}
	for _, p := range every {
		got := ""
		for _, role := range []Role{Owner, Lead, AgentRole, "", "admin"} {
			got += map[bool]string{true: "x", false: "-"}[Actor{Kind: Agent, Workspace: 1, Role: role}.May(p)]
			for _, a := range []Actor{
				{Kind: Customer, Workspace: 1, Role: role}, {Kind: Bot, Workspace: 1, Role: role}, {Kind: Agent, Role: role}, {Kind: System},
				{Kind: Agent, Workspace: 1, Role: role, Permissions: NewSet()},
			} {
				if a.May(p) {
					t.Errorf("%+v may %s", a, p)
				}
			}
		}
		if got != rows[p] {
			t.Errorf("%s: %s, want %s", p, got, rows[p])
		}
		if !ForSystem(1).May(p) {
			t.Errorf("the system may not %s", p)
		}
	}
	if got := Owner.Grants().List(); !slices.Equal(got, every) {
		t.Errorf("an owner may %v", got)
	}
}

// A permission and a resource decide together, for every role and permission and
// for resources inside and outside of every limit.
func TestCan(t *testing.T) {
	const own, elsewhere = WorkspaceID(1), WorkspaceID(2)
	type person struct {
		name  string
		actor Actor
		sees  map[string]bool
	}
	ticketOf := func(team TeamID, assignee PersonID, mailbox, shop int64) Resource {
		return Resource{Kind: OfTicket, Workspace: own, Team: team, Assignee: assignee, Mailbox: mailbox, Shop: shop}
	}
	resources := map[string]Resource{
		"house": House(own), "other house": House(elsewhere), "nothing": {}, "of no kind": {Workspace: own}, "of an unknown kind": {Kind: "vault", Workspace: own},
		"bare": ticketOf(0, 0, 0, 0), "team 5": ticketOf(5, 0, 10, 20), "team 6": ticketOf(6, 0, 10, 20), "team 6, mine": ticketOf(6, 7, 11, 21),
		"box 11": ticketOf(5, 0, 11, 20), "shop 21": ticketOf(5, 0, 10, 21), "no shop": ticketOf(5, 8, 10, 0),
		"other ticket": {Kind: OfTicket, Workspace: elsewhere, Assignee: 7, Team: 5, Mailbox: 10, Shop: 20},
		"order 20":     {Kind: OfOrder, Workspace: own, Shop: 20}, "order 21": {Kind: OfOrder, Workspace: own, Shop: 21}, "order": {Kind: OfOrder, Workspace: own},
		"other order": {Kind: OfOrder, Workspace: elsewhere, Shop: 20}, "order, mine": {Kind: OfOrder, Workspace: own, Shop: 21, Assignee: 7},
	}
	names := func(list ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range list {
			if _, ok := resources[n]; !ok {
				t.Fatalf("no resource %q", n)
			}
			m[n] = true
		}
		return m
	}
	all := names("house", "bare", "team 5", "team 6", "team 6, mine", "box 11", "shop 21", "no shop", "order 20", "order 21", "order", "order, mine")
	orders := []string{"order 20", "order 21", "order", "order, mine"}
	agent := func(change func(*Actor)) Actor {
		a := Actor{Kind: Agent, ID: 7, Workspace: own, Role: AgentRole}
		change(&a)
		return a
	}
	people := []person{
		{"everything", agent(func(*Actor) {}), all},
		{"the system", ForSystem(own), all},
		{"own team", agent(func(a *Actor) { a.Restricted, a.Teams = true, []TeamID{5} }),
			names(append(orders, "house", "bare", "team 5", "team 6, mine", "box 11", "shop 21", "no shop")...)},
		{"no team", agent(func(a *Actor) { a.Restricted = true }), names(append(orders, "house", "bare", "team 6, mine")...)},
		{"teams without a restriction", agent(func(a *Actor) { a.Teams = []TeamID{5} }), all},
		{"one mailbox", agent(func(a *Actor) { a.Limits.Mailboxes = []int64{10} }),
			names(append(orders, "house", "team 5", "team 6", "team 6, mine", "shop 21", "no shop")...)},
		{"one shop", agent(func(a *Actor) { a.Limits.Shops = []int64{20} }),
			names("house", "team 5", "team 6", "team 6, mine", "box 11", "order 20")},
		{"nothing at all", agent(func(a *Actor) { a.Limits = Limits{Mailboxes: []int64{}, Shops: []int64{}} }), names("house", "team 6, mine")},
		{"team, mailbox and shop", agent(func(a *Actor) {
			a.Restricted, a.Teams, a.Limits = true, []TeamID{6}, Limits{Mailboxes: []int64{10}, Shops: []int64{20}}
		}), names("house", "team 6", "team 6, mine", "order 20")},
	}
	sets := map[string]Set{"agent": AgentRole.Grants(), "lead": Lead.Grants(), "owner": Owner.Grants(), "none": NewSet()}
	for _, p := range Permissions() {
		sets["only "+string(p)] = NewSet(p)
	}
	cases := 0
	for _, who := range people {
		for setName, set := range sets {
			for _, p := range Permissions() {
				for name, r := range resources {
					a := who.actor
					if a.Kind == Agent {
						a.Permissions = set
					}
					want := errs.Denied
					granted := a.Kind == System || set[p]
					if granted {
						want = errs.NotFound
					}
					err := Can(a, p, r)
					if allowed := granted && who.sees[name]; allowed != (err == nil) || err != nil && !errs.Is(err, want) {
						t.Errorf("%s with %s: %s on %s: %v", who.name, setName, p, name, err)
					}
					cases++
				}
			}
		}
	}
	for _, a := range []Actor{{}, {Kind: Customer, ID: 7, Workspace: own, Role: Owner}, {Kind: Bot, Workspace: own, Role: Owner}, {Kind: Agent, ID: 7, Role: Owner}, {Kind: System}} {
		for name, r := range resources {
			for _, p := range Permissions() {
				if err := Can(a, p, r); !errs.Is(err, errs.Denied) {
					t.Errorf("%+v: %s on %s: %v", a, p, name, err)
				}
			}
			if a.Kind != Agent && a.Kind != System && a.Scope().Sees(r) {
				t.Errorf("%+v sees %s", a, name)
			}
		}
	}
	t.Logf("%d cases", cases)
}

func TestLimitsWithin(t *testing.T) {
	for _, c := range []struct {
		own, other Limits
		want       bool
	}{
		{Limits{}, Limits{}, true},
		{Limits{Shops: []int64{1}}, Limits{}, true},
		{Limits{}, Limits{Shops: []int64{1}}, false},
		{Limits{Shops: []int64{1}}, Limits{Shops: []int64{2, 1}}, true},
		{Limits{Shops: []int64{1, 3}}, Limits{Shops: []int64{2, 1}}, false},
		{Limits{Shops: []int64{}}, Limits{Shops: []int64{1}}, true},
		{Limits{Shops: []int64{1}}, Limits{Shops: []int64{1}, Mailboxes: []int64{1}}, false},
	} {
		if got := c.own.within(c.other); got != c.want {
			t.Errorf("%v within %v: %v", c.own, c.other, got)
		}
	}
}

func TestTokenSecrets(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s := newTokenSecret()
		if seen[s] || !IsToken(s) || len(s) != len(TokenMark)+tokenLetters {
			t.Fatalf("%q", s)
		}
		seen[s] = true
		bad := []string{"", TokenMark, s[:len(s)-1], s + "a", strings.ToUpper(s), " " + s, s + " ", strings.TrimPrefix(s, TokenMark), "ghp_" + s[4:]}
		for i := len(TokenMark); i < len(s); i += 7 {
			other := byte('a')
			if s[i] == other {
				other = 'b'
			}
			bad = append(bad, s[:i]+string(other)+s[i+1:])
		}
		for _, b := range bad {
			if IsToken(b) {
				t.Errorf("%q passes for a token", b)
			}
		}
	}
}

func FuzzIsToken(f *testing.F) {
	f.Add(newTokenSecret())
	f.Add(TokenMark)
	f.Add("gwt_=======")
	f.Fuzz(func(t *testing.T, s string) {
		if IsToken(s) && (len(s) != len(TokenMark)+tokenLetters || strings.ContainsAny(s, "\r\n= ")) {
			t.Errorf("%q", s)
		}
	})
}
