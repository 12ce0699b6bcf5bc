package policy

import (
	"testing"

	"godwit.dev/godwit/internal/domain/decision"
)

func TestWithoutAPolicyAPersonLooksAtEverything(t *testing.T) {
	terms, err := New().Terms(t.Context(), 1, Facts{Market: "DE", Currency: "JPY"})
	if err != nil || terms.Version != BuiltIn || terms.Trigger == "" {
		t.Fatalf("terms %+v, %v", terms, err)
	}
	p := terms.Policy
	if p.Windows[decision.Refund] < 14 || len(p.Auto) != 0 || p.KeepBelow != 0 || p.Label != nil || p.Fee != 0 || p.Fallback.Method != "bank" {
		t.Errorf("the built-in policy is not safe: %+v", p)
	}
}
