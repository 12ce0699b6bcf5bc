package errs

import (
	"context"
	"errors"
	"fmt"
)

// Kind says what a caller can do about an error.
type Kind uint8

const (
	// Internal is everything foreign or unexpected; report it and stop.
	Internal Kind = iota
	// NotFound means that the record does not exist in this workspace, or that
	// the actor may not know that it exists.
	NotFound
	// Invalid means that the input must change before a repeat can succeed.
	Invalid
	// Conflict means that the record is not in a state that allows the verb, or
	// that somebody else changed it first.
	Conflict
	// Denied means that this actor may not do this.
	Denied
	// Unavailable means that a repeat later may succeed unchanged.
	Unavailable
	// Unsupported means that this vendor, channel or engine cannot do it at all.
	Unsupported
)

var kindNames = [...]string{"internal", "not found", "invalid", "conflict", "denied", "unavailable", "unsupported"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Internal]
}

// Error is an error with a kind. The zero Key leaves the wording to the kind.
type Error struct {
	Kind  Kind
	Key   string // catalogue key of the sentence shown to a person
	Args  []any  // alternating name and value for the sentence
	Field string // input field the sentence belongs to, if any
	Err   error  // the cause, for the log only
}

func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Key != "" {
		s += ": " + e.Key
	}
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	if len(e.Args) > 0 {
		s += fmt.Sprintf(" %v", e.Args)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind with the catalogue key of its sentence.
func New(k Kind, key string, args ...any) *Error { return &Error{Kind: k, Key: key, Args: args} }

// Wrap gives a foreign error a kind and keeps it as the cause. A nil cause
// gives nil, so that it may wrap a call's result directly.
func Wrap(k Kind, err error, key string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: k, Key: key, Args: args, Err: err}
}

// Field makes an Invalid error about one input field.
func Field(field, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Field: field, Key: key, Args: args}
}

// KindOf returns the kind of the outermost Error in err's chain. Context
// cancellation counts as Unavailable; every other foreign error is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Is reports whether err is of kind k. A nil error is of no kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Fields returns every field error joined in err, for a form that marks them all.
func Fields(err error) []*Error {
	var out []*Error
	var walk func(error)
	walk = func(err error) {
		switch x := err.(type) {
		case nil:
		case *Error:
			if x.Field != "" {
				out = append(out, x)
				return
			}
			walk(x.Err)
		case interface{ Unwrap() []error }:
			for _, e := range x.Unwrap() {
				walk(e)
			}
		case interface{ Unwrap() error }:
			walk(x.Unwrap())
		}
	}
	walk(err)
	return out
}
