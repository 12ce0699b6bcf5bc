package ledger

import (
	"slices"

	"godwit.dev/godwit/internal/base/money"
)

// Components are what a refund is made of, in minor units: plus is paid to the customer, minus is borne by them.
type Components struct {
	Goods        int64 `json:"goods,omitzero"`
	Tax          int64 `json:"tax,omitzero"`
	Duty         int64 `json:"duty,omitzero"`
	ShippingOut  int64 `json:"shipping_out,omitzero"`
	ShippingBack int64 `json:"shipping_back,omitzero"` // minus: a label that the customer pays; plus: postage repaid to them
	Fee          int64 `json:"fee,omitzero"`           // minus: kept
	Bonus        int64 `json:"bonus,omitzero"`
	Goodwill     int64 `json:"goodwill,omitzero"`
	Exchange     int64 `json:"exchange,omitzero"` // a difference of exchange that is made good, or kept
}

// list returns the components with the account that bears each.
func (c Components) list() []Line {
	return []Line{
		{Account: ReturnedGoods, Amount: c.Goods}, {Account: OutputTax, Amount: c.Tax}, {Account: ReturnedDuty, Amount: c.Duty},
		{Account: ReturnedShipping, Amount: c.ShippingOut}, {Account: ReturnLabels, Amount: c.ShippingBack}, {Account: FeesKept, Amount: c.Fee},
		{Account: Bonus, Amount: c.Bonus}, {Account: Goodwill, Amount: c.Goodwill}, {Account: ExchangeResult, Amount: c.Exchange},
	}
}

