package api

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"godwit.dev/godwit/internal/base/id"
)

// kind is a kind of record: it gives identifiers their prefix.
type kind interface{ prefix() string }

// The kinds of record.
type (
	aTicket    struct{}
	aMessage   struct{}
	aSide      struct{}
	aCustomer  struct{}
	anOrder    struct{}
	aLine      struct{}
	aParcel    struct{}
	aShop      struct{}
	aShipment  struct{}
	aPayload   struct{}
	aProduct   struct{}
	aVariant   struct{}
	aPerson    struct{}
	aTeam      struct{}
	aMailbox   struct{}
	aMacro     struct{}
	aField     struct{}
	aView      struct{}
	anEvent    struct{}
	aWorkspace struct{}
	aToken     struct{}
	aWebhook   struct{}
	aHook      struct{}
	aReceived  struct{}
	aTrace     struct{}
	aTraceNote struct{}
	aRecovery  struct{}
	// anAgreement is what was agreed with a party about claims.
	anAgreement struct{}
	aTracker    struct{}
	aTranslator struct{}
	aRefund     struct{}
	// aPayAccount is one with a payment provider.
	aPayAccount struct{}
	// aBatch is one of transfers to bank accounts.
	aBatch       struct{}
	aPlace       struct{}
	aReturn      struct{}
	aReplacement struct{}
	aCase        struct{}
	aResolution  struct{}
	aScan        struct{}
	aReplay      struct{}
	aRule        struct{}
	aRuleTrial   struct{}
	// aWarrantyTerm and aWarrantyPlan are of guarantees.
	aWarrantyTerm struct{}
	aWarrantyPlan struct{}
	aUnit         struct{}
	aRepair       struct{}
	aCaseFile     struct{}
	// aRecoveryDocument is a file of a claim.
	aRecoveryDocument struct{}
	// aConnection is one with a shop.
	aConnection struct{}
)

func (aTicket) prefix() string       { return "tkt" }
func (aMessage) prefix() string      { return "msg" }
func (aSide) prefix() string         { return "sid" }
func (aCustomer) prefix() string     { return "cus" }
func (anOrder) prefix() string       { return "ord" }
func (aLine) prefix() string         { return "lin" }
func (aParcel) prefix() string       { return "prc" }
func (aShop) prefix() string         { return "shp" }
func (aShipment) prefix() string     { return "shm" }
func (aPayload) prefix() string      { return "pld" }
func (aProduct) prefix() string      { return "prd" }
func (aVariant) prefix() string      { return "vrn" }
func (aPerson) prefix() string       { return "per" }
func (aTeam) prefix() string         { return "tem" }
func (aMailbox) prefix() string      { return "mbx" }
func (aMacro) prefix() string        { return "mac" }
func (aField) prefix() string        { return "fld" }
func (aView) prefix() string         { return "viw" }
func (anEvent) prefix() string       { return "evt" }
func (aWorkspace) prefix() string    { return "wsp" }
func (aToken) prefix() string        { return "tok" }
func (aWebhook) prefix() string      { return "whk" }
func (aHook) prefix() string         { return "hok" }
func (aReceived) prefix() string     { return "rcv" }
func (aTrace) prefix() string        { return "trc" }
func (aTraceNote) prefix() string    { return "trn" }
func (aRecovery) prefix() string     { return "rcl" }
func (anAgreement) prefix() string   { return "agr" }
func (aRefund) prefix() string       { return "rfd" }
func (aPayAccount) prefix() string   { return "pac" }
func (aBatch) prefix() string        { return "btb" }
func (aTracker) prefix() string      { return "trk" }
func (aTranslator) prefix() string   { return "trl" }
func (aPlace) prefix() string        { return "plc" }
func (aCase) prefix() string         { return "cas" }
func (aResolution) prefix() string   { return "rsl" }
func (aReturn) prefix() string       { return "rtn" }
func (aReplacement) prefix() string  { return "rpm" }
func (aScan) prefix() string         { return "scn" }
func (aReplay) prefix() string       { return "rpl" }
func (aRule) prefix() string         { return "rul" }
func (aRuleTrial) prefix() string    { return "rtr" }
func (aWarrantyTerm) prefix() string { return "wty" }
func (aWarrantyPlan) prefix() string { return "wpl" }
func (aUnit) prefix() string         { return "unt" }
func (aRepair) prefix() string       { return "rpr" }
func (aCaseFile) prefix() string     { return "cfl" }
func (aConnection) prefix() string   { return "shc" }

