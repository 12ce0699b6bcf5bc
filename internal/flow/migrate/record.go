package migrate

import (
	"context"
	"io"
	"time"

	"godwit.dev/godwit/internal/domain/ticket"
)

// Place is where in a source something stands. Line counts from 1; 0 is unknown.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

// Person is somebody of the other system: a customer or one of its agents.
type Person struct {
	ID       string // in the other system
	Name     string
	Email    string
	Phone    string
	Language string
	Note     string
	Staff    bool // works there
}

// File is an attachment. Open is nil if the source names it without its content.
type File struct {
	Name, Type, URL string
	Size            int64
	Open            func() (io.ReadCloser, error)
}

// Message is one item of a conversation.
type Message struct {
	ID        string
	Kind      ticket.Kind
	Author    Person
	To, CC    []ticket.Address
	Subject   string
	Text      string // what the author newly wrote; made from HTML if empty
	Quoted    string
	HTML      string
	MessageID string // of the mail (RFC 5322), if it is known
	Failed    bool   // it was not delivered
	At        time.Time
	Files     []File
}

// Ticket is a conversation in the other system.
type Ticket struct {
	Place     Place
	ID        string
	URL       string
	Subject   string
	Channel   string // the other system's word
	Status    ticket.Status
	Waiting   ticket.Waiting
	Priority  ticket.Priority
	Spam      bool
	Language  string
	Tags      []string
	Assignee  string // address
	Customer  Person
	Others    []ticket.Address // who takes part besides the customer
	Messages  []Message
	Left      []string // names of what has no counterpart here
	CreatedAt time.Time
	UpdatedAt time.Time
	SolvedAt  time.Time
	Snoozed   time.Time
}

// Sink takes what a reader finds, in the order of the source.
type Sink interface {
	Ticket(context.Context, Ticket) error
	// Customer takes somebody who wrote no ticket.
	Customer(context.Context, Place, Person) error
	Find(Finding)
	// Progress tells how many bytes of how many have been read.
	Progress(done, total int64)
}

// Reader reads a whole source into a sink, bounded in memory. It ends with the
// first error of the sink; what cannot be read is a finding.
type Reader func(context.Context, Sink) error
