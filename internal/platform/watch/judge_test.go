package watch

import (
	"reflect"
	"testing"
)

func TestJudge(t *testing.T) {
	many := func(n int, c Count) []Count {
		c.N = 1
		out := make([]Count, n)
		for i := range out {
			out[i] = c
		}
		return out
	}
	for name, x := range map[string]struct {
		list []Count
		want []Alarm
	}{
		"nothing":                        {nil, nil},
		"somebody mistypes":              {[]Count{{What: SignIn, Person: 1, Network: "a", N: 20}}, nil},
		"somebody guesses":               {[]Count{{What: SignIn, Person: 1, Network: "a", N: 21}}, []Alarm{{Refusals, Count{What: SignIn, Person: 1, N: 21}}}},
		"over several minutes and nodes": {many(21, Count{What: SignIn, Person: 1, Network: "a"}), []Alarm{{Refusals, Count{What: SignIn, Person: 1, N: 21}}}},
		"many accounts from one network": {append(many(20, Count{What: SignIn, Person: 1, Network: "a"}), many(31, Count{What: SignIn, Network: "a"})...), []Alarm{{Refusals, Count{What: SignIn, Network: "a", N: 51}}}},
		"kinds do not add up":            {[]Count{{What: SignIn, Person: 1, N: 20}, {What: Action, Person: 1, N: 50}}, nil},
		"a token counts for itself":      {[]Count{{What: Action, Person: 1, Token: 2, N: 60}}, nil},
		"a token that may not":           {[]Count{{What: Action, Person: 1, Token: 2, N: 101}}, []Alarm{{Refusals, Count{What: Action, Token: 2, N: 101}}}},
		"secrets are tried":              {[]Count{{What: Token, Network: "a", N: 51}}, []Alarm{{Refusals, Count{What: Token, Network: "a", N: 51}}}},
		"a program does not wait":        {[]Count{{What: Rate, Token: 2, N: 2999}}, nil},
		"a program never waits":          {[]Count{{What: Rate, Token: 2, N: 3001}}, []Alarm{{Refusals, Count{What: Rate, Token: 2, N: 3001}}}},
		"odd methods":                    {[]Count{{What: Method, Network: "a", N: 201}}, []Alarm{{Refusals, Count{What: Method, Network: "a", N: 201}}}},
		"a botnet":                       {[]Count{{What: SignIn, N: 501}}, []Alarm{{Refusals, Count{What: SignIn, N: 501}}}},
		"two, the worse first": {[]Count{{What: SignIn, Person: 1, N: 30}, {What: SignIn, Person: 2, N: 40}},
			[]Alarm{{Refusals, Count{What: SignIn, Person: 2, N: 40}}, {Refusals, Count{What: SignIn, Person: 1, N: 30}}}},
	} {
		if got := Judge(x.list); !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: %+v, want %+v", name, got, x.want)
		}
	}
}
