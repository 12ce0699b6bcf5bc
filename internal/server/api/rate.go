package api

import (
	"net/http"
	"strconv"

	"godwit.dev/godwit/internal/base/rate"
)

// DefaultRate is how many requests a token may make at a door that was not told
// otherwise.
var DefaultRate = rate.Rate{PerMinute: 600, Burst: 100}

// spend counts a request of a token and tells in the headers how many are left
// here (draft-ietf-httpapi-ratelimit-headers-06). It fails when none is.
func (s *server) spend(h http.Header, c *call) error {
	v := s.rates.Take(c.token.ID)
	h.Set("RateLimit-Limit", strconv.Itoa(v.Burst))
	h.Set("RateLimit-Policy", strconv.Itoa(s.Rate.PerMinute)+";w=60;burst="+strconv.Itoa(s.Rate.Burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(v.Left))
	h.Set("RateLimit-Reset", strconv.Itoa(rate.Seconds(v.Full)))
	if v.OK {
		return nil
	}
	wait := rate.Seconds(v.Wait)
	setRetry(h, wait)
	return c.newProblem(kindRate, "problem.rate", "seconds", wait)
}
