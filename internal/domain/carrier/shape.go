package carrier

import (
	"fmt"
	"strconv"
	"strings"
)

// minNumber and maxNumber bound the characters of a number: fewer say nothing, and no format has more.
const (
	minNumber = 8
	maxNumber = 41
)

// strength is how much a shape alone says.
type strength uint8

const (
	weak strength = iota // a number like any other
	some                 // could be another thing
	own                  // is nobody else's
)

// shape is a format at one length: the set of characters allowed at each place, as bits of place.
type shape struct {
	format   int // index of data.formats
	carrier  Key
	strength strength
	sets     []uint64
	check    check
}

const (
	digits  = 1<<10 - 1
	letters = (1<<36 - 1) &^ digits
)

// place is the bit of a character: 0 to 9, then A to Z.
func place(c byte) uint64 {
	switch {
	case c >= '0' && c <= '9':
		return 1 << (c - '0')
	case c >= 'A' && c <= 'Z':
		return 1 << (c - 'A' + 10)
	}
	return 0
}

func (s *shape) fits(number string) bool {
	for i, set := range s.sets {
		if set&place(number[i]) == 0 {
			return false
		}
	}
	return true
}

// add takes a format in, one shape for each of its alternatives and lengths.
func (d *data) add(f Format, index int) error {
	level, ok := map[string]strength{"own": own, "some": some, "weak": weak}[f.Strength]
	if !ok {
		return fmt.Errorf("format %s: strength %q", f.ID, f.Strength)
	}
	for alternative := range strings.SplitSeq(f.Shape, "|") {
		shapes, err := expand(alternative)
		if err != nil {
			return fmt.Errorf("format %s: %w", f.ID, err)
		}
		for _, sets := range shapes {
			if len(sets) < minNumber || len(sets) > maxNumber {
				return fmt.Errorf("format %s: a number of %d characters", f.ID, len(sets))
			}
			c, err := parseCheck(f.Check, len(sets))
			if err != nil {
				return fmt.Errorf("format %s: %w", f.ID, err)
			}
			d.shapes[len(sets)] = append(d.shapes[len(sets)], shape{format: index, carrier: f.Carrier, strength: level, sets: sets, check: c})
		}
	}
	return nil
}

// expand reads one alternative of a shape. The last repetition with a range decides how many shapes it is.
func expand(text string) ([][]uint64, error) {
	out := [][]uint64{nil}
	for i := 0; i < len(text); {
		var set uint64
		switch c := text[i]; c {
		case '#':
			set = digits
		case '@':
			set = letters
		case '*':
			set = digits | letters
		case '[':
			end := strings.IndexByte(text[i:], ']')
			if end < 0 {
				return nil, fmt.Errorf("shape %q: [ without ]", text)
			}
			set = class(text[i+1 : i+end])
			i += end
		default:
			set = place(c)
		}
		if set == 0 {
			return nil, fmt.Errorf("shape %q at %d", text, i)
		}
		i++
		low, high := 1, 1
		if i < len(text) && text[i] == '{' {
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf("shape %q: { without }", text)
			}
			from, to, ranged := strings.Cut(text[i+1:i+end], "-")
			var err1, err2 error
			low, err1 = strconv.Atoi(from)
			high = low
			if ranged {
				high, err2 = strconv.Atoi(to)
			}
			if err1 != nil || err2 != nil || low < 1 || high < low || high > maxNumber {
				return nil, fmt.Errorf("shape %q: bad repetition", text)
			}
			i += end + 1
		}
		var longer [][]uint64
		for _, head := range out {
			for n := low; n <= high; n++ {
				next := append([]uint64(nil), head...)
				for range n {
					next = append(next, set)
				}
				longer = append(longer, next)
			}
		}
		out = longer
	}
	return out, nil
}

// class reads what stands between brackets: characters and ranges.
func class(text string) uint64 {
	var set uint64
	for i := 0; i < len(text); i++ {
		if i+2 < len(text) && text[i+1] == '-' {
			for c := text[i]; c <= text[i+2]; c++ {
				set |= place(c)
			}
			i += 2
			continue
		}
		set |= place(text[i])
	}
	return set
}
