package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/base/outbound"
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

func (loud) Translate(_ context.Context, a translating.Ask) ([]string, error) {
	var out []string
	for _, p := range a.Sentences {
		out = append(out, strings.ToUpper(p.Text))
	}
	return out, nil
}

// translations has messages and replies translated.
func (d *door) translations() *translating.Service {
	return translating.New(translating.Config{
		Store: d.store, Tickets: func() translating.Tickets { return d.tickets }, Journal: d.store, Queue: d.store, IDs: id.NewSource(7, time.Now), Client: outbound.New(outbound.Options{}), Now: func() time.Time { return d.now() },
		Drivers: []translating.Driver{{
			Name: "loud", Title: "Loud", Docs: "https://vendor.example", Capabilities: translating.Capabilities{Local: true, Sentences: 50, Characters: 5000}, Rate: connector.Rate{Requests: 1000, Per: time.Second},
			Open: func(connector.Settings) (translating.Engine, error) { return loud{}, nil },
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
