package audit

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

// covered are the subjects whose events are links: who may come in, what may be
// done, where secrets and data go, money, and what people tell customs.
var covered = []string{
	"person.", "session.", "factor.", "passkey.", "sso.", "token.", "role.", "team.", "workspace.", "security.",
	"mailbox.", "webhook.", "hook.", "tracker.", "data.", "audit.", "refund.", "payment.", "credit.", "dispute.",
	"recovery.", "product.",
}

// Unwatched are kinds that begin like covered ones and are no links: what a
// vendor sends comes in bursts, and decides nothing by itself.
func Unwatched() []string { return []string{"hook.received", "product.created", "product.updated"} }

// Covers reports whether events of a kind are links of the chain.
func Covers(kind string) bool {
	if slices.Contains(Unwatched(), kind) {
		return false
	}
	for _, prefix := range covered {
		if strings.HasPrefix(kind, prefix) {
			return true
		}
	}
	return false
}

// Prefixes returns the beginnings of the kinds that Covers holds for.
func Prefixes() []string { return append([]string(nil), covered...) }

// Signer computes keyed hashes; *vault.Vault is one.
type Signer interface {
	// MAC returns the name of the key in use and the code of a message under it.
	MAC(message []byte) (key string, code []byte)
	// CheckMAC computes the code of a message under a named key. It reports false
	// if the key is not at hand.
	CheckMAC(key string, message []byte) (code []byte, ok bool)
}

// Link is one entry of a workspace's chain.
type Link struct {
	Workspace auth.WorkspaceID
	Seq       int64 // from 1, without gaps
	Event     event.ID
	Key       string // names the key of Digest and Hash
	Digest    []byte // of the event
	Hash      []byte // of the link before, Seq, Event and Digest
	Erased    bool   // what the event said was erased by right
}

// Anchor repeats the newest hash at a moment.
type Anchor struct {
	Workspace auth.WorkspaceID
	Seq       int64
	Hash      []byte
	At        time.Time
}

// When an anchor is due.
const (
	anchorLinks = 100
	anchorAge   = 24 * time.Hour
)

// AnchorDue reports whether a link is to be anchored, given the last anchor.
func AnchorDue(l Link, last Anchor, now time.Time) bool {
	return last.Seq == 0 || l.Seq-last.Seq >= anchorLinks || now.Sub(last.At) >= anchorAge
}

// Next makes the link of an event that follows prev; the zero Link begins a chain.
func Next(s Signer, prev Link, e event.Event) (Link, error) {
	text, err := canonical(e)
	if err != nil {
		return Link{}, err
	}
	l := Link{Workspace: e.Workspace, Seq: prev.Seq + 1, Event: e.ID}
	l.Key, l.Digest = s.MAC(text)
	_, l.Hash = s.MAC(l.text(prev.Hash))
	return l, nil
}

// text is what the hash of a link is computed over.
func (l Link) text(prev []byte) []byte {
	var b bytes.Buffer
	b.WriteString("godwit audit link\x00")
	number(&b, int64(l.Workspace))
	number(&b, l.Seq)
	number(&b, int64(l.Event))
	piece(&b, l.Digest)
	piece(&b, prev)
	return b.Bytes()
}

// canonical writes an event as the same bytes however a database spells its
// JSON: every part with its length, the data with sorted keys.
func canonical(e event.Event) ([]byte, error) {
	var data any
	d := json.NewDecoder(bytes.NewReader(e.Data))
	d.UseNumber()
	if err := d.Decode(&data); err != nil {
		return nil, errs.Wrap(errs.Internal, err, "error.database")
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("godwit audit event\x00")
	for _, n := range []int64{int64(e.ID), int64(e.Workspace), e.At.UnixMilli(), e.ActorID, e.Subject.ID, e.TicketID} {
		number(&b, n)
	}
	for _, s := range []string{e.Kind, string(e.ActorKind), e.ActorName, e.Subject.Kind, string(raw)} {
		piece(&b, []byte(s))
	}
	return b.Bytes(), nil
}

func number(b *bytes.Buffer, n int64) { _ = binary.Write(b, binary.BigEndian, n) }

func piece(b *bytes.Buffer, p []byte) {
	number(b, int64(len(p)))
	b.Write(p)
}

// FaultKind says what is wrong with a chain.
type FaultKind string

// The faults, the worst that can be told from the rows.
const (
	Changed  FaultKind = "changed"  // the event says something else now
	Missing  FaultKind = "missing"  // the event is gone
	Unlinked FaultKind = "unlinked" // an event that should be a link is none
	Gap      FaultKind = "gap"      // links are gone
	Broken   FaultKind = "broken"   // the link was changed
	Cut      FaultKind = "cut"      // the newest links are gone
	Unkeyed  FaultKind = "unkeyed"  // the key is not at hand, so nothing can be said
	Moved    FaultKind = "moved"    // an anchor names another hash
)

// Fault is one thing that is wrong.
type Fault struct {
	Kind  FaultKind
	Seq   int64    // the link, or 0
	Event event.ID // the event, or 0
}

// Verifier walks a chain from its first link.
type Verifier struct {
	signer  Signer
	anchors map[int64][]byte
	prev    Link
	faults  []Fault
}

// mostFaults bounds what a walk collects: a chain that is wholly wrong is said
// to be so often enough.
const mostFaults = 100

// NewVerifier returns a Verifier that also compares the hashes at anchors.
func NewVerifier(s Signer, anchors []Anchor) *Verifier {
	v := &Verifier{signer: s, anchors: map[int64][]byte{}}
	v.expect(anchors)
	return v
}

// expect adds anchors to compare with.
func (v *Verifier) expect(anchors []Anchor) {
	for _, a := range anchors {
		v.anchors[a.Seq] = a.Hash
	}
}

func (v *Verifier) fault(k FaultKind, l Link) {
	if len(v.faults) < mostFaults {
		v.faults = append(v.faults, Fault{Kind: k, Seq: l.Seq, Event: l.Event})
	}
}

// Link checks the next link against the one before and against its event; nil
// means that the event is gone.
func (v *Verifier) Link(l Link, e *event.Event) error {
	defer func() { v.prev = l }()
	if l.Seq != v.prev.Seq+1 {
		v.fault(Gap, l)
	}
	want, ok := v.signer.CheckMAC(l.Key, l.text(v.prev.Hash))
	switch {
	case !ok:
		v.fault(Unkeyed, l)
		return nil
	case l.Seq == v.prev.Seq+1 && !hmac.Equal(want, l.Hash):
		v.fault(Broken, l)
	}
	if hash, ok := v.anchors[l.Seq]; ok && !hmac.Equal(hash, l.Hash) {
		v.fault(Moved, l)
	}
	switch {
	case l.Erased:
	case e == nil:
		v.fault(Missing, l)
	default:
		text, err := canonical(*e)
		if err != nil {
			return err
		}
		if digest, _ := v.signer.CheckMAC(l.Key, text); !hmac.Equal(digest, l.Digest) {
			v.fault(Changed, l)
		}
	}
	return nil
}

// End compares the last link seen with the head that the workspace remembers
// and with the newest anchor, and returns all faults.
func (v *Verifier) End(head Link) []Fault {
	newest := head.Seq
	for seq := range v.anchors {
		newest = max(newest, seq)
	}
	switch {
	case v.prev.Seq < newest:
		v.fault(Cut, Link{Seq: newest})
	case !hmac.Equal(head.Hash, v.prev.Hash):
		v.fault(Broken, head)
	}
	return v.faults
}
