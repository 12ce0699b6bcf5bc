package simulate

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// locale is a country, the language its customers write in, and its people.
type locale struct {
	tag         string // BCP 47
	country     string
	currency    string
	offset      int
	familyFirst bool
	weight      int // share of tickets
	phone       string
	domains     []string
	clients     []string
	shops       []string // keys, by likelihood
	women, men  []named
	last, lastW []named // lastW: where a woman's family name differs
	places      []place
}

// named is a name in its own script and as it stands in a mail address.
type named struct{ native, latin string }

type place struct {
	city, region, postcode string
	streets                []string
}

func (c *content) readPeople(raw string) error {
	var now *locale
	for i, line := range strings.Split(raw, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if strings.HasPrefix(line, "[") {
			now = &locale{tag: strings.Trim(line, "[]")}
			c.locales = append(c.locales, now)
			continue
		}
		k, v, ok := strings.Cut(line, ": ")
		if !ok || now == nil {
			return fmt.Errorf("line %d: no key", i+1)
		}
		if err := now.set(k, v); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}

func (l *locale) set(key, value string) (err error) {
	switch key {
	case "country":
		l.country = value
	case "currency":
		l.currency = value
	case "offset":
		l.offset, err = strconv.Atoi(value)
	case "weight":
		l.weight, err = strconv.Atoi(value)
	case "order":
		l.familyFirst = value == "family-first"
	case "phone":
		l.phone = value
	case "domains":
		l.domains = strings.Fields(value)
	case "clients":
		l.clients = strings.Fields(value)
	case "shops":
		l.shops = strings.Fields(value)
	case "women":
		l.women = readNames(value)
	case "men":
		l.men = readNames(value)
	case "last":
		l.last = readNames(value)
	case "lastw":
		l.lastW = readNames(value)
	case "place":
		parts := strings.Split(value, " | ")
		if len(parts) != 4 {
			return fmt.Errorf("place wants city, region, postcode, streets: %q", value)
		}
		l.places = append(l.places, place{parts[0], parts[1], parts[2], strings.Split(parts[3], "; ")})
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return err
}

func readNames(list string) []named {
	var names []named
	for n := range strings.SplitSeq(list, ", ") {
		native, latin, ok := strings.Cut(n, "=")
		if !ok {
			latin = plain(native)
		}
		names = append(names, named{native, latin})
	}
	return names
}

// plain writes a Latin name in the letters of a mail address.
func plain(name string) string {
	name = strings.NewReplacer("ß", "ss", "ł", "l", "Ł", "l", "ø", "o", "ı", "i", "đ", "d", "Đ", "d", "æ", "ae").Replace(name)
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// person invents a customer of a locale.
func (l *locale) person(d dice, id int) Customer {
	first, family, female := l.men, l.last, d.chance(0.52)
	if female {
		first = l.women
		if len(l.lastW) > 0 {
			family = l.lastW
		}
	}
	given, last := first[d.n(len(first))], family[d.n(len(family))]
	c := Customer{
		ID: id, Given: given.native, Family: last.native, FamilyFirst: l.familyFirst,
		Language: l.tag, Country: l.country, Offset: l.offset,
		female: female, Client: d.pick(l.clients), Phone: d.digits(l.phone),
	}
	c.Name = given.native + " " + last.native
	if l.familyFirst {
		c.Name = last.native + " " + given.native
		if wide(last.native) {
			c.Name = last.native + given.native
			if base(l.tag) == "ja" {
				c.Name = last.native + " " + given.native
			}
		}
	}
	c.Email = l.mailName(d, given.latin, last.latin, id) + "@" + d.pick(l.domains)
	if d.chance(0.06) {
		c.Tier = "vip"
	}
	c.Address = l.address(d, c.Name, c.Phone)
	return c
}

func wide(s string) bool {
	for _, r := range s {
		return unicode.In(r, unicode.Han, unicode.Hangul)
	}
	return false
}

// mailName makes the local part; the customer's number keeps it unique.
func (l *locale) mailName(d dice, given, family string, id int) string {
	n := strconv.Itoa(id + 11)
	switch d.n(6) {
	case 0:
		return given + "." + family + n
	case 1:
		return given[:1] + family + n
	case 2:
		return family + "." + given + "." + n
	case 3:
		return given + n
	case 4:
		return given + "_" + family + n
	default:
		return family + n
	}
}

func (l *locale) address(d dice, name, phone string) Address {
	p := l.places[d.n(len(l.places))]
	street := d.pick(p.streets)
	line1, line2, _ := strings.Cut(street, ", ")
	fill := func(s string) string {
		s = strings.ReplaceAll(s, "{n}", strconv.Itoa(d.between(1, 148)))
		s = strings.ReplaceAll(s, "{f}", strconv.Itoa(d.between(1, 24)))
		return strings.ReplaceAll(s, "{k}", strconv.Itoa(d.between(1, 9)))
	}
	return Address{
		Name: name, Line1: fill(line1), Line2: fill(line2), City: p.city, Region: p.region,
		PostalCode: d.digits(p.postcode), Country: l.country, Phone: phone,
	}
}
