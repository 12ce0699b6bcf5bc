package api

import "godwit.dev/godwit/internal/domain/recovery"

// RecoveryBatch is what became of the units of a supplier's batch.
type RecoveryBatch struct {
	Supplier  string               `json:"supplier" example:"Shenzhen Bright"`
	Batch     *string              `json:"batch" example:"2026-05-B" doc:"Null for what nobody named a batch of."`
	Articles  int64                `json:"articles" doc:"SKUs of it that were sold."`
	Sold      int64                `json:"sold" doc:"Units, without orders that were cancelled or deleted."`
	Faulty    int64                `json:"faulty" doc:"Units of cases decided for their customers, for the reason defective."`
	Unclaimed int64                `json:"unclaimed" doc:"Of the faulty, in no claim against a supplier."`
	Rate      float64              `json:"rate" minimum:"0" maximum:"1" doc:"Share of faulty units."`
	Low       float64              `json:"low" minimum:"0" maximum:"1" doc:"Low end of its interval (Wilson, 95 %)."`
	High      float64              `json:"high" minimum:"0" maximum:"1"`
	Usual     float64              `json:"usual" minimum:"0" maximum:"1" doc:"Share of faulty units of all other batches together."`
	StandsOut bool                 `json:"stands_out" doc:"The low end is above what is usual, and at least three units are faulty."`
	Claims    int64                `json:"claims"`
	Money     []RecoveryBatchMoney `json:"money" nullable:"false"`
}

// RecoveryBatchMoney is what a batch comes to in a currency.
type RecoveryBatchMoney struct {
	Currency string `json:"currency" example:"EUR"`
	Cost     int64  `json:"cost" doc:"Of the cases for its faulty units, in minor units, as the others."`
	Asked    int64  `json:"asked"`
	Granted  int64  `json:"granted"`
	Received int64  `json:"received"`
}

func (s *server) recoveryBatches(c *call, in *struct{ Picking }) (*pageOut[RecoveryBatch], error) {
	b, err := s.Recovery.Book(c, c.actor)
	if err != nil {
		return nil, err
	}
	return page(c, convert(b.Batches, func(x recovery.Batch) RecoveryBatch {
		out := RecoveryBatch{
			Supplier: x.Supplier, Batch: optText(x.Name), Articles: x.Articles, Sold: x.Sold, Faulty: x.Found, Unclaimed: x.Unclaimed, Rate: x.Rate.Share, Low: x.Rate.Low, High: x.Rate.High, Usual: x.Usual,
			StandsOut: x.StandsOut, Claims: x.Claims, Money: []RecoveryBatchMoney{},
		}
		for _, m := range x.Sums() {
			if m.Currency != "" {
				out.Money = append(out.Money, RecoveryBatchMoney{m.Currency, m.Cost, m.Asked, m.Granted, m.Received})
			}
		}
		return out
	}), ""), nil
}

// RecoveryBatchDraft names a batch of a supplier.
type RecoveryBatchDraft struct {
	Supplier string `json:"supplier" minLength:"1" maxLength:"500" example:"Shenzhen Bright"`
	Batch    string `json:"batch,omitempty" maxLength:"500" example:"2026-05-B"`
}

// RecoveryBatchClaimed is what was claimed of a batch.
type RecoveryBatchClaimed struct {
	Units       int64            `json:"units" doc:"Claimed now, and in no claim before."`
	More        bool             `json:"more" doc:"More remain than one call claims: a repeat goes on with them."`
	RecoveryIDs []Ref[aRecovery] `json:"recovery_ids" nullable:"false" doc:"The claims in which they stand."`
}

func (s *server) recoveryBatchClaim(c *call, in *struct{ Body RecoveryBatchDraft }) (*recordOut[RecoveryBatchClaimed], error) {
	g, err := s.Recoup.ClaimBatch(c, c.actor, recovery.KeyOfBatch(in.Body.Supplier, in.Body.Batch))
	if err != nil {
		return nil, err
	}
	return record(RecoveryBatchClaimed{g.Units, g.Left, append([]Ref[aRecovery]{}, convert(g.Claims, func(id recovery.ID) Ref[aRecovery] { return refTo[aRecovery](id) })...)}), nil
}
