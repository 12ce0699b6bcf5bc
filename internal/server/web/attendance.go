package web

import "godwit.dev/godwit/internal/platform/auth"

// Attendance is somebody who has a ticket open, as other doors see it.
type Attendance struct {
	Person auth.PersonID
	Typing bool
}

// Seen notes a sign of life of somebody in a ticket, which is named by its number.
func (p *Presence) Seen(w auth.WorkspaceID, number int64, who auth.PersonID, typing bool) {
	p.seen(w, number, who, typing)
}

// Left notes that somebody went away.
func (p *Presence) Left(w auth.WorkspaceID, number int64, who auth.PersonID) { p.left(w, number, who) }

// Others returns who else has a ticket open, those who write first.
func (p *Presence) Others(w auth.WorkspaceID, number int64, me auth.PersonID) []Attendance {
	var out []Attendance
	for _, x := range p.others(w, number, me) {
		out = append(out, Attendance{x.person, x.typing})
	}
	return out
}
