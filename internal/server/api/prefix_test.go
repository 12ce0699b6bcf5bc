package api

import (
	"testing"

	"godwit.dev/godwit/internal/platform/webhook"
)

// A record is called the same in the API and in what webhooks tell of it.
func TestWebhooksCallRecordsAsTheAPIDoes(t *testing.T) {
	both := 0
	for name, k := range inPath() {
		if told := webhook.Prefix(name); told != "" {
			if both++; told != k.prefix() {
				t.Errorf("a %s is %s_... to webhooks and %s_... to the API", name, told, k.prefix())
			}
		}
	}
	if both < 15 {
		t.Errorf("only %d kinds of record are compared", both)
	}
}
