package ticket

import (
	"context"
	"time"
)

// Clocks keeps the promises about tickets.
type Clocks interface {
	// Keep brings the clocks of a ticket in line with the ticket and its messages, and the
	// ticket's DueAt with the clocks. It joins the transaction in which they changed, after
	// both were written.
	Keep(ctx context.Context, t *Ticket, s Shift) error
}

// Shift is what happened to a ticket as far as its clocks are concerned.
type Shift struct {
	At     time.Time
	Anew   bool // a message turned out not to count, or counts again
	Moved  bool // messages were moved to or from another ticket by a split
	From   ID   // it was split off from this ticket
	Joined ID   // this ticket was merged into it
	Parted ID   // this ticket was taken out of it again
	// Undone is when a change of status was made that is taken back, zero if none is.
	Undone time.Time
}

// clock has the clocks of the ticket kept.
func (c *change) clock(ctx context.Context) error {
	if c.s.Clocks == nil {
		return nil
	}
	c.shift.At = c.now
	return c.s.Clocks.Keep(ctx, &c.T, c.shift)
}

// Ahead is how long after it was written a reply may leave and answer at once. One that is to
// leave later answers when it leaves: until then it can be taken back, and the customer waits.
const Ahead = 10 * time.Minute

// waits reports whether a message is to leave so late that it answers only then.
func (m Message) waits() bool { return m.Delivery == Scheduled && m.SendAt.Sub(m.At) > Ahead }

// answers reports whether a reply of this delivery may have reached its reader.
func (d Delivery) answers() bool { return d != Cancelled && d != Failed && d != Bounced }
