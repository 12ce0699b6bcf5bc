package product

import (
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/term"
)

// maxWord is the most characters of a word that products are found by.
const maxWord = 64

// Words returns what a product is found by: the words of its title (pairs of characters
// where words stand without spaces between them) and its SKUs, whole and in parts.
func Words(p Product) []string {
	out := terms(p.Title)
	for _, v := range p.Variants {
		if sku := strings.ToLower(Key(v.SKU)); sku != "" {
			out = append(append(out, clip(sku)), terms(v.SKU)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Sought returns the words of a query: a product is found if one of its words begins with
// each of them.
func Sought(query string) []string {
	const most = 8
	out := terms(query)
	return out[:min(len(out), most)]
}

func terms(text string) []string {
	out := term.Analyze(line(text, maxText), "und").Raw
	for i := range out {
		out[i] = clip(out[i])
	}
	return out
}

func clip(word string) string {
	if r := []rune(word); len(r) > maxWord {
		return string(r[:maxWord])
	}
	return word
}
