package translating

import (
	"context"
	"strings"
	"sync"
	"time"
)

// Listed keeps what a vendor lists of itself for a while: its languages, its pairs.
type Listed[T any] struct {
	Fresh time.Duration // for which it is believed

	mu   sync.Mutex
	list T
	at   time.Time
}

// Get returns the list, and fetches it if there is none that is fresh.
func (l *Listed[T]) Get(ctx context.Context, fetch func(context.Context) (T, error)) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.at.IsZero() && time.Since(l.at) < l.Fresh {
		return l.list, nil
	}
	list, err := fetch(ctx)
	if err == nil {
		l.list, l.at = list, time.Now()
	}
	return list, err
}

// Among returns how a vendor writes a language: the first of the names, and then the tag and its
// language alone, that the vendor lists, in any case. It is "" for a language that it does not
// have.
func Among(listed []string, tag string, names ...string) string {
	base, _, _ := strings.Cut(tag, "-")
	for _, name := range append(names, tag, base) {
		for _, l := range listed {
			if strings.EqualFold(l, name) {
				return l
			}
		}
	}
	return ""
}
