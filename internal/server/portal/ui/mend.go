package ui

import (
	"strings"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/warranty"
)

// mends says how a repair stands, in a sentence.
func (v Case) mends(r warranty.Repair) string {
	switch r.Stage {
	case warranty.Received, warranty.Diagnosed:
		return v.T("case.letter.mending")
	case warranty.Consent:
		return v.T("case.letter.priced")
	case warranty.InRepair, warranty.Tested:
		return v.T("portal.repair.in_repair")
	case warranty.SentBack:
		return v.T("case.letter.resent")
	case warranty.Unrepairable:
		return v.T("case.letter.unmended")
	}
	return v.T("portal.repair." + string(r.Stage))
}

// mendPrice asks for a price.
func (v Case) mendPrice(r warranty.Repair) string {
	return v.T("case.letter.repair_price", "Sum", money.Amount{Minor: r.Estimate, Currency: r.Currency}.Format(string(v.Lang())), "Day", v.Date(r.DueAt, nil, i18n.Medium))
}

// mendBy says until when the unit should be on its way back, while it is with the merchant and nobody waits for the customer.
func (v Case) mendBy(r warranty.Repair) string {
	switch r.Stage {
	case warranty.Received, warranty.Diagnosed, warranty.Parts, warranty.InRepair, warranty.Tested:
		if !r.Replaced() {
			return v.T("case.letter.repair_by", "Day", v.Date(r.ByAt, nil, i18n.Medium))
		}
	}
	return ""
}

// mendTracking is the number of the way back.
func (v Case) mendTracking(r warranty.Repair) string {
	return v.T("case.letter.repair_tracking", "Number", strings.TrimSpace(r.Carrier+" "+r.Tracking))
}

// mendLoan says what other unit the customer has, and until when.
func (v Case) mendLoan(r warranty.Repair) string {
	switch {
	case r.Loan.Out():
		return v.T("portal.repair.lent", "Serial", r.Loan.Serial, "Day", v.Date(r.Loan.DueAt, nil, i18n.Medium))
	case r.Replaced():
		return v.T("portal.repair.swapped", "Serial", r.Loan.Serial)
	}
	return ""
}
