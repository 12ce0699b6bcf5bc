// Package errs gives every failure in Godwit one of seven kinds.
//
// An error has three faces: the kind, on which callers branch; a message key
// with parameters, which the doors translate for the person; and the wrapped
// cause, which goes to the log and never to a person. Callers test the kind,
// never the text. Only the doors (internal/server) turn kinds into HTTP codes.
package errs