func (aRecoveryDocument) prefix() string { return "rdc" }

// inPath gives the kind of record that each parameter of a path names. A
// parameter of this table that is not an identifier of its kind names nothing.
func inPath() map[string]kind {
	return map[string]kind{
		"ticket": aTicket{}, "message": aMessage{}, "side": aSide{}, "customer": aCustomer{}, "order": anOrder{}, "shipment": aShipment{}, "payload": aPayload{}, "product": aProduct{}, "person": aPerson{}, "team": aTeam{},
		"recovery": aRecovery{}, "agreement": anAgreement{}, "recovery_document": aRecoveryDocument{},
		"mailbox": aMailbox{}, "shop": aShop{}, "macro": aMacro{}, "field": aField{}, "view": aView{}, "token": aToken{}, "webhook": aWebhook{},
		"hook": aHook{}, "received": aReceived{}, "event": anEvent{}, "tracker": aTracker{}, "translator": aTranslator{}, "refund": aRefund{}, "transfers": aBatch{}, "provider": aPayAccount{}, "account": aPayAccount{}, "connection": aConnection{}, "trace": aTrace{},
		"return_place": aPlace{}, "return": aReturn{}, "replacement": aReplacement{}, "case": aCase{}, "return_scan": aScan{}, "case_file": aCaseFile{}, "warranty_term": aWarrantyTerm{}, "warranty_plan": aWarrantyPlan{}, "repair": aRepair{}, "policy_replay": aReplay{}, "rule": aRule{}, "rule_trial": aRuleTrial{},
	}
}

// Ref is the identifier of a record of a kind, such as tkt_01h8xk3m5q0vg.
type Ref[K kind] string

// Schema describes the identifier.
func (Ref[K]) Schema(huma.Registry) *huma.Schema {
	var k K
	return &huma.Schema{Type: huma.TypeString, Pattern: "^" + k.prefix() + "_[0-7][0-9a-hjkmnp-tv-z]{12}$", Examples: []any{id.Format(k.prefix(), sampleID)}}
}

// sampleID is the identifier that descriptions show.
const sampleID = 0x0b5e7d1c4a2f9e3

// num returns the number behind an identifier. The schema has judged the text;
// one that is empty is 0.
func (r Ref[K]) num() int64 {
	var k K
	v, _ := id.Parse(k.prefix(), string(r))
	return v
}

// refTo writes the identifier of a record.
func refTo[K kind, T ~int64](v T) Ref[K] {
	var k K
	return Ref[K](id.Format(k.prefix(), int64(v)))
}

// optRef writes the identifier of a record, null for none.
func optRef[K kind, T ~int64](v T) *Ref[K] {
	if v == 0 {
		return nil
	}
	r := refTo[K](v)
	return &r
}

// refs writes the identifiers of records.
func refs[K kind, T ~int64](list []T) []Ref[K] {
	out := make([]Ref[K], len(list))
	for i, v := range list {
		out[i] = refTo[K](v)
	}
	return out
}

// nums reads identifiers.
func nums[T ~int64, K kind](list []Ref[K]) []T {
	out := make([]T, len(list))
	for i, r := range list {
		out[i] = T(r.num())
	}
	return out
}

// optTime writes a time, null for none.
func optTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = at(t)
	return &t
}

// at writes a time as the database keeps it: in UTC, to the millisecond. A record
// that was just made therefore reads the same later.
func at(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// optText writes a text, null for none.
func optText[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// Maybe is a property of an update that may be left out, and that takes a value
// away when it is null.
type Maybe[T any] struct {
	Sent  bool
	Value *T // nil for null
}

// UnmarshalJSON notes that the property is there.
func (m *Maybe[T]) UnmarshalJSON(raw []byte) error {
	m.Sent = true
	return json.Unmarshal(raw, &m.Value)
}

// Schema describes the value, or null.
func (m Maybe[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(typeOf[T](), true, "")
	s.Nullable = true
	return &s
}

// orZero returns the value, and the zero one for null.
func (m Maybe[T]) orZero() T {
	var v T
	if m.Value != nil {
		v = *m.Value
	}
	return v
}
