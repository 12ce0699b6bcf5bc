// Package id makes the 64-bit identifiers of records.
//
// An identifier is time-ordered: 42 bits of milliseconds since 2024-01-01 UTC,
// 8 bits of node, 13 bits of sequence. Rows that are made together therefore
// lie together in every index, which keeps ingest flat as tables grow. Outside
// the program an identifier is shown with a type prefix and Crockford base 32,
// such as tkt_01h8xk3m5q0vg.
package id

import (
	"crypto/rand"
	"strings"
	"sync"
	"time"

	"godwit.dev/godwit/internal/base/errs"
)

const (
	epoch    = 1704067200000 // 2024-01-01T00:00:00Z in Unix milliseconds
	nodeBits = 8
	seqBits  = 13
	digits   = "0123456789abcdefghjkmnpqrstvwxyz"
	width    = 13
)

// Source hands out identifiers that rise strictly. It is safe for concurrent
// use. Two Sources with different nodes never give the same identifier.
type Source struct {
	mu   sync.Mutex
	node int64
	last int64 // milliseconds since epoch of the last identifier
	seq  int64
	now  func() time.Time
}

// NewSource returns a Source for a node (its low 8 bits count) and a clock.
func NewSource(node uint8, now func() time.Time) *Source {
	return &Source{node: int64(node), now: now}
}

// RandomNode picks a node number for a process that was not told one.
func RandomNode() uint8 {
	var b [1]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails on supported systems
	return b[0]
}

// Renumber changes the node, when another process has taken the number.
func (s *Source) Renumber(node uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.node = int64(node)
}

// Next returns a new identifier, greater than all that this Source gave before,
// also when the clock steps back.
func (s *Source) Next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ms := s.now().UnixMilli() - epoch
	if ms <= s.last {
		ms = s.last
		s.seq++
		if s.seq >= 1<<seqBits {
			ms, s.seq = s.last+1, 0
		}
	} else {
		s.seq = 0
	}
	s.last = ms
	return ms<<(nodeBits+seqBits) | s.node<<seqBits | s.seq
}

// Time returns the moment, in UTC, at which an identifier was made.
func Time(v int64) time.Time {
	return time.UnixMilli(v>>(nodeBits+seqBits) + epoch).UTC()
}

// Floor returns the least identifier that a record made at t or later can have.
func Floor(t time.Time) int64 {
	ms := max(t.UnixMilli()-epoch, 0)
	return ms << (nodeBits + seqBits)
}

// Format shows an identifier with its type prefix.
func Format(prefix string, v int64) string {
	var b [width]byte
	for i := width - 1; i >= 0; i-- {
		b[i] = digits[v&31]
		v >>= 5
	}
	return prefix + "_" + string(b[:])
}

// Parse reads what Format wrote. It fails with errs.Invalid on any other text.
func Parse(prefix, s string) (int64, error) {
	body, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(body) != width || body[0] > '7' {
		return 0, errs.New(errs.Invalid, "error.id", "id", s)
	}
	var v int64
	for i := range width {
		d := strings.IndexByte(digits, body[i])
		if d < 0 {
			return 0, errs.New(errs.Invalid, "error.id", "id", s)
		}
		v = v<<5 | int64(d)
	}
	return v, nil
}
