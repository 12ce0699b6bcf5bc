package ledger

import (
	"slices"
	"strings"
)

// Account names an account of the chart: its key, and for those that are kept apart by method, provider or party a point
// and that part, such as "clearing.stripe".
type Account string

// The keys of the chart.
const (
	Clearing          Account = "clearing"           // . provider: what it holds for the merchant
	Bank              Account = "bank"               // the merchant's own accounts
	CarrierReceivable Account = "carrier_receivable" // . carrier: granted, not yet paid
	SupplierDue       Account = "supplier_due"       // . supplier: granted, not yet paid
	InsurerReceivable Account = "insurer_receivable" // . insurer: likewise
	RefundsPayable    Account = "refunds_payable"    // approved, and not on the way
	RefundsInTransit  Account = "refunds_in_transit" // a provider was asked
	StoreCredit       Account = "store_credit"       // issued, not yet spent
	OutputTax         Account = "output_tax"         // tax on sales; what is refunded may be recovered
	Exchange          Account = "exchange"           // where two currencies of an entry meet
	Payments          Account = "payments"           // . method: what customers paid
	FeesKept          Account = "fees_kept"          // restocking fees that customers bear
	ReturnLabels      Account = "return_labels"      // ways back that customers bear
	Breakage          Account = "breakage"           // store credit that expired
	GoodsKept         Account = "goods_kept"         // charged for goods that customers kept after an exchange
	CarrierRecovery   Account = "carrier_recovery"   // . carrier
	SupplierRecovery  Account = "supplier_recovery"  // . supplier
	InsurerRecovery   Account = "insurer_recovery"   // . insurer
	ReturnedGoods     Account = "returned_goods"     // sales given back
	ReturnedShipping  Account = "returned_shipping"  // postage of the way out given back
	ReturnedDuty      Account = "returned_duty"      // import duty given back to customers
	Bonus             Account = "bonus"              // given on top of store credit
	Goodwill          Account = "goodwill"           // paid beyond what was owed
	ExchangeResult    Account = "exchange_result"    // differences of exchange, both gains and losses
	ProviderFees      Account = "provider_fees"      // . provider: what it keeps of a refund
	Loss              Account = "loss"               // goods that are worth nothing any more
	Stock             Account = "stock"              // goods at what they cost

	MarketplaceReceivable Account = "marketplace_receivable" // . marketplace: granted by its programme, not yet paid
	MarketplaceRecovery   Account = "marketplace_recovery"   // . marketplace
	CustomerDue           Account = "customer_due"           // customers got it twice, and were asked for it
)

// Class is the kind of an account, as in a balance sheet and a statement of income.
type Class string

// The classes. A Contra account reduces income: sales that were given back.
const (
	Asset     Class = "asset"
	Liability Class = "liability"
	Income    Class = "income"
	Contra    Class = "contra"
	Expense   Class = "expense"
)

// Entered says what an account is.
type Entered struct {
	Account Account
	Number  string // in the order of a chart of accounts
	Class   Class
	Parts   bool // kept apart by provider, method or party
}

var chart = []Entered{
	{Bank, "1200", Asset, false},
	{Clearing, "1360", Asset, true},
	{CarrierReceivable, "1410", Asset, true},
	{SupplierDue, "1420", Asset, true},
	{InsurerReceivable, "1430", Asset, true},
	{MarketplaceReceivable, "1440", Asset, true},
	{CustomerDue, "1450", Asset, false},
	{Stock, "1500", Asset, false},
	{Exchange, "1590", Asset, false},
	{RefundsPayable, "2100", Liability, false},
	{RefundsInTransit, "2110", Liability, false},
	{StoreCredit, "2200", Liability, false},
	{OutputTax, "2300", Liability, false},
	{Payments, "4000", Income, true},
	{ReturnedGoods, "4100", Contra, false},
	{ReturnedShipping, "4110", Contra, false},
	{ReturnedDuty, "4120", Contra, false},
	{FeesKept, "4200", Income, false},
	{ReturnLabels, "4210", Income, false},
	{Breakage, "4220", Income, false},
	{GoodsKept, "4230", Income, false},
	{CarrierRecovery, "4300", Income, true},
	{SupplierRecovery, "4310", Income, true},
	{InsurerRecovery, "4320", Income, true},
	{MarketplaceRecovery, "4330", Income, true},
	{Bonus, "6100", Expense, false},
	{Goodwill, "6110", Expense, false},
	{ExchangeResult, "6200", Expense, false},
	{ProviderFees, "6300", Expense, true},
	{Loss, "6400", Expense, false},
}

// Chart returns the accounts by their numbers.
func Chart() []Entered { return slices.Clone(chart) }

// Of returns the part of an account that is kept for a provider, method or party. What is not a small letter, digit or
// underscore becomes one; no part at all is "other".
func (a Account) Of(part string) Account {
	part = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(part))
	if part == "" {
		part = "other"
	}
	return a + "." + Account(part[:min(len(part), 60)])
}

// Entry returns what the chart says of an account, and whether it is in the chart: with a part exactly where the chart
// keeps parts.
func (a Account) Entry() (Entered, bool) {
	key, part, parted := strings.Cut(string(a), ".")
	for _, e := range chart {
		if e.Account == Account(key) {
			return e, e.Parts == parted && (!parted || part != "" && Account(key).Of(part) == a)
		}
	}
	return Entered{}, false
}
