package lane

import (
	"encoding/binary"
	"fmt"
	"math"

	"godwit.dev/godwit/internal/base/errs"
)

// version is the first byte of a row.
const version = 1

// encode writes a cell: the version, the instant, then each series as its
// length and values in the bits of a float32, which is finer than any estimate.
func (c *cell) encode() []byte {
	b := binary.AppendVarint([]byte{version}, c.at)
	number := func(v float64) { b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v))) }
	b = append(b, byte(len(c.gaps)))
	for _, t := range c.gaps {
		number(t.ends)
		number(t.waited)
	}
	for _, h := range append(c.ahead[:], c.ranks, []float64{c.arrived, c.scans, c.lost}) {
		b = append(b, byte(len(h)))
		for _, v := range h {
			number(v)
		}
	}
	return b
}

// decode reads what encode wrote, and refuses whatever else with errs.Invalid.
func decode(b []byte) (*cell, error) {
	bad := func() (*cell, error) { return nil, unreadable("evidence of %d bytes", len(b)) }
	if len(b) == 0 {
		return bad()
	}
	if b[0] != version {
		return nil, errs.Wrap(errs.Unsupported, fmt.Errorf("evidence of version %d", b[0]), "")
	}
	at, n := binary.Varint(b[1:])
	if n <= 0 || at < 0 || at > 1<<43 { // some time before the year 2248
		return bad()
	}
	b = b[1+n:]
	ok := true
	series := func(most, width int) []float64 {
		if !ok || len(b) == 0 || int(b[0]) > most || len(b)-1 < int(b[0])*width*4 {
			ok = false
			return nil
		}
		out := make([]float64, int(b[0])*width)
		for i := range out {
			out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[1+4*i:])))
			if !(out[i] >= 0 && out[i] <= 1e15) {
				ok = false
			}
		}
		b = b[1+4*len(out):]
		return out
	}
	c := &cell{at: at}
	gaps := series(bins, 2)
	for i := 0; i+1 < len(gaps); i += 2 {
		c.gaps = append(c.gaps, tally{gaps[i], gaps[i+1]})
	}
	for i := range c.ahead {
		c.ahead[i] = series(bins, 1)
	}
	c.ranks = series(calibrationBins, 1)
	sums := series(3, 1)
	if !ok || len(b) > 0 || len(sums) != 3 {
		return bad()
	}
	c.arrived, c.scans, c.lost = sums[0], sums[1], sums[2]
	return c, nil
}

// unreadable is the error of a row that nobody here wrote.
func unreadable(format string, args ...any) error {
	return errs.Wrap(errs.Invalid, fmt.Errorf(format, args...), "")
}
