package ui

import "slices"

// alarming returns the first macro that is suggested for an alarm or an unhappy customer.
func (t Ticket) alarming() (MacroRef, bool) {
	if !t.works() || t.Composer.macro().ID != "" {
		return MacroRef{}, false
	}
	i := slices.IndexFunc(t.Composer.Suggested, func(m MacroRef) bool { return m.Alarm })
	if i < 0 {
		return MacroRef{}, false
	}
	return t.Composer.Suggested[i], true
}

// spoken names the language that the customer of the ticket writes.
func (t Ticket) spoken() string {
	for _, o := range t.Spoken {
		if o.Selected {
			return o.Label
		}
	}
	return t.T("ticket.no_language")
}
