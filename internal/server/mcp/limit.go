package mcp

import "godwit.dev/godwit/internal/base/rate"

// DefaultRate is how many requests a token may make: it suits one agent that
// works for one person.
var DefaultRate = rate.Rate{PerMinute: 120, Burst: 40}

// Bounds of what is answered.
const (
	maxBody    = 1 << 20   // of a request, in bytes
	maxResult  = 192 << 10 // of an answer, in bytes of JSON
	maxText    = 8_000     // of one text in it, in characters
	maxThread  = 20        // messages of a ticket at a time
	maxList    = 25        // records of a list at a time
	maxMacros  = 100
	maxKey     = 200 // of an idempotency key, in bytes
	listLength = 10  // records of a list unless the caller says otherwise
)
