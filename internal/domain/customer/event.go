package customer

import "godwit.dev/godwit/internal/platform/event"

// Kinds of event that this package announces.
const (
	Created  = "customer.created"  // data: {"via": kind of identity}
	Updated  = "customer.updated"  // data: the changed fields with their new values
	Linked   = "customer.linked"   // an identity was added; data: {"kind", "value"}
	Joined   = "customer.merged"   // data: Merged; the subject is the one that stays
	Unmerged = "customer.unmerged" // data: {"from", "into", "merge": event}
)

// SubjectKind is the kind of subject of these events.
const SubjectKind = "customer"

// Moved lists the records that a merge gave to another customer.
type Moved struct {
	Identities []int64 `json:"identities"`
	Orders     []int64 `json:"orders"`
	Tickets    []int64 `json:"tickets"`
}

// Merged is the data of a merge's event: all that its undo needs.
type Merged struct {
	From ID `json:"from"`
	Into ID `json:"into"`
	Moved
}

type undone struct {
	From  ID       `json:"from"`
	Into  ID       `json:"into"`
	Merge event.ID `json:"merge"`
}

func (id ID) subject() event.Subject { return event.Subject{Kind: SubjectKind, ID: int64(id)} }
