package api

import (
	"time"

	"godwit.dev/godwit/internal/domain/policy"
)

// ReturnBudget is a cap of the return policy in force, and what is left of it.
type ReturnBudget struct {
	Rule     string    `json:"rule" example:"summer sale" doc:"Where the cap stands; empty is the terms at the top."`
	Per      string    `json:"per" enum:"day,week,month"`
	Period   string    `json:"period" example:"2026-W48"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to" doc:"After the period."`
	Spent    Money     `json:"spent" doc:"That went out without a person."`
	Reserved Money     `json:"reserved" doc:"That was promised without a person and has not arrived. What fails or is given up comes off."`
	Limit    Money     `json:"limit"`
	Percent  int       `json:"percent" doc:"Spent and reserved, of the limit; 100 at most."`
	UsedUp   bool      `json:"used_up" doc:"Nothing is left: a person decides on what is asked for."`
}

// ReturnBudgets is the list of them.
type ReturnBudgets struct {
	Data []ReturnBudget `json:"data" nullable:"false"`
}

func (s *server) returnBudgets(c *call, _ *struct{}) (*recordOut[ReturnBudgets], error) {
	list, err := s.Policies.Budgets(c, c.actor)
	if err != nil {
		return nil, err
	}
	return record(ReturnBudgets{append([]ReturnBudget{}, convert(list, func(b policy.Budget) ReturnBudget {
		sum := func(n int64) Money { return Money{n, b.Currency} }
		return ReturnBudget{b.Rule, b.Per, b.Period, b.From, b.To, sum(b.Spent), sum(b.Reserved), sum(b.Limit), b.Percent(), b.Over}
	})...)}), nil
}
