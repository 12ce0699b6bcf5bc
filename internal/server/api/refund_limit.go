package api

import (
	"godwit.dev/godwit/internal/domain/refund"
	"godwit.dev/godwit/internal/platform/auth"
)

// RefundLimit is a sum up to which refunds are approved.
type RefundLimit struct {
	Role     string `json:"role,omitempty" maxLength:"60" example:"lead" doc:"Left out, it is the sum above which whoever asked for a refund does not approve it."`
	Currency string `json:"currency" minLength:"3" maxLength:"3" example:"EUR"`
	Above    int64  `json:"above" minimum:"0" example:"50000" doc:"In minor units."`
}

// RefundLimits is the list of them.
type RefundLimits struct {
	Limits []RefundLimit `json:"limits" nullable:"false" maxItems:"200"`
}

func limitsOut(list []refund.Limit, err error) (*recordOut[RefundLimits], error) {
	if err != nil {
		return nil, err
	}
	return record(RefundLimits{append([]RefundLimit{}, convert(list, func(l refund.Limit) RefundLimit {
		return RefundLimit{string(l.Role), l.Currency, l.Above}
	})...)}), nil
}

func (s *server) refundLimits(c *call, _ *struct{}) (*recordOut[RefundLimits], error) {
	return limitsOut(s.Refunds.Limits(c, c.actor))
}

func (s *server) refundLimitsPut(c *call, in *struct{ Body RefundLimits }) (*recordOut[RefundLimits], error) {
	return limitsOut(s.Refunds.SetLimits(c, c.actor, convert(in.Body.Limits, func(l RefundLimit) refund.Limit {
		return refund.Limit{Role: auth.Role(l.Role), Currency: l.Currency, Above: l.Above}
	})))
}
