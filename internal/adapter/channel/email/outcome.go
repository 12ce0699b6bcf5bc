package email

import (
	"errors"
	"fmt"

	"github.com/emersion/go-smtp"
)

// OutcomeKind says what became of a send, and thereby what its caller may do.
type OutcomeKind string

const (
	// Sent: the server has answered for the message. Never send it again.
	Sent OutcomeKind = "sent"
	// RefusedPermanent: the server will not take it, now or later.
	RefusedPermanent OutcomeKind = "refused_permanent"
	// RefusedTemporary: it has certainly not been taken; a later attempt may work.
	RefusedTemporary OutcomeKind = "refused_temporary"
	// Unknown: the connection died between the final dot and the answer, so the
	// message may or may not be on its way. Ask Find before sending again.
	Unknown OutcomeKind = "unknown"
)

// Outcome is the result of one send.
type Outcome struct {
	Kind         OutcomeKind
	Code         int    // the server's reply code, 0 without one
	EnhancedCode string // such as "5.1.1" (RFC 3463), empty without one
	Detail       string // the server's words, or ours
	// Refused lists the recipients that the server did not take although it took
	// the message for others; they may need to be told apart in the thread.
	Refused []Refusal
	// Problem is set when the account and not the message is at fault: the server
	// cannot be reached, or refuses to sign us in.
	Problem *Problem
}

// Refusal is one recipient that was not taken.
type Refusal struct {
	Rcpt         string
	Temporary    bool
	Code         int
	EnhancedCode string
	Detail       string
}

// answered makes an Outcome of an error that came before the final dot, or of a
// reply to it: without a reply, nothing has been taken.
func answered(err error) Outcome {
	if err == nil {
		return Outcome{Kind: Sent, Code: 250}
	}
	var se *smtp.SMTPError
	if errors.As(err, &se) {
		out := Outcome{Kind: RefusedPermanent, Code: se.Code, EnhancedCode: enhanced(se), Detail: se.Message}
		if se.Code/100 != 5 {
			out.Kind = RefusedTemporary
		}
		return out
	}
	return unreachable(err)
}

func unreachable(err error) Outcome {
	p := diagnose(err)
	return Outcome{Kind: RefusedTemporary, Detail: p.Detail, Problem: p}
}

func refused(code int, enhancedCode, detail string) Outcome {
	return Outcome{Kind: RefusedPermanent, Code: code, EnhancedCode: enhancedCode, Detail: detail}
}

func enhanced(e *smtp.SMTPError) string {
	c := e.EnhancedCode
	if c == smtp.EnhancedCodeNotSet || c == smtp.NoEnhancedCode {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", c[0], c[1], c[2])
}

// refusals folds the answers to RCPT into one Outcome when nobody was taken: it
// is permanent only if it is so for everybody.
func refusals(list []Refusal) Outcome {
	worst := list[0]
	for _, r := range list {
		if r.Temporary {
			worst = r
			break
		}
	}
	out := Outcome{Kind: RefusedPermanent, Code: worst.Code, EnhancedCode: worst.EnhancedCode, Detail: worst.Detail, Refused: list}
	if worst.Temporary {
		out.Kind = RefusedTemporary
	}
	return out
}
