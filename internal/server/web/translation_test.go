package web

import (
	"context"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/connector"
	"godwit.dev/godwit/internal/platform/job"
)

// loud is a provider that writes sentences in capitals.
type loud struct{}

func (loud) About(context.Context) (translating.About, error) {
	return translating.About{Languages: []string{"en>zh"}, Left: -1}, nil
}

func (loud) Translate(_ context.Context, a translating.Ask) (translating.Answer, error) {
	var out translating.Answer
	for _, p := range a.Sentences {
		out.Texts = append(out.Texts, strings.ToUpper(p.Text))
		out.Billed += int64(len(p.Text))
	}
	return out, nil
}

// Sort finds invoices everywhere.
func (loud) Sort(context.Context, string, []string) (translating.Sorted, error) {
	return translating.Sorted{Word: "invoice", Billed: 1}, nil
}

// keyed is loud for those who have its key.
type keyed struct {
	loud
	key string
}

func (k keyed) Translate(ctx context.Context, a translating.Ask) (translating.Answer, error) {
	if k.key != "right" {
		return translating.Answer{}, errs.New(errs.Denied, "error.vendor_denied")
	}
	return k.loud.Translate(ctx, a)
}

// translations has messages and replies translated.
func (d *door) translations() *translating.Service {
	return translating.New(translating.Config{
		Store: d.store, Tickets: func() translating.Tickets { return d.tickets }, Journal: d.store, Queue: d.store, Habits: d.habits(), IDs: id.NewSource(7, time.Now), Client: outbound.New(outbound.Options{}), Now: func() time.Time { return d.now() },
		Drivers: []translating.Driver{{
			Name: "loud", Title: "Loud", Docs: "https://vendor.example", Capabilities: translating.Capabilities{Local: true, Sentences: 50, Characters: 5000}, Rate: connector.Rate{Requests: 1000, Per: time.Second},
			Open: func(connector.Settings) (translating.Engine, error) { return loud{}, nil },
		}, {
			Name: "dear", Title: "Dear", Docs: "https://vendor.example", Capabilities: translating.Capabilities{Tokens: true, Sentences: 50, Characters: 5000}, Rate: connector.Rate{Requests: 1000, Per: time.Second},
			Options: []connector.Option{{Name: "address", Kind: connector.URL, Required: true}, {Name: "api_key", Kind: connector.Secret, Required: true}},
			Open:    func(s connector.Settings) (translating.Engine, error) { return keyed{loud{}, s.Values["api_key"]}, nil },
		}},
	})
}

// A message is read in the reader's language with the original one click away; a reply is sent as it was seen; settings are kept.
func TestATicketIsReadAndAnsweredInTwoLanguages(t *testing.T) {
	d := newDoor(t)
	m := d.found("acme")
	tk := d.mail(m, "luz@client.example", "Order #4711", "Where is order #4711? Thank you.")
	path := "/t/" + id64(tk.Number)
	b := d.as("owner@acme.example")
	b.get(path).want(http.StatusOK).holds(false, `id="speech"`) // English, and so is the reader
	b.get(path+"/answer").want(http.StatusOK, "is in this language already")
	mine := "zh-Hans"
	_, err := d.auth.SaveProfile(context.Background(), d.actor("owner@acme.example"), auth.Profile{Language: &mine})
	must(t, err)
	b.get(path).want(http.StatusOK, "未连接翻译服务商").holds(true, `id="speech"`)
	b.get("/admin/translation").want(http.StatusOK, "还没有服务商")
	b.post("/admin/translation/providers", "do", "connect", "service", "loud").want(http.StatusSeeOther)
	b.get("/admin/translation").want(http.StatusOK, "在本机运行")
	b.post(path+"/translation", "on", "yes").want(http.StatusSeeOther)
	must(t, d.translations().Work(context.Background(), job.New(m.workspace.ID, translating.Job, map[string]any{"ticket": tk.ID})))
	b.get(path).want(http.StatusOK, "WHERE IS ORDER #4711? THANK YOU.", "Where is order #4711? Thank you.", "原文")
	b.post(path+"/answer", "do", "translate", "body", "").want(http.StatusUnprocessableEntity)
	at := b.post(path+"/answer", "do", "translate", "body", "your order #4711 left.").want(http.StatusSeeOther).header.Get("Location")
	page := b.get(at).want(http.StatusOK, "YOUR ORDER #4711 LEFT.")
	field := func(name string) string {
		found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page.body)
		if found == nil {
			t.Fatalf("the page has no %s", name)
		}
		return found[1]
	}
	send := []string{"do", "send", "then", "pending", "preview", field("preview"), "hash", field("hash"), "target"}
	at = b.post(path+"/answer", append(send, "Another text.")...).want(http.StatusSeeOther).header.Get("Location")
	page = b.get(at).want(http.StatusOK, "Another text.", "#4711")                                // which the correction lost
	b.post(path+"/answer", append(send, "Another text.")...).want(http.StatusUnprocessableEntity) // the hash is of the first one
	send[7] = field("hash")
	b.post(path+"/answer", append(send, "Another text.")...).want(http.StatusSeeOther)
	b.get(path).want(http.StatusOK, "Another text.", "your order #4711 left.")
	book := []string{"version", "0", "limit", "1000", "memory", "50", "glossary"}
	b.post("/admin/translation", append(book, "en = one")...).want(http.StatusUnprocessableEntity, "en = one")
	b.post("/admin/translation", append(book, "Godwit Trail\nen = locker; es = consigna")...).want(http.StatusSeeOther)
	b.get("/admin/translation").want(http.StatusOK, "Godwit Trail", "en = locker; es = consigna")
	d.as("agent@acme.example").get("/admin/translation").want(http.StatusForbidden)
}

