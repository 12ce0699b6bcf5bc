package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/domain/ledger"
)

// CaseDifference is what came otherwise than it was announced, and what the customer is asked about it.
type CaseDifference struct {
	Number     int              `json:"difference" example:"1" doc:"From 1, within the case."`
	Resolution Ref[aResolution] `json:"resolution_id"`
	State      string           `json:"state" enum:"asked,agreed,disputed,silent,settled,overruled" doc:"While it is asked, disputed or silent the resolution waits, and its money is what was promised."`
	Found      []CaseFound      `json:"found" nullable:"false"`
	Was        *CaseSum         `json:"was,omitempty" doc:"What was promised; left out of what gives goods."`
	Becomes    *CaseSum         `json:"becomes,omitempty" doc:"What the customer is asked to agree to."`
	Until      time.Time        `json:"until" doc:"By when they are asked to answer; then a person decides."`
	Note       *string          `json:"note"`
	Words      *string          `json:"words" doc:"Of the customer who does not agree."`
	Why        *string          `json:"why" doc:"Of the person who decided."`
}

// CaseFound is units that differ.
type CaseFound struct {
	Line     int    `json:"line"`
	From     int64  `json:"from"`
	Quantity int64  `json:"quantity"`
	Is       string `json:"is" enum:"missing,other,worse"`
	Less     int64  `json:"less" doc:"Percent of what was paid for them that would not be refunded."`
}

func caseDifference(d cases.Difference) CaseDifference {
	return CaseDifference{
		Number: d.Number, Resolution: refTo[aResolution](d.Resolution), State: string(d.Stand), Was: caseSum(d.Was), Becomes: caseSum(d.Becomes), Until: at(d.Until), Note: optText(d.Note),
		Words: optText(d.Words), Why: optText(d.Why), Found: convert(d.Found, func(f cases.Found) CaseFound { return CaseFound{f.Line, f.From, f.Quantity, string(f.Is), f.Less} }),
	}
}

// ReturnDifference asks the customer about a return that does not hold what was announced.
type ReturnDifference struct {
	Less int64  `json:"less,omitempty" minimum:"0" maximum:"100" example:"30" doc:"Percent of what was paid for units that came damaged that would not be refunded."`
	Note string `json:"note,omitempty" maxLength:"1000" doc:"The customer reads it."`
}

func (s *server) returnDiffer(c *call, in *struct {
	ReturnPath
	Body ReturnDifference
}) (*recordOut[Case], error) {
	return caseOut(s.Goods.Differ(c, c.actor, in.id(), in.Body.Less, in.Body.Note))
}

// ReturnReason is why a return may be as it is.
type ReturnReason struct {
	Why string `json:"why" minLength:"1" maxLength:"1000" doc:"The customer reads it."`
}

func (s *server) returnOverlook(c *call, in *struct {
	ReturnPath
	Body ReturnReason
}) (*recordOut[Case], error) {
	return caseOut(s.Goods.Overlook(c, c.actor, in.id(), in.Body.Why))
}

// CaseAgreement names a difference of a case.
type CaseAgreement struct {
	Difference int `json:"difference" minimum:"1" example:"1"`
}

func (s *server) caseAgree(c *call, in *struct {
	CasePath
	Body CaseAgreement
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Agree(c, c.actor, in.id(), in.Body.Difference))
}

// CaseDisagreement is why a customer does not agree.
type CaseDisagreement struct {
	Difference int    `json:"difference" minimum:"1" example:"1"`
	Words      string `json:"words" minLength:"1" maxLength:"2000"`
}

func (s *server) caseDisagree(c *call, in *struct {
	CasePath
	Body CaseDisagreement
}) (*recordOut[Case], error) {
	return caseOut(s.Casework.Disagree(c, c.actor, in.id(), in.Body.Difference, in.Body.Words))
}

// CaseSettlement is what a person decides about a difference.
type CaseSettlement struct {
	Difference int      `json:"difference" minimum:"1" example:"1"`
	Money      *CaseSum `json:"money,omitempty" doc:"Each part between what the customer was asked for and what was promised. Left out: what was promised."`
	Why        string   `json:"why" minLength:"1" maxLength:"1000" doc:"The customer reads it."`
}

func (s *server) caseSettle(c *call, in *struct {
	CasePath
	Body CaseSettlement
}) (*recordOut[Case], error) {
	var lowered *ledger.Components
	if in.Body.Money != nil {
		sum := in.Body.Money.components()
		lowered = &sum
	}
	return caseOut(s.Cases.SettleDifference(c, c.actor, in.id(), in.Body.Difference, lowered, in.Body.Why))
}
