package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/hold"
)

// till holds one sum for a case, on a page of its own or on the shop's.
type till struct {
	now     time.Time
	may     bool
	has     []hold.Hold
	back    string
	address string
	answers []bool
}

const tillResolution = 77

func (x *till) Securable(_ context.Context, c cases.Case) ([]hold.Hold, error) {
	if !x.may {
		return nil, nil
	}
	return []hold.Hold{{Case: c.ID, Resolution: tillResolution, Amount: 1999, Currency: "JPY", DueAt: x.now.AddDate(0, 0, 14)}}, nil
}

func (x *till) Holds(context.Context, cases.Case) ([]hold.Hold, error) { return x.has, nil }

func (x *till) Ask(_ context.Context, _ cases.Case, h hold.Hold, back string) (hold.Hold, error) {
	h.ID, h.State, h.Address = 5, hold.Asked, x.address
	x.has, x.back = []hold.Hold{h}, back
	return h, nil
}

func (x *till) Answer(_ context.Context, _ hold.Hold, agrees bool) error {
	x.answers = append(x.answers, agrees)
	return nil
}

func (x *till) Look(_ context.Context, h hold.Hold) (hold.Hold, error) {
	if h.State = hold.Failed; len(x.answers) == 0 || x.answers[len(x.answers)-1] {
		h.State, h.HeldAt = hold.Held, x.now
	}
	x.has = []hold.Hold{h}
	return h, nil
}

// A customer is offered their exchange at once in every language, on the terms that they then agree to; the page says what
// became of the sum, and nobody else can ask or answer.
func TestACustomerLetsASumBeHeld(t *testing.T) {
	p, link, held, c, _ := withWayBack(t)
	x := &till{now: p.clock(), may: true}
	p.door.Holds = x
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	says := func(key string) {
		t.Helper()
		for _, l := range i18n.Customer() {
			sum := hold.Hold{Amount: 1999, Currency: "JPY"}.Sum().Format(string(l))
			words, _, _ := strings.Cut(i18n.For(l).T(key, "Sum", sum, "Day", "\x00"), "\x00")
			words = strings.NewReplacer("&", "&amp;", "'", "&#39;", `"`, "&#34;").Replace(words)
			a := p.ask("GET", at+"?lang="+string(l), nil, "Cookie", held)
			if a.StatusCode != http.StatusOK || !strings.Contains(a.body, words) || untold.MatchString(a.body) {
				t.Errorf("%s %s: %d, %q, %s", key, l, a.StatusCode, words, untold.FindString(a.body))
			}
		}
	}
	does := func(status int, pairs ...string) {
		t.Helper()
		form := url.Values{"resolution": {strconv.Itoa(tillResolution)}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		if a := p.ask("POST", at+"/hold", form, "Cookie", held); a.StatusCode != status {
			t.Fatalf("%v: %d: %s", pairs, a.StatusCode, a.body)
		}
	}
	says("portal.hold.terms")
	p.ask("POST", at+"/hold", url.Values{"resolution": {"77"}})
	if len(x.has) > 0 {
		t.Fatal("somebody without a session asks")
	}
	if does(http.StatusSeeOther, "resolution", "78"); len(x.has) > 0 {
		t.Fatal("a sum that may not be held is asked for")
	}
	does(http.StatusSeeOther, "lang", "de")
	if len(x.has) != 1 || !strings.HasSuffix(x.back, at) || !strings.HasPrefix(x.back, "https://") || !strings.Contains(x.has[0].Terms, "1.999") || x.has[0].Language != "de" {
		t.Fatalf("asked for %+v, back to %q", x.has, x.back)
	}
	says("portal.hold.wait")
	if a := p.ask("GET", at, nil, "Cookie", held); !strings.Contains(a.body, x.has[0].Terms) || strings.Count(a.body, `name="answer"`) != 2 {
		t.Error("the customer is not asked on the terms that they read")
	}
	does(http.StatusSeeOther, "answer", "no")
	says("portal.hold.failed")
	says("portal.hold.terms") // they may think again
	does(http.StatusSeeOther)
	does(http.StatusSeeOther, "answer", "yes")
	x.may = false
	if says("case.letter.hold_began"); len(x.answers) != 2 || x.answers[0] || !x.answers[1] {
		t.Errorf("answered %v", x.answers)
	}
	if does(http.StatusSeeOther); x.has[0].State != hold.Held {
		t.Error("asked for once more while it is held")
	}
	for state, key := range map[hold.State]string{hold.Taken: "case.letter.hold_taken", hold.Released: "case.letter.hold_ended", hold.Returned: "case.letter.hold_back"} {
		x.has[0].State, x.has[0].Take = state, 1999
		says(key)
	}
	x.has[0].State, x.has[0].HeldAt = hold.Released, time.Time{} // they left the page
	says("portal.hold.failed")
	// A provider with a page of its own is led to; what became of it is asked when the customer comes back.
	x.may, x.has, x.address = true, nil, "https://pay.example/page/1"
	does(http.StatusSeeOther)
	x.answers = nil
	if a := p.ask("GET", at, nil, "Cookie", held); !strings.Contains(a.body, "¥1,999") || x.has[0].State != hold.Held {
		t.Errorf("back from the provider: %+v", x.has)
	}
}
