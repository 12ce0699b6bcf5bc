package portal

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/warranty"
	"godwit.dev/godwit/internal/flow/casework"
	"godwit.dev/godwit/internal/platform/auth"
)

// TestACustomerFollowsTheirRepair: the page of a case tells of its repair in every language, at each stage; asks for a price,
// takes the answer once, from its customer alone, and their word that the unit is back.
func TestACustomerFollowsTheirRepair(t *testing.T) {
	p, link, held, c, _ := withWayBack(t)
	served := warranty.New(warranty.Config{Store: p.store, Orders: p.orders, Market: casework.Market, Journal: p.store, IDs: id.NewSource(9, time.Now), Now: p.clock})
	p.door.Warranty = served
	ctx, system := t.Context(), auth.ForSystem(c.Workspace)
	mended := c
	mended.Resolutions = []cases.Resolution{{Number: 77, Means: cases.Repair, Stand: cases.Waiting, Units: []cases.Group{{Line: 1, From: 1, Quantity: 1}}}}
	must(t, served.FollowCase(ctx, mended))
	list, err := served.RepairsOf(ctx, c)
	must(t, err)
	r := list[0].ID
	at := link + "/case/" + strconv.FormatInt(int64(c.ID), 10)
	reads := func(key string) {
		t.Helper()
		for _, l := range i18n.Customer() {
			a := p.ask("GET", at+"?lang="+string(l), nil, "Cookie", held)
			if a.StatusCode != http.StatusOK || !strings.Contains(a.body, strings.ReplaceAll(i18n.For(l).T(key), "'", "&#39;")) || untold.MatchString(a.body) {
				t.Errorf("%s %s: %d %s", key, l, a.StatusCode, untold.FindString(a.body))
			}
		}
	}
	reads("portal.repair.awaiting_unit")
	_, err = served.Lend(ctx, system, r, warranty.Loan{Kind: warranty.Lent, Serial: "L-0042", DueAt: p.clock().Add(72 * time.Hour)})
	must(t, err)
	for _, m := range []warranty.Move{{To: warranty.Received}, {To: warranty.Diagnosed, Fault: "worn <b>", Estimate: 2500}, {To: warranty.Consent}} {
		_, err := served.MoveRepair(ctx, system, r, m)
		must(t, err)
	}
	reads("case.letter.priced")
	a := p.ask("GET", at, nil, "Cookie", held)
	if !strings.Contains(a.body, "25.00") || !strings.Contains(a.body, "L-0042") || strings.Contains(a.body, "worn <b>") {
		t.Error("the page does not say what is asked for, or what is lent")
	}
	form := url.Values{"repair": {strconv.FormatInt(int64(r), 10)}}
	if a := p.ask("POST", at+"/repair_agree", form); a.StatusCode == http.StatusSeeOther && strings.Contains(a.Header.Get("Location"), "/case/") {
		t.Error("without a session somebody agrees")
	}
	if a := p.ask("POST", at+"/repair_agree", url.Values{"repair": {"1"}}, "Cookie", held); a.StatusCode != http.StatusNotFound {
		t.Errorf("a repair that is not: %d", a.StatusCode)
	}
	for range 2 {
		if a := p.ask("POST", at+"/repair_agree", form, "Cookie", held); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d: %s", a.StatusCode, a.body)
		}
	}
	p.ask("POST", at+"/repair_refuse", form, "Cookie", held)
	got, err := served.GetRepair(ctx, system, r)
	must(t, err)
	if got.Stage != warranty.InRepair || got.Agreed == nil || !*got.Agreed {
		t.Fatalf("answered, and it is %s", got.Stage)
	}
	reads("portal.repair.in_repair")
	for _, m := range []warranty.Move{{To: warranty.Tested}, {To: warranty.SentBack, Tracking: "00340434161094042557"}} {
		_, err := served.MoveRepair(ctx, system, r, m)
		must(t, err)
	}
	reads("portal.repair.got")
	p.ask("POST", at+"/repair_back", form, "Cookie", held)
	if got, err = served.GetRepair(ctx, system, r); err != nil || !got.Mended() {
		t.Errorf("they have it, and it is %s: %v", got.Stage, err)
	}
	reads("portal.repair.done")
}
