package simulate

import (
	"strconv"
	"strings"
	"time"
)

// teller turns the written text of a story into what one customer, or the
// agent who answers, says about one order.
type teller struct {
	m      *Merchant
	d      dice
	lang   string // BCP 47
	mood   string
	who    *Customer
	order  *Order // nil when the story needs none
	agent  *Agent
	female bool // whether the one who speaks is a woman
	at     time.Time
	unfit  []string // facts that were asked for and do not exist
}

// say fills in a text: [one|of|these], <he says/she says> and {fact}.
func (t *teller) say(text string) string {
	return t.facts(t.genders(t.choices(text)))
}

func (t *teller) choices(text string) string {
	return t.between(text, '[', ']', func(in string) (string, bool) {
		if !strings.Contains(in, "|") {
			return "", false
		}
		return t.d.pick(strings.Split(in, "|")), true
	})
}

func (t *teller) genders(text string) string {
	return t.between(text, '<', '>', func(in string) (string, bool) {
		man, woman, ok := strings.Cut(in, "/")
		if t.female {
			return woman, ok
		}
		return man, ok
	})
}

func (t *teller) facts(text string) string {
	return t.between(text, '{', '}', func(in string) (string, bool) {
		s, ok := t.fact(in)
		if !ok {
			t.unfit = append(t.unfit, in)
		}
		return s, ok
	})
}

// between replaces what stands in brackets; what f declines stays.
func (t *teller) between(text string, open, shut byte, f func(string) (string, bool)) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, open)
		if i < 0 {
			break
		}
		j := strings.IndexByte(text[i:], shut)
		if j < 0 {
			break
		}
		b.WriteString(text[:i])
		if s, ok := f(text[i+1 : i+j]); ok {
			b.WriteString(s)
		} else {
			b.WriteString(text[i : i+j+1])
		}
		text = text[i+j+1:]
	}
	b.WriteString(text)
	return b.String()
}

// fact answers what a text may ask for. Dates are day and month in words.
//
//	name first family agent        people
//	city zip street phone          where the customer lives
//	order item variant sku qty     the order and its first line
//	total price part duty shipping money: all, one piece, about a third of a piece
//	ordered shipped delivered eta today tomorrow in3 in7  dates
//	tracking carrier               the parcel
//	batch claim rma                numbers that differ from thread to thread
func (t *teller) fact(name string) (string, bool) {
	if t.who != nil {
		switch name {
		case "name":
			return t.who.Name, true
		case "first":
			return t.who.Given, true
		case "family":
			return t.who.Family, true
		case "city":
			return t.who.Address.City, true
		case "zip":
			return t.who.Address.PostalCode, true
		case "street":
			return t.who.Address.Line1, true
		case "phone":
			return t.who.Phone, true
		}
	}
	switch name {
	case "agent":
		return t.signature(), true
	case "today":
		return day(t.lang, t.at), true
	case "tomorrow":
		return day(t.lang, t.at.AddDate(0, 0, 1)), true
	case "in3":
		return day(t.lang, t.at.AddDate(0, 0, 3)), true
	case "in7":
		return day(t.lang, t.at.AddDate(0, 0, 7)), true
	case "batch":
		return t.d.digits("B26%#-##"), true
	case "claim":
		return t.d.digits("CLM-%#####"), true
	case "rma":
		return t.d.digits("RMA-%####"), true
	}
	if t.order != nil {
		return t.orderFact(name)
	}
	return "", false
}

func (t *teller) orderFact(name string) (string, bool) {
	o, line := t.order, t.order.Lines[0]
	money := func(minor int64) (string, bool) { return amount(t.lang, minor, o.Currency), true }
	switch name {
	case "order":
		return o.Number, true
	case "item":
		return line.Title, true
	case "variant":
		return line.Variant, true
	case "sku":
		return line.SKU, true
	case "qty":
		return strconv.Itoa(line.Qty), true
	case "total":
		return money(o.Total)
	case "price":
		return money(line.UnitPrice)
	case "part":
		return money(tidy(line.UnitPrice*3/10, o.Currency))
	case "duty":
		return money(tidy(o.Subtotal*19/100, o.Currency))
	case "shipping":
		return money(price(690, o.Currency))
	case "ordered":
		return day(t.lang, o.PlacedAt), true
	case "eta":
		return day(t.lang, o.PromisedAt), true
	}
	if len(o.Fulfillments) == 0 {
		return map[string]string{"tracking": "", "carrier": "", "shipped": day(t.lang, t.at), "delivered": day(t.lang, t.at)}[name],
			name == "tracking" || name == "carrier" || name == "shipped" || name == "delivered"
	}
	f := o.Fulfillments[0]
	switch name {
	case "tracking":
		return f.Tracking, true
	case "carrier":
		return f.Carrier, true
	case "shipped":
		return day(t.lang, f.ShippedAt), true
	case "delivered":
		at := f.DeliveredAt
		if at.IsZero() || at.After(t.at) {
			at = t.at.AddDate(0, 0, -1)
		}
		return day(t.lang, at), true
	}
	return "", false
}

// tidy rounds an amount that a person would offer.
func tidy(minor int64, currency string) int64 {
	step := int64(100)
	switch currency {
	case "JPY", "KRW":
		step = 100
	case "RUB", "UAH", "TRY", "MXN", "THB", "TWD":
		step = 1000
	case "KZT", "VND":
		step = 10000
	case "IDR":
		step = 100000
	}
	return max(step, minor/step*step)
}

// signature is the first name an agent signs with in the language.
func (t *teller) signature() string {
	switch {
	case t.agent == nil:
		return merchantName
	case base(t.lang) == "ru" || base(t.lang) == "uk" || base(t.lang) == "kk":
		return t.agent.Cyrillic
	case base(t.lang) == "zh-Hant" && wide(t.agent.Native):
		return strings.NewReplacer("陈", "陳", "吴", "吳", "岚", "嵐").Replace(t.agent.Native)
	case base(t.lang) == "zh-Hans" && wide(t.agent.Native):
		return t.agent.Native
	case wide(t.agent.Native) && t.agent.Key == "zhou":
		return "Lan"
	}
	first, _, _ := strings.Cut(t.agent.Name, " ")
	return first
}

// framed puts a phrase of a pool before a text and one after it.
func (t *teller) framed(before, text, after string) string {
	if own, ok := strings.CutPrefix(text, "~"); ok {
		return t.say(own)
	}
	pools := t.m.books.pools[base(t.lang)]
	hi, bye := t.d.pick(pools[before]), t.d.pick(pools[after])
	if t.mood == "angry" && before == "hi" {
		hi, bye = pools[before][0], "{name}"
	}
	text = strings.TrimSpace(hi + "\n\n" + text)
	if bye != "" {
		text += "\n\n" + bye
	}
	return t.say(text)
}
