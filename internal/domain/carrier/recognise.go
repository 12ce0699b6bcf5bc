package carrier

import (
	"cmp"
	"slices"
)

// Candidate is one carrier that a number may belong to.
type Candidate struct {
	Carrier    Key
	Format     string  // the ID of the format that fits best
	Valid      bool    // the check digit agrees, or there is none
	Checked    bool    // there is a check digit
	Confidence float64 // 0 to 1

	strength strength
}

// Recognise returns the carriers that a number may belong to, each once, best first, and none if the number fits no
// format. Case, spaces and dashes are of no account. Candidates whose check digit does not agree come with Valid false.
func Recognise(number string) []Candidate {
	t := fold(number)
	var word []byte
	var groups []int
	for _, tok := range t.tokens() {
		word = append(word, tok.value...)
		groups = append(groups, len(tok.value))
	}
	return recognise(string(word), groups)
}

// Normalise returns a number in the form in which numbers are kept: letters in upper case and digits, of whatever script
// or width they were typed in, and nothing else.
func Normalise(number string) string {
	t := fold(number)
	var word []byte
	for _, tok := range t.tokens() {
		word = append(word, tok.value...)
	}
	return string(word)
}

// recognise is Recognise of a normalised number; groups are the lengths of the parts between its dashes.
func recognise(number string, groups []int) []Candidate {
	if len(number) < minNumber || len(number) > maxNumber || repeated(number) {
		return nil
	}
	d := built()
	var out []Candidate
	for i := range d.shapes[len(number)] {
		s := &d.shapes[len(number)][i]
		if !s.fits(number) {
			continue
		}
		f := &d.formats[s.format]
		if f.Check == "posting" && !posting(groups) {
			continue
		}
		c := Candidate{Carrier: s.carrier, Format: f.ID, Valid: s.check.agrees(number), Checked: s.check.rule != nil, strength: s.strength}
		c.Confidence = base(c)
		out = put(out, c)
		if f.Carrier == International {
			if post, ok := d.post[number[11:]]; ok {
				c.Carrier, c.Confidence = post, c.Confidence*0.97
				out = put(out, c)
			}
		}
	}
	share(out)
	rank(out)
	return out
}

// fitsAny reports whether a normalised number fits a format; it is the quick question before recognise.
func fitsAny(number string) bool {
	if len(number) < minNumber || len(number) > maxNumber {
		return false
	}
	shapes := built().shapes[len(number)]
	for i := range shapes {
		if shapes[i].fits(number) {
			return true
		}
	}
	return false
}

// put keeps the better of two candidates of one carrier.
func put(list []Candidate, c Candidate) []Candidate {
	for i := range list {
		if list[i].Carrier == c.Carrier {
			if c.Confidence > list[i].Confidence {
				list[i] = c
			}
			return list
		}
	}
	return append(list, c)
}

// base is the confidence in a candidate from its shape and its check digit alone.
func base(c Candidate) float64 {
	table := [3][3]float64{ // weak, some, own: check digit wrong, none, right
		weak: {0.04, 0.12, 0.5},
		some: {0.08, 0.45, 0.8},
		own:  {0.2, 0.9, 0.99},
	}
	switch {
	case !c.Valid:
		return table[c.strength][0]
	case !c.Checked:
		return table[c.strength][1]
	}
	return table[c.strength][2]
}

// share divides the confidence among candidates that the number speaks for alike.
func share(list []Candidate) {
	best := 0.0
	for _, c := range list {
		best = max(best, c.Confidence)
	}
	if best >= base(Candidate{strength: own, Valid: true}) {
		for i := range list {
			if list[i].strength != own {
				list[i].Confidence *= 0.5
			}
		}
		return
	}
	for _, checked := range []bool{true, false} {
		alike := 0
		for _, c := range list {
			if c.Valid && c.Checked == checked {
				alike++
			}
		}
		for i, c := range list {
			if c.Valid && c.Checked == checked && alike > 1 {
				list[i].Confidence /= 1 + 0.25*float64(alike-1)
			}
		}
	}
}

// rank puts the best first; among equals the order of the table stands.
func rank(list []Candidate) {
	slices.SortStableFunc(list, func(a, b Candidate) int { return cmp.Compare(b.Confidence, a.Confidence) })
}

// repeated reports whether a number is one digit over and over, which agrees with check digits by accident.
func repeated(number string) bool {
	for i := 1; i < len(number); i++ {
		if number[i] != number[0] {
			return false
		}
	}
	return true
}

// posting reports whether groups are those of an Ozon posting: 18466942-0060-1.
func posting(groups []int) bool {
	return len(groups) == 3 && groups[0] >= 8 && groups[0] <= 10 && groups[1] == 4 && groups[2] <= 2
}
