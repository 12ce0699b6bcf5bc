package api

import (
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/recovery"
	"godwit.dev/godwit/internal/domain/shipment"
)

// RecoveryAgreementDraft is what may be written of an agreement.
type RecoveryAgreementDraft struct {
	Against   string   `json:"against" enum:"carrier,insurer,supplier,marketplace"`
	Party     string   `json:"party" minLength:"1" maxLength:"200" example:"4PX" doc:"Its name; of a carrier as parcels name it."`
	Cause     string   `json:"cause,omitempty" enum:"lost,never_scanned,damaged,delayed,defective" doc:"Left out: all that no other agreement of the party names. A supplier answers for defective goods alone."`
	From      string   `json:"from" format:"date" example:"2026-07-01" doc:"It holds for what was sent (of suppliers: ordered) since then, until a later one."`
	Days      int      `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"In which a claim is taken: from the dispatch of a parcel that is lost, the delivery of one that is damaged or late, the day on which a defect was told."`
	ReplyDays int      `json:"reply_days,omitempty" minimum:"0" maximum:"3650" doc:"In which the party answers."`
	Currency  string   `json:"currency,omitempty" example:"EUR" doc:"Needed with a sum."`
	PerKg     int64    `json:"per_kg,omitempty" minimum:"0" doc:"Paid at most for each kilogram, in minor units; counts where the weight of all goods is known."`
	Most      int64    `json:"most,omitempty" minimum:"0" doc:"Paid at most, in minor units."`
	Papers    []string `json:"papers,omitempty" maxItems:"20" enum:"invoice,declared_value,proof_of_posting,proof_of_insurance,photo_damage,photo_packing,photo_fault,statement,refund,inspection,purchase,party_form"`
	Note      string   `json:"note,omitempty" maxLength:"2000" example:"Contract of 2026, clause 7"`
}

// RecoveryAgreement is what the merchant agreed with a party about claims.
type RecoveryAgreement struct {
	ID Ref[anAgreement] `json:"id"`
	RecoveryAgreementDraft
}

func agreementRecord(a recovery.Agreement) RecoveryAgreement {
	return RecoveryAgreement{refTo[anAgreement](a.ID), RecoveryAgreementDraft{
		Against: string(a.Against), Party: a.Name, Cause: string(a.Cause), From: a.From.Format(time.DateOnly), Days: a.Days, ReplyDays: a.Reply, Currency: a.Currency, PerKg: a.PerKg, Most: a.Most, Papers: a.Papers, Note: a.Note,
	}}
}

func (s *server) agreementList(c *call, in *struct{ Picking }) (*pageOut[RecoveryAgreement], error) {
	list, err := s.Recovery.Agreements(c, c.actor)
	if err != nil {
		return nil, err
	}
	return page(c, convert(list, agreementRecord), ""), nil
}

func (s *server) agreementPut(c *call, in *struct{ Body RecoveryAgreementDraft }) (*recordOut[RecoveryAgreement], error) {
	b := in.Body
	from, err := time.Parse(time.DateOnly, b.From)
	if err != nil {
		return nil, errs.Field("from", "error.invalid")
	}
	a := recovery.Agreement{Against: recovery.Against(b.Against), Party: b.Party, Cause: recovery.Cause(b.Cause), From: from, AgreementTerms: recovery.AgreementTerms{
		Name: b.Party, Days: b.Days, Reply: b.ReplyDays, Currency: b.Currency, PerKg: b.PerKg, Most: b.Most, Papers: b.Papers, Note: b.Note,
	}}
	if a.Against == recovery.Carrier {
		a.Party = shipment.CarrierKey(a.Party)
	}
	if a, err = s.Recovery.SaveAgreement(c, c.actor, a); err != nil {
		return nil, err
	}
	return record(agreementRecord(a)), nil
}

func (s *server) agreementDelete(c *call, in *struct {
	Agreement Ref[anAgreement] `path:"agreement" doc:"The agreement's id."`
}) (*noneOut, error) {
	return &noneOut{}, s.Recovery.DropAgreement(c, c.actor, recovery.AgreementID(in.Agreement.num()))
}
