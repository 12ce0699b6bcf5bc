package ui

import "time"

// Payments is the admin page of accounts with providers of payments.
type Payments struct {
	Page
	Form
	Rows     []PaymentRow
	Services []ServiceCard
	Shops    []Option
}

// PaymentRow is one account.
type PaymentRow struct {
	ID       int64
	Name     string
	Provider string
	Shop     string
	State    string // "on", "paused", "broken"
	Problem  string // as a sentence
	OKAt     time.Time
}

// PaymentEdit is the page of one account.
type PaymentEdit struct {
	Page
	Form
	PaymentRow
	Fields     []SettingField
	Docs       string // empty for the sandbox
	Address    string // where the provider calls us; empty if it does not
	HookID     int64
	VerifiedAt time.Time // when the last webhook came that was proven
	Topic      string    // what it was about
	RefusedAt  time.Time // when one was turned away last
	Refused    string    // why
	Secret     string    // shown once
}

// RefundLimits is the admin page of the sums up to which refunds are approved.
type RefundLimits struct {
	Page
	Form
	Rows []RefundLimit
}

// RefundLimit is one sum; the one without a role is that for four eyes.
type RefundLimit struct {
	Role     string
	Currency string
	Above    string
}

// limitRoles are the choices of a limit: two people, then the roles.
func (v RefundLimits) limitRoles(chosen string) []Option {
	list := append([]Option{{Label: v.T("limits.four_eyes")}}, roleOptions(v.Page, Role(chosen))...)
	for i := range list {
		list[i].Selected = list[i].Value == chosen
	}
	return list
}
