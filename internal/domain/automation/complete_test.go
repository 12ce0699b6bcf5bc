package automation

import (
	"slices"
	"testing"
)

func TestComplete(t *testing.T) {
	for text, want := range map[string][]string{
		"ticket.prio":                            {"ticket.priority"},
		"ticket.spam and custo":                  {"customer.tier", "customer.country", "customer.language"},
		"ticket.priority ":                       {"=", "!=", "<", "<=", ">", ">=", "in"},
		"ticket.tags ":                           {"has"},
		"ticket.priority > ":                     {`"low"`, `"normal"`, `"high"`, `"urgent"`},
		"order.total >= ":                        {"100 EUR"},
		"ticket.spam ":                           {"and", "or"},
		`customer.tier = "vip" o`:                {"or"},
		`ticket.priority in [`:                   {`"low"`, `"normal"`, `"high"`, `"urgent"`},
		`ticket.priority in ["low"`:              {",", "]"},
		`ticket.priority in ["low", `:            {`"low"`, `"normal"`, `"high"`, `"urgent"`},
		`customer.tier in [`:                     {`"vip"`},
		`ticket.priority in ["low"] `:            {"and", "or"},
		`not (ticket.u`:                          {"ticket.unread", "ticket.unanswered"},
		`ticket.status in ["open"] and now.week`: {"now.weekday"},
	} {
		if got := Complete(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if all := Complete(""); len(all) != len(fields)+1 {
		t.Errorf("an expression begins with %q", all)
	}
}
