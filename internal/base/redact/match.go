package redact

// A match is a card number in bytes of the text, or a verification code beside one.
type match struct {
	start, end int
	code       bool
}

// A shape is how the groups of a window are cut.
type shape int

const (
	shapePlain     shape = iota // one group
	shapeQuads                  // 4-4-4-4, 4-4-4-4-3, 4-4-4-1
	shapePrinted                // 4-6-5, 4-6-4 and the like, as embossed
	shapePairs                  // 2-2-2-2-2-2-2-2
	shapeSingles                // 1-1-1-...
	shapeIrregular              // anything else
)

// scan calls emit for each match from left to right. Matches never overlap.
func scan(s string, raw bool, emit func(match)) {
	sc := scanner{s: s, raw: raw}
	pos, lo := 0, 0
	for {
		pos = nextDigit(s, pos)
		if pos == len(s) {
			return
		}
		sc.read(pos)
		groups := sc.chain.groups
		limit := len(groups)
		if sc.chain.cut {
			limit -= keepGroups
		}
		i, j, ok := sc.first(lo, limit, len(groups))
		if !ok {
			pos, lo = groups[limit-1].end, 0
			if sc.chain.cut { // the last group examined is read again as the neighbour of the next
				pos, lo = groups[limit-1].start, 1
			}
			continue
		}
		// What stands before a card number is a chain of its own once the number is gone.
		sc.all(lo, i, emit)
		m := match{start: groups[i].start, end: groups[j].end}
		amex := groups[j].first+groups[j].n-groups[i].first == 15
		emit(m)
		pos, lo = m.end, 0
		if from, to, ok := verification(s, m.end, amex); ok {
			emit(match{start: from, end: to, code: true})
			pos = to
		}
	}
}

// all emits the matches among groups lo to hi, read as a chain of their own.
func (sc *scanner) all(lo, hi int, emit func(match)) {
	for lo < hi {
		i, j, ok := sc.first(lo, hi, hi)
		if !ok {
			return
		}
		sc.all(lo, i, emit)
		emit(match{start: sc.chain.groups[i].start, end: sc.chain.groups[j].end})
		lo = j + 1
	}
}

// first finds the leftmost card number that begins at a group from lo to limit and ends before hi. Of several that begin
// at the same group the longest counts, except that sixteen digits of Visa and a space beat nineteen, which are rare:
// the last three are then a verification code.
func (sc *scanner) first(lo, limit, hi int) (from, to int, ok bool) {
	c := &sc.chain
	for i := lo; i < limit; i++ {
		found := -1
		for j, n := i, 0; j < hi; j++ {
			n += c.groups[j].n
			if n > 19 {
				break
			}
			if n < 12 || !sc.isCard(i, j, lo, hi) {
				continue
			}
			found = j
			if visa := c.digits[c.groups[i].first] == 4; visa && n == 16 && j+1 < hi && (c.groups[j+1].before == markSpace || c.groups[j+1].before == markWrap) {
				break
			}
		}
		if found >= 0 {
			return i, found, true
		}
	}
	return 0, 0, false
}

// isCard decides on the window of groups i to j within the chain lo to hi: digits first, surroundings last.
func (sc *scanner) isCard(i, j, lo, hi int) bool {
	c := &sc.chain
	first, last := c.groups[i], c.groups[j]
	digits := c.digits[first.first : last.first+last.n]
	// Some UnionPay issuers use no check digit: such a number needs a word for "card" before it.
	proofed := luhn(digits)
	if !proofed && (digits[0] != 6 || digits[1] != 2) {
		return false
	}
	t := trustOf(digits)
	if t == notCard || i == j && isChineseID(digits) {
		return false
	}
	sh := shapeOf(c.groups[i : j+1])
	if !sc.shapeFits(sh, t, i, j, lo, hi) {
		return false
	}
	around := surroundings(sc.s, first.start, last.end)
	if i == lo && around.plus && (sh == shapeIrregular || sh == shapePairs || sh == shapeSingles || sh == shapePlain && len(digits) < 16) {
		return false // international telephone number; E.164 ends at fifteen digits
	}
	if i > lo && sc.precededByPlus(lo) && first.first-c.groups[lo].first < 7 && sh != shapeQuads {
		return false
	}
	if around.identifier || i == lo && around.iban || i > lo && isIBAN(sc.s, c.groups[lo].start) {
		return false
	}
	if around.path && sh == shapePlain {
		return false
	}
	switch {
	case around.label == labelCard:
		return true
	case !proofed:
		return false
	case around.label == labelNumbered && sh == shapePlain:
		return false
	case t == certain:
		return true
	case t == ambiguous:
		if sh == shapeQuads || sh == shapePrinted {
			return !around.query
		}
		return around.label == labelNone && !around.query && !isEAN13(digits)
	default: // needsProof
		return around.label == labelNone && (sh == shapePrinted || sh == shapeQuads && len(digits) > 16)
	}
}

