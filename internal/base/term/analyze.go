package term

// Doc is what a text is found by: its raw terms in the order of the text, then its compounds, and its stems.
type Doc struct{ Raw, Stem []string }

// Analyze makes the terms of a text. The language (a BCP 47 tag) chooses the stemmer; with "" the script does. Text is
// read up to 1 MB and a term is cut at 64 runes.
func Analyze(text, language string) Doc {
	ws := words(cut(text, maxText))
	s := newStemmer(language, false)
	doc := Doc{Raw: make([]string, 0, len(ws)+8), Stem: make([]string, 0, len(ws))}
	for _, w := range ws {
		if w.class == spaced {
			doc.Raw = append(doc.Raw, cutRunes(w.fold, maxTerm))
		} else {
			doc.Raw = bigrams(doc.Raw, w.fold, true)
		}
		doc.Stem = append(doc.Stem, s.stems(w)...)
	}
	doc.Raw = append(doc.Raw, compounds(ws)...)
	return doc
}
