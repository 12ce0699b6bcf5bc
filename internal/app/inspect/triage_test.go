package inspect_test

import (
	"slices"
	"strings"
	"testing"
)

func TestTriageContract(t *testing.T) {
	got := answers(t, "language", []object{
		{"id": "a", "text": "Wo ist mein Paket?\n\nOn Monday, Ann Smith <ann@shop.example> wrote:\n> Dear customer, thank you very much for your order with us, we will send it as soon as possible."},
		{"id": "b", "text": ""}, {"id": "c", "text": "我的包裹還沒有到"},
	}, "")
	for i, want := range []string{"de Latn", "und ", "zh Hant"} {
		if is := got[i]["language"].(string) + " " + got[i]["script"].(string); is != want {
			t.Errorf("%v, want %s", got[i], want)
		}
	}
	got = answers(t, "topic", []object{
		{"id": "1", "text": "Please cancel my order", "language": "en"},
		{"id": "2", "text": "cancelar mi pedido", "language": "es-MX", "context": object{"order": object{"status": "unfulfilled"}, "late": true}},
		{"id": "3", "text": "Who won the match?"},
	}, "")
	for i, want := range []string{"cancel_order", "cancel_order", "other"} {
		scored := got[i]["topics"].([]any)
		if got[i]["topic"] != want || scored[0].(map[string]any)["topic"] != want {
			t.Errorf("%v, want %s", got[i], want)
		}
	}
	got = answers(t, "mood", []object{{"id": "1", "text": "You are thieves, my lawyer will write to you"}, {"id": "2", "text": "ok"}}, "")
	if got[0]["mood"] != "negative" || got[0]["urgent"] != true || !slices.Contains(got[0]["why"].([]any), any("lawyer")) || got[1]["mood"] != "neutral" || got[1]["urgent"] != false {
		t.Errorf("%v", got)
	}
	for _, kind := range []string{"language", "topic", "mood"} {
		lines, bad := answer(t, kind, `{"id":7}`+"\n"+`{"id":8,"text":5}`+"\n"+`{"id":9,"text":"hallo"}`, "")
		if bad != 2 || len(lines) != 3 || !strings.Contains(lines[0], `"error"`) || strings.Contains(lines[2], `"error"`) {
			t.Errorf("%s: %d bad, %v", kind, bad, lines)
		}
	}
}