func (sc *scanner) precededByPlus(lo int) bool {
	return surroundings(sc.s, sc.chain.groups[lo].start, sc.chain.groups[lo].end).plus
}

func shapeOf(g []group) shape {
	if len(g) == 1 {
		return shapePlain
	}
	even := func(n int) bool {
		for _, x := range g[:len(g)-1] {
			if x.n != n {
				return false
			}
		}
		return g[len(g)-1].n <= n
	}
	is := func(ns ...int) bool {
		if len(ns) != len(g) {
			return false
		}
		for i, n := range ns {
			if g[i].n != n {
				return false
			}
		}
		return true
	}
	switch {
	case even(4):
		return shapeQuads
	case is(4, 6, 5), is(4, 6, 4), is(4, 5, 6), is(1, 4, 5, 5), is(6, 13), is(4, 3, 3, 3):
		return shapePrinted
	case even(2):
		return shapePairs
	case even(1):
		return shapeSingles
	}
	return shapeIrregular
}

// shapeFits decides by the groups alone, those of the window and those beside it.
func (sc *scanner) shapeFits(sh shape, t trust, i, j, lo, hi int) bool {
	g := sc.chain.groups
	prev, next := group{}, group{}
	if i > lo {
		prev = g[i-1]
	}
	if j+1 < hi {
		next = g[j+1]
	}
	switch sh {
	case shapePlain:
		switch {
		case prev.n > 0 && g[i].before == markDot && g[i].tight: // a decimal fraction
			return false
		case prev.n > 0 && t < certain && g[i].tight && g[i].before >= markDash:
			return false
		case next.n > 0 && t < certain && next.tight && next.before >= markDash:
			return false
		}
		return true
	case shapeQuads:
		// A longer row of fours is a tracking number, an account or an IBAN; a year may stand before, an expiry date after.
		if prev.n == 4 && g[i].before != markWrap && !(i-1 == lo && isYear(sc.chain.digits[prev.first:prev.first+4])) {
			return false
		}
		run := 0
		for k := j + 1; k < hi && g[k].n == 4; k++ {
			run++
		}
		if g[j].n == 4 && run >= 2 && next.before != markWrap {
			digits := sc.chain.digits[next.first:]
			return run >= 4 && trustOf(digits[:16]) >= ambiguous && luhn(digits[:16])
		}
		return true
	case shapePrinted:
		return true
	case shapePairs:
		run := 0
		for k := j + 1; k < hi && g[k].n == 2; k++ {
			run++
		}
		return prev.n != 2 && run <= 2
	case shapeSingles:
		return prev.n != 1 && next.n != 1
	}
	return prev.n == 0 && next.n == 0 && !sc.chain.cut && irregularFits(g[i:j+1], t)
}

// irregularFits accepts unusual cuts of a number that stands alone, such as one wrapped at the end of a line, but not
// amounts, dates or the 3-7-7 of Amazon orders.
func irregularFits(g []group, t trust) bool {
	if len(g) > 6 || len(g) == 3 && g[0].n == 3 && g[1].n == 7 && g[2].n == 7 {
		return false
	}
	joint := markNone
	for _, x := range g[1:] {
		switch x.before {
		case markHidden, markWrap:
			continue
		case markSpace, markDash:
			if joint != markNone && joint != x.before {
				return false
			}
			joint = x.before
		default:
			return false
		}
	}
	if joint == markNone {
		return t >= ambiguous
	}
	return t == certain && (joint == markDash || len(g) > 2)
}

func isYear(d []byte) bool {
	return d[0] == 1 && d[1] == 9 || d[0] == 2 && d[1] == 0
}
