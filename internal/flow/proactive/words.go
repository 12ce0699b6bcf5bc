package proactive

import (
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/shipment"
)

// Content is what a letter says, before it has words.
type Content struct {
	Shop     string
	Number   string // of the order
	Occasion Occasion
	Parcel   Parcel
	Status   string // the address of the order's status
	Stop     string // the address that ends letters
	Now      time.Time
	Promised time.Time // the last day that the customer was told, by its midnight in UTC; zero for none
	Missed   bool      // and it was not, or will hardly be kept
}

// Compose words a letter: what happened, what comes next, what the customer has to do,
// where to look, and how to end such letters. It is the same for the same content.
func Compose(t *i18n.Printer, c Content) (subject, body string) {
	what := t.T(headline(c))
	subject = t.T("portal.order", "Number", c.Number) + colon(t.Lang()) + what
	paragraphs := []string{
		t.T("portal.news.hello"),
		t.T("portal.news.about", "Number", apart(t, c.Number), "Shop", apart(t, c.Shop)) + "\n" + what,
		advice(t, c),
		strings.Join(facts(t, c), "\n"),
	}
	if c.Status != "" {
		paragraphs = append(paragraphs, t.T("portal.news.see")+"\n"+c.Status)
	}
	if c.Parcel.Link != "" {
		paragraphs = append(paragraphs, t.T("portal.track", "Carrier", apart(t, c.Parcel.Carrier))+"\n"+c.Parcel.Link)
	}
	paragraphs = append(paragraphs, t.T("portal.news.answer"))
	if c.Stop != "" {
		paragraphs = append(paragraphs, t.T("portal.news.stop")+"\n"+c.Stop)
	}
	var b strings.Builder
	for _, p := range paragraphs {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(p)
	}
	return subject, b.String()
}

// colon is what stands between a name and its value.
func colon(l i18n.Lang) string {
	switch l {
	case "zh-Hans", "zh-Hant", "ja":
		return "："
	case "fr":
		return "\u00a0: "
	}
	return ": "
}

// headline is the key of what happened, in a few words. A parcel that the carrier calls
// lost is lost; of one that is only silent nobody knows.
func headline(c Content) string {
	switch {
	case c.Occasion == Delay:
		return "portal.news.delay.title"
	case c.Occasion == Lost && c.Parcel.Status != shipment.Lost:
		return "portal.news.lost.title"
	}
	return "portal.status." + c.Parcel.Status.Word()
}

// advice says what comes next and what the reader can do.
func advice(t *i18n.Printer, c Content) string {
	switch {
	case c.Occasion == Delay:
		return t.T("portal.news.delay.text")
	case c.Occasion == Lost && c.Parcel.Status != shipment.Lost:
		return t.T("portal.news.lost.text")
	}
	if key := shipment.Advice(c.Parcel.Status, c.Parcel.Reason); key != "" {
		return t.T(key)
	}
	return ""
}

// facts lists what the reader needs at hand.
func facts(t *i18n.Printer, c Content) []string {
	var out []string
	add := func(label, value string) {
		if value != "" {
			out = append(out, label+colon(t.Lang())+apart(t, value))
		}
	}
	v := c.Parcel
	if c.Occasion == Pickup {
		add(t.T("portal.pickup.place"), v.Pickup)
	}
	if c.Occasion == Customs && v.Papers != "" {
		add(t.T("portal.customs.papers", "Country", t.Country(v.Country)), v.Papers)
	}
	if c.Occasion == Delay && c.Missed {
		key := "portal.news.delay.later"
		if !c.Now.Before(over(c.Promised)) {
			key = "portal.news.delay.due"
		}
		out = append(out, t.T(key, "Day", t.Date(c.Promised, nil, i18n.Medium)))
	}
	if c.Occasion == Delay && !v.Expected.To.Before(c.Now) {
		add(t.T("portal.expected"), days(t, v.Expected))
	}
	add(t.T("portal.carrier"), v.Carrier)
	add(t.T("portal.number"), v.Number)
	return out
}

// days writes a window as one day or two.
func days(t *i18n.Printer, w shipment.Window) string {
	to := t.Date(w.To, nil, i18n.Medium)
	if w.From.IsZero() || w.From.Format(time.DateOnly) == w.To.Format(time.DateOnly) {
		return to
	}
	return t.Date(w.From, nil, i18n.Medium) + " – " + to
}

// apart keeps a name from taking the direction of the words around it, or giving them
// its own (Unicode Bidirectional Algorithm, section 2.4.2).
func apart(t *i18n.Printer, name string) string {
	if t.Dir() == "ltr" || name == "" {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// Sample is what a preview of a letter shows: an invented order and parcel.
func Sample(shop string, o Occasion, now time.Time) Content {
	c := Content{
		Shop: shop, Number: "1042", Occasion: o, Status: "https://shop.example/p/shop/o/…", Stop: "https://shop.example/p/shop/updates/…", Now: now,
		Parcel: Parcel{Status: shipment.InTransit, Number: "LX123456785CN"},
	}
	switch o {
	case Delay:
		c.Promised, c.Missed = now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -2), true
		c.Parcel.Expected = shipment.Window{From: now.AddDate(0, 0, 2), To: now.AddDate(0, 0, 4)}
	case Customs:
		c.Parcel.Status, c.Parcel.Reason = shipment.Held, shipment.CustomsDocuments
	case Attempt:
		c.Parcel.Status = shipment.AttemptFailed
	case Pickup:
		c.Parcel.Status, c.Parcel.Pickup = shipment.ReadyForPickup, "Leipzig"
	case Delivered:
		c.Parcel.Status = shipment.Delivered
	}
	return c
}
