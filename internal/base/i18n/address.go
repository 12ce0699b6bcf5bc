package i18n

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

// addressTable has a line for each country: its code, how addresses are written in
// its own script and, where that differs, in the Latin one. It is the table of the
// package localized-address-format 1.3.3 (MIT, Ben Scholzen), which is made from
// Google's libaddressinput.
//
//go:embed address.tsv
var addressTable string

// addressFormats holds both formats of each country.
var addressFormats = sync.OnceValue(func() map[string][2]string {
	all := map[string][2]string{}
	for line := range strings.Lines(addressTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all[f[0]] = [2]string{f[1], f[len(f)-1]}
	}
	return all
})

// PostalAddress is what an address is made of; parts that are not known are "".
type PostalAddress struct {
	Name, Company, Line1, Line2, City, Region, Postcode string
	Country                                             string // ISO 3166-1 alpha-2
}

// plainAddress is how an address is written in a country that the table lacks.
const plainAddress = "%N%n%O%n%A%n%Z %C%n%S"

// Lines writes an address as the post of its country wants it, without the country
// itself. Parts that are not known leave no gap.
func (a PostalAddress) Lines() []string {
	format, ok := addressFormats()[a.Country]
	if !ok {
		format = [2]string{plainAddress, plainAddress}
	}
	pattern := format[0]
	if latin(a.Line1 + a.City) {
		pattern = format[1]
	}
	if !strings.Contains(pattern, "%C") { // shops tell the town apart, where forms take it with the street
		town := "%A%n%C"
		if strings.Index(pattern, "%S") < strings.Index(pattern, "%A") && strings.Contains(pattern, "%S") {
			town = "%C%n%A"
		}
		pattern = strings.Replace(pattern, "%A", town, 1)
	}
	parts := map[byte]string{'N': a.Name, 'O': a.Company, 'A': a.Line1 + "\n" + a.Line2, 'C': a.City, 'S': a.Region, 'Z': a.Postcode}
	var lines []string
	for row := range strings.SplitSeq(pattern, "%n") {
		var b strings.Builder
		filled := false
		for i := 0; i < len(row); i++ {
			if row[i] != '%' || i+1 == len(row) {
				b.WriteByte(row[i])
				continue
			}
			i++
			filled = filled || strings.TrimSpace(parts[row[i]]) != ""
			b.WriteString(parts[row[i]])
		}
		if !filled {
			continue
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if line = strings.Trim(line, " ,-/\t"); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// latin reports whether a text has letters of no other script.
func latin(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return false
		}
	}
	return true
}
