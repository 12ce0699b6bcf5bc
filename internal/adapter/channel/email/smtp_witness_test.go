package email

import (
	"testing"

	"github.com/emersion/go-smtp"

	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
)

func TestAWitnessNeitherSufficesNorMayMiss(t *testing.T) {
	const customer, witness = "a@example.test", "desk@example.test"
	tests := []struct {
		name   string
		refuse map[string]int // address -> code
		want   OutcomeKind
		stored int
	}{
		{name: "both are taken", want: Sent, stored: 1},
		{name: "the customer is put off", refuse: map[string]int{customer: 450}, want: RefusedTemporary},
		{name: "the customer is refused", refuse: map[string]int{customer: 550}, want: RefusedPermanent},
		{name: "the witness is put off", refuse: map[string]int{witness: 450}, want: RefusedTemporary},
		{name: "the witness is refused", refuse: map[string]int{witness: 550}, want: RefusedTemporary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv, acct := smtpServer(t, smtptest.Config{Fault: func(_ string, to []string) smtptest.Fault {
				if code := tt.refuse[to[0]]; len(to) == 1 && code != 0 {
					return smtptest.Fault{Rcpt: &smtp.SMTPError{Code: code, Message: "no"}}
				}
				return smtptest.Fault{}
			}})
			marked := false
			out := newSender(t, SenderOptions{}).SendWitnessed(t.Context(), acct, witness, []string{customer}, witness, []byte(mail(1)), func() error { marked = true; return nil })
			if out.Kind != tt.want || len(srv.Messages()) != tt.stored || marked != (tt.stored > 0) {
				t.Errorf("%+v, %d stored, marked %v", out, len(srv.Messages()), marked)
			}
		})
	}
}
