package audit

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Line is an entry as it leaves the house, one in each line.
type Line struct {
	Seq     int64           `json:"seq"`
	Event   int64           `json:"event"`
	At      *time.Time      `json:"at,omitempty"`
	Kind    string          `json:"kind,omitempty"`
	Actor   string          `json:"actor,omitempty"`
	ActorID int64           `json:"actor_id,omitempty"`
	Address string          `json:"address,omitempty"`
	Token   int64           `json:"token,omitempty"`
	Subject string          `json:"subject,omitempty"`
	ID      int64           `json:"subject_id,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Erased  bool            `json:"erased,omitempty"`
	Key     string          `json:"key"`
	Digest  string          `json:"digest"`
	Hash    string          `json:"hash"`
}

// LineOf writes an entry as a line.
func LineOf(e Entry) Line {
	l := Line{Seq: e.Seq, Event: int64(e.Event), Erased: e.Erased, Key: e.Key, Digest: hex.EncodeToString(e.Digest), Hash: hex.EncodeToString(e.Hash)}
	if e.What.ID == 0 {
		return l
	}
	at, from := e.What.At.UTC(), e.What.Origin()
	l.At, l.Kind, l.Data = &at, e.What.Kind, e.What.Data
	l.Actor, l.ActorID, l.Address, l.Token = e.What.ActorName, e.What.ActorID, from.Address, int64(from.Token)
	l.Subject, l.ID = e.What.Subject.Kind, e.What.Subject.ID
	return l
}

// Columns are the names of what Cells returns.
func Columns() []string {
	return []string{"seq", "event", "at", "kind", "actor", "actor_id", "address", "token", "subject", "subject_id", "data", "erased", "key", "digest", "hash"}
}

// Cells writes a line for a table. A text that a spreadsheet would run as a
// formula is written with an apostrophe before it.
func (l Line) Cells() []string {
	at := ""
	if l.At != nil {
		at = l.At.Format(time.RFC3339Nano)
	}
	return []string{
		strconv.FormatInt(l.Seq, 10), strconv.FormatInt(l.Event, 10), at, l.Kind, still(l.Actor), whole(l.ActorID), l.Address, whole(l.Token),
		l.Subject, whole(l.ID), still(string(l.Data)), strconv.FormatBool(l.Erased), l.Key, l.Digest, l.Hash,
	}
}

func still(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// whole writes an identifier, and nothing for none.
func whole(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