// Total adds the components up. It fails with errs.Invalid beyond 64 bits.
func (c Components) Total(currency string) (money.Amount, error) {
	sum := money.Amount{Currency: currency}
	var err error
	for _, l := range c.list() {
		if sum, err = sum.Add(money.Amount{Minor: l.Amount, Currency: currency}); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// Plus returns the sum of two lists of components. It is for sums that were checked: beyond 64 bits it wraps around.
func (c Components) Plus(d Components) Components {
	return Components{c.Goods + d.Goods, c.Tax + d.Tax, c.Duty + d.Duty, c.ShippingOut + d.ShippingOut, c.ShippingBack + d.ShippingBack,
		c.Fee + d.Fee, c.Bonus + d.Bonus, c.Goodwill + d.Goodwill, c.Exchange + d.Exchange}
}

// Way is the account out of which a refund is paid: what a provider holds, the merchant's bank, or store credit, which
// is not paid out but owed anew.
func Way(destination, provider string) Account {
	switch destination {
	case "store_credit", "gift_card", "points":
		return StoreCredit
	case "bank":
		return Bank
	}
	return Clearing.Of(provider)
}

// transfer moves a sum from one account into another.
func transfer(kind Kind, from, to Account, a money.Amount) Entry {
	return Entry{Kind: kind, Lines: []Line{{to, a.Minor, a.Currency}, {from, -a.Minor, a.Currency}}}
}

// Payment books a customer's payment for an order, which the provider holds from then on.
func Payment(method, provider string, a money.Amount) Entry {
	if Way(method, provider) == StoreCredit {
		return transfer(CreditSpent, Payments.Of(method), StoreCredit, a)
	}
	return transfer(Paid, Payments.Of(method), Clearing.Of(provider), a)
}

// Owed books that a customer is owed a refund, each component with the account that bears it. Tax comes off the tax on
// sales, goods and postage off the sales; fees and labels that the customer bears are income.
func Owed(c Components, currency string) (Entry, error) {
	return owed(Approved, RefundsPayable, c, currency)
}

// Elsewhere books a refund that somebody else has paid out of what they hold for the merchant, such as a marketplace:
// it never was, and must not become, payable here.
func Elsewhere(payer string, c Components, currency string) (Entry, error) {
	return owed(PaidElsewhere, Clearing.Of(payer), c, currency)
}

func owed(kind Kind, to Account, c Components, currency string) (Entry, error) {
	total, err := c.Total(currency)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: kind, Lines: append(c.list(), Line{Account: to, Amount: -total.Minor})}
	e.Lines = slices.DeleteFunc(e.Lines, func(l Line) bool { return l.Amount == 0 })
	for i := range e.Lines {
		e.Lines[i].Currency = currency
	}
	return e, nil
}

// NotOwed books that a refund which was owed, and of which nothing was paid, is not owed after all.
func NotOwed(c Components, currency string) (Entry, error) {
	e, err := owed(Withdrawn, RefundsPayable, c, currency)
	for i := range e.Lines {
		e.Lines[i].Amount = -e.Lines[i].Amount
	}
	return e, err
}

// PayTwice books a refund that a provider paid although it had been given up, or that somebody else paid as well: a loss until the money is asked back.
func PayTwice(way Account, a money.Amount) Entry { return transfer(PaidTwice, way, Loss, a) }

// AskBack books that a customer was asked for what they got twice: it is due from them and no loss.
func AskBack(a money.Amount) Entry { return transfer(AskedBack, Loss, CustomerDue, a) }

// ComeBack books that it came back, into a way, whether or not the customer had been asked.
func ComeBack(way Account, a money.Amount, asked bool) Entry {
	return transfer(GotBack, bears(asked), way, a)
}

// GiveUp books what was due from a customer and is not asked for any more as a loss.
func GiveUp(a money.Amount) Entry { return transfer(GivenUp, CustomerDue, Loss, a) }

// NotTwice takes back what PayTwice booked: the money never left the way.
func NotTwice(way Account, a money.Amount, asked bool) Entry {
	return transfer(WasNotTwice, bears(asked), way, a)
}

// bears is the account that holds what was paid twice.
func bears(asked bool) Account {
	if asked {
		return CustomerDue
	}
	return Loss
}

// Submit books that a provider was asked to pay.
func Submit(a money.Amount) Entry { return transfer(Submitted, RefundsInTransit, RefundsPayable, a) }

// Succeed books that a provider paid, out of a way. If it took another currency out of what it holds, both sums are
// given and meet in the exchange account; otherwise taken is the same sum.
func Succeed(way Account, a, taken money.Amount) Entry {
	if taken == (money.Amount{}) || taken.Currency == a.Currency {
		return transfer(Succeeded, way, RefundsInTransit, a).spread(way, a, taken)
	}
	return Entry{Kind: Succeeded, Lines: []Line{
		{RefundsInTransit, a.Minor, a.Currency}, {Exchange, -a.Minor, a.Currency},
		{Exchange, taken.Minor, taken.Currency}, {way, -taken.Minor, taken.Currency},
	}}
}

// spread books what was taken beyond the sum itself, in its currency, as a result of exchange.
func (e Entry) spread(way Account, a, taken money.Amount) Entry {
	if d := taken.Minor - a.Minor; taken.Currency != "" && d != 0 {
		e.Lines[1] = Line{way, -taken.Minor, a.Currency}
		e.Lines = append(e.Lines, Line{ExchangeResult, d, a.Currency})
	}
	return e
}

// Fail books that a provider did not pay: the customer is owed as before.
func Fail(a money.Amount) Entry { return transfer(Failed, RefundsPayable, RefundsInTransit, a) }

// Bounce books that a refund which had been paid came back: the customer is owed again, and the way holds it again.
func Bounce(way Account, a, returned money.Amount) Entry {
	if returned == (money.Amount{}) || returned.Currency == a.Currency {
		e := transfer(Bounced, RefundsPayable, way, a)
		if d := returned.Minor - a.Minor; returned.Currency != "" && d != 0 {
			e.Lines[0].Amount = returned.Minor
			e.Lines = append(e.Lines, Line{ExchangeResult, -d, a.Currency})
		}
		return e
	}
	return Entry{Kind: Bounced, Lines: []Line{
		{Exchange, a.Minor, a.Currency}, {RefundsPayable, -a.Minor, a.Currency},
		{way, returned.Minor, returned.Currency}, {Exchange, -returned.Minor, returned.Currency},
	}}
}

// Settle books that somebody else paid what was payable here.
func Settle(payer string, a money.Amount) Entry {
	return transfer(PaidElsewhere, Clearing.Of(payer), RefundsPayable, a)
}

// Expire books store credit that nobody can spend any more.
func Expire(a money.Amount) Entry { return transfer(CreditExpired, Breakage, StoreCredit, a) }

// AdjustCredit books store credit that a person gave (plus) or took away, without a refund.
func AdjustCredit(a money.Amount) Entry { return transfer(CreditAdjusted, StoreCredit, Goodwill, a) }

// Fee books what a provider keeps for itself.
func Fee(provider string, a money.Amount) Entry {
	return transfer(FeeCharged, Clearing.Of(provider), ProviderFees.Of(provider), a)
}

// Keep books what a customer was charged for goods that they kept although they were exchanged.
func Keep(provider string, a money.Amount) Entry {
	return transfer(HoldTaken, GoodsKept, Clearing.Of(provider), a)
}

// GiveBack books that such a sum was paid back.
func GiveBack(provider string, a money.Amount) Entry {
	return transfer(HoldReturned, Clearing.Of(provider), GoodsKept, a)
}

// Grant books that a carrier, insurer, supplier or marketplace will pay for a loss; a negative sum takes that back.
func Grant(receivable, recovery Account, a money.Amount) Entry {
	return transfer(Granted, recovery, receivable, a)
}

// Recover books that they paid. If another currency came, both sums are given and meet in the exchange account; otherwise
// came is the same sum.
func Recover(receivable Account, a, came money.Amount) Entry {
	if came.Currency == a.Currency {
		return transfer(Recovered, receivable, Bank, a)
	}
	return Entry{Kind: Recovered, Lines: []Line{
		{Exchange, a.Minor, a.Currency}, {receivable, -a.Minor, a.Currency},
		{Bank, came.Minor, came.Currency}, {Exchange, -came.Minor, came.Currency},
	}}
}

// WriteOff books goods, at what they cost, that are worth nothing any more.
func WriteOff(a money.Amount) Entry { return transfer(WrittenOff, Stock, Loss, a) }

// SettleExchange books the result that two sums which met in the exchange account left, in one currency: plus is a loss.
func SettleExchange(a money.Amount) Entry {
	return transfer(ExchangeSettled, Exchange, ExchangeResult, a)
}