// A provider is connected with its price and limit, tried with a sentence, and changed; what is wrong is said at its field.
func TestAProviderIsConnectedTriedAndChanged(t *testing.T) {
	d := newDoor(t)
	d.found("acme")
	b := d.as("owner@acme.example")
	const path = "/admin/translation/providers"
	b.get("/admin/translation").want(http.StatusOK, "Connect Dear").holds(false, `id="try"`)
	form := []string{"do", "connect", "service", "dear", "dear-address", "https://dear.example", "dear-api_key", "wrong", "dear-currency", "eur", "dear-most", "40", "dear-price"}
	b.post(path, append(form, "cheap")...).want(http.StatusUnprocessableEntity, "Write the price of a million").holds(true, `value="https://dear.example"`).holds(false, `value="wrong"`)
	b.post(path, append(form, "25000,50")...).want(http.StatusSeeOther)
	page := b.get("/admin/translation").want(http.StatusOK, "Change: Dear", "of 40", "€0.00").holds(true, `value="25000.50"`).holds(true, `id="try"`)
	id := regexp.MustCompile(`name="translator" value="(\d+)"`).FindStringSubmatch(page.body)[1]
	try := []string{"do", "try", "translator", id, "from", "en", "to", "es", "text"}
	b.post(path, append(try, "Order #4711 left.")...).want(http.StatusUnprocessableEntity, "refused the key", "Order #4711 left.")
	b.get("/admin/translation").want(http.StatusOK, "refused the key")
	change := []string{"do", "change", "translator", id, "c" + id + "-name", "Dear friend", "c" + id + "-address", "https://dear.example", "c" + id + "-price", "30000", "c" + id + "-currency", "EUR", "c" + id + "-most", "400", "c" + id + "-api_key"}
	b.post(path, append(change, "right")...).want(http.StatusSeeOther)
	b.post(path, append(try, "Order #4711 left.")...).want(http.StatusOK, "ORDER #4711 LEFT.", "Dear friend")
	b.post(path, append(try, "")...).want(http.StatusUnprocessableEntity)
	b.post(path, append(change, "")...).want(http.StatusSeeOther) // the key that is kept stays
	b.post(path, append(try, "Again.")...).want(http.StatusOK, "AGAIN.")
	b.post(path, "do", "try", "translator", id, "from", "en", "to", "en", "text", "Again.").want(http.StatusUnprocessableEntity, "two different languages")
	b.post(path, "do", "try", "translator", "7", "from", "en", "to", "es", "text", "Again.").want(http.StatusNotFound)
	b.get("/admin/translation").want(http.StatusOK, "of 400", "tokens", "€1.0").holds(false, "refused the key")
	bad := append([]string{}, change...)
	bad[7] = "not an address"
	b.post(path, append(bad, "")...).want(http.StatusUnprocessableEntity)
	d.as("lead@acme.example").post(path, append(try, "Again.")...).want(http.StatusForbidden)
}

// What the form shows of a glossary is all of it: what it left out, saving the page would drop.
func TestGlossaryIsShownWhole(t *testing.T) {
	list := []translate.Entry{{Keep: "Godwit Trail"}, {Words: map[string]string{"en": "locker", "es": "consigna", "zh-CN": "快递柜"}}, {Words: map[string]string{"en-US": "color", "de-CH": "Farbe"}}}
	if got := readGlossary(writeGlossary(list)); !reflect.DeepEqual(got, list) {
		t.Errorf("%+v", got)
	}
}
