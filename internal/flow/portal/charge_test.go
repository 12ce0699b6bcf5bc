package portal

import (
	"testing"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/base/money"
	"godwit.dev/godwit/internal/domain/plan"
)

// Whoever takes duty and tax is named, and what is not known is never told as nothing.
func TestCharges(t *testing.T) {
	sum := func(minor int64, currency string) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
	for _, x := range []struct {
		lang i18n.Lang
		c    plan.Charge
		want string
	}{
		{i18n.English, plan.Charge{Due: plan.DueNever}, ""},
		{i18n.English, plan.Charge{Due: plan.DueUnknown, Amount: sum(0, "EUR")}, "not known"},
		{i18n.English, plan.Charge{Due: plan.DueDoor, Amount: sum(1234, "EUR")}, "€12.34 (paid on delivery)"},
		{i18n.English, plan.Charge{Due: plan.DueSeller, Amount: sum(1234, "JPY")}, "¥1,234 (paid by the shop)"},
		{i18n.English, plan.Charge{Due: plan.DueCheckout, Amount: sum(1234, "KWD"), AtLeast: true}, "at least KWD\u00a01.234 (paid in the shop)"},
		{i18n.SimplifiedChinese, plan.Charge{Due: plan.DueDoor, Amount: sum(1234, "EUR")}, "€12.34（送达时支付）"},
	} {
		got := Charges(i18n.For(x.lang), plan.Option{Duty: x.c, Tax: x.c})
		if len(got) != 2 || got[0].Text != x.want || got[1].Text != x.want || got[0].Word == got[1].Word {
			t.Errorf("%+v: %+v", x.c, got)
		}
	}
}
