package api

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/id"
	"godwit.dev/godwit/internal/platform/audit"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/event"
)

func auditGroup() group {
	see := may(auth.ReadAudit)
	return group{"Audit", "The audit trail: who did what that concerns security, rights, secrets, data and money, and from where. Each entry is a link of a chain that shows when a row was changed behind the program's back.", []operation{
		{"auditList", "GET", "/audit", see, do((*server).auditList), "Read the audit trail",
			"The entries that the filters let through, newest first. Follow `next_cursor` to take the whole trail out."},
		{"auditState", "GET", "/audit/state", see, do((*server).auditState), "Get the state of the chain",
			"Whether the chain is unbroken, through which entry, and its newest anchor. The chain is compared link by link; what was compared within the hour is not compared again."},
		{"auditCheck", "POST", "/audit/check", see, do((*server).auditCheck).onItsOwn(), "Check the chain",
			"Compares every link of the chain with its event and with the link before, from the first one on. It changes nothing."},
	}}
}

// AuditEntry is a link of the chain and the event that it stands for.
type AuditEntry struct {
	Number      int64          `json:"number" example:"4711" doc:"Of the link: from 1, without gaps."`
	EventID     Ref[anEvent]   `json:"event_id"`
	At          *time.Time     `json:"at" nullable:"true" doc:"When it happened; null if the event is gone."`
	Kind        string         `json:"kind" example:"token.created" doc:"subject.verb, in the past tense."`
	ActorKind   string         `json:"actor_kind" example:"agent"`
	ActorName   string         `json:"actor_name" example:"Lena Fischer"`
	PersonID    *Ref[aPerson]  `json:"person_id" nullable:"true" doc:"The person of the workspace who did it."`
	TokenID     *Ref[aToken]   `json:"token_id" nullable:"true" doc:"The token by which they did it."`
	Address     string         `json:"address" example:"203.0.113.7" doc:"From where, as the server saw it; empty if it was the server itself."`
	SubjectKind string         `json:"subject_kind" example:"token" doc:"What it was done to."`
	SubjectID   string         `json:"subject_id,omitempty" example:"tok_01h8xk3m5q0vg"`
	Data        map[string]any `json:"data" doc:"What the journal says of it, in its own words: identifiers are plain numbers here."`
	Erased      bool           `json:"erased" doc:"What it said was erased by right; that it happened stays."`
	Digest      string         `json:"digest" example:"9f86d081" doc:"Keyed digest of the event, in hex."`
	Hash        string         `json:"hash" example:"60303ae2" doc:"Keyed hash over the link before and this one, in hex: keep it elsewhere to prove later that nothing was cut off."`
}

func auditRecord(e audit.Entry) AuditEntry {
	out := AuditEntry{
		Number: e.Seq, EventID: refTo[anEvent](e.Event), Data: map[string]any{}, Erased: e.Erased, Digest: hex.EncodeToString(e.Digest), Hash: hex.EncodeToString(e.Hash),
	}
	if e.What.ID == 0 {
		return out
	}
	from := e.What.Origin()
	out.At, out.Kind, out.ActorKind, out.ActorName = optTime(e.What.At), e.What.Kind, string(e.What.ActorKind), e.What.ActorName
	out.TokenID, out.Address, out.SubjectKind = optRef[aToken](from.Token), from.Address, e.What.Subject.Kind
	if e.What.ActorKind == auth.Agent {
		out.PersonID = optRef[aPerson](e.What.ActorID)
	}
	if k := subjects()[e.What.Subject.Kind]; k != nil && e.What.Subject.ID != 0 {
		out.SubjectID = id.Format(k.prefix(), e.What.Subject.ID)
	}
	d := json.NewDecoder(bytes.NewReader(e.What.Data))
	d.UseNumber() // identifiers do not fit a float
	_ = d.Decode(&out.Data)
	return out
}

func (s *server) auditList(c *call, in *struct {
	Kind    string       `query:"kind" maxLength:"100" example:"token.created" doc:"Only this kind; token alone stands for all that begin so."`
	Person  Ref[aPerson] `query:"person_id" doc:"Only what this person did."`
	Subject string       `query:"subject_id" maxLength:"60" example:"tok_01h8xk3m5q0vg" doc:"Only what was done to this record."`
	From    time.Time    `query:"from" example:"2026-11-01T00:00:00Z" doc:"At or after."`
	Until   time.Time    `query:"until" example:"2027-01-01T00:00:00Z" doc:"Before."`
	Paging
	Picking
}) (*pageOut[AuditEntry], error) {
	f := audit.Filter{From: in.From, Until: in.Until}
	var err error
	if f.Family, f.Kind, err = audit.KindOf(in.Kind); err != nil {
		return nil, err
	}
	if in.Person != "" {
		f.Person = auth.PersonID(in.Person.num())
	}
	if in.Subject != "" {
		if f.Subject, err = subjectOf(in.Subject); err != nil {
			return nil, err
		}
	}
	var before int64
	if err := readCursor('l', in.Cursor, &before); err != nil {
		return nil, err
	}
	found, err := s.Audit.Page(c, c.actor, f, event.ID(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit {
		found = found[:in.Limit]
		next = writeCursor('l', int64(found[in.Limit-1].Event))
	}
	return page(c, convert(found, auditRecord), next), nil
}

// subjectOf reads an identifier of any kind of record.
func subjectOf(text string) (event.Subject, error) {
	for name, k := range subjects() {
		if n, err := id.Parse(k.prefix(), text); err == nil {
			return event.Subject{Kind: name, ID: n}, nil
		}
	}
	return event.Subject{}, errs.Field("subject_id", "error.audit_subject")
}

// AuditState is what is known of the chain.
type AuditState struct {
	Unbroken  bool         `json:"unbroken" doc:"Every link was compared, and none was at fault."`
	Through   int64        `json:"through" example:"4711" doc:"The newest link that was compared."`
	CheckedAt time.Time    `json:"checked_at" doc:"When the chain was last compared from its first link on."`
	Faults    []AuditFault `json:"faults" nullable:"false" maxItems:"101" doc:"What is wrong, at most the first hundred."`
	Anchor    *AuditAnchor `json:"anchor,omitempty" doc:"The newest anchor; left out before the first entry."`
}

// AuditFault is one thing that is wrong with the chain.
type AuditFault struct {
	Kind   string `json:"kind" enum:"changed,missing,unlinked,gap,broken,cut,unkeyed,moved"`
	Number int64  `json:"number" example:"4002" doc:"The link."`
}

// AuditAnchor repeats the newest hash at a moment.
type AuditAnchor struct {
	Number int64     `json:"number" example:"4700"`
	Hash   string    `json:"hash" example:"60303ae2"`
	At     time.Time `json:"at"`
}

func (s *server) auditNow(c *call, anew bool) (*recordOut[AuditState], error) {
	x, err := s.Audit.Check(c, c.actor, anew)
	if err != nil {
		return nil, err
	}
	out := AuditState{Unbroken: x.Whole(), Through: x.Checked, CheckedAt: at(x.At), Faults: convert(x.Faults, func(f audit.Fault) AuditFault { return AuditFault{string(f.Kind), f.Seq} })}
	if a := x.Anchor; a.Seq > 0 {
		out.Anchor = &AuditAnchor{a.Seq, hex.EncodeToString(a.Hash), at(a.At)}
	}
	return record(out), nil
}

func (s *server) auditState(c *call, _ *struct{}) (*recordOut[AuditState], error) {
	return s.auditNow(c, false)
}

func (s *server) auditCheck(c *call, _ *struct{}) (*recordOut[AuditState], error) {
	return s.auditNow(c, true)
}
