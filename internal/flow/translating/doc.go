// Package translating has messages and replies translated.
//
// A Driver is one provider, as data plus Open; an Engine is an account there, or the engine of
// this machine. The vendor's words end in the driver: what it gets are sentences with marks of
// package translate, and what it hands back is judged there.
package translating
