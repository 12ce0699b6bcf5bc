package inspect

import (
	"encoding/json"
	"sync"

	"godwit.dev/godwit/internal/base/term"
)

// hits are the answer to a query: ids of documents as they were written, best first.
type hits struct {
	Hits []json.RawMessage `json:"hits"`
}

// shelf is the documents of one run. Its lock is taken by the reader alone, so that a query sees exactly the documents of
// the lines above it: a document waits for the queries before it, and the queries after it wait for it.
type shelf struct {
	mu    sync.RWMutex
	index term.Index
}

// inspectSearch takes documents, which have no answer unless they are bad, and queries over those so far.
func inspectSearch(string) inspector {
	s := new(shelf)
	return func(f fields) (job, error) {
		switch {
		case f.has("doc") && f.has("query"):
			return nil, sentence(`Give either "doc" or "query", not both.`)
		case f.has("doc"):
			return nil, s.add(f)
		case f.has("query"):
			return s.query(f)
		}
		return nil, sentence(`The field "doc" or "query" is missing.`)
	}
}

func (s *shelf) add(f fields) error {
	var doc fields
	if json.Unmarshal(f["doc"], &doc) != nil {
		return sentence(`The field "doc" must be an object.`)
	}
	if !doc.has("id") || doc["id"][0] == '{' || doc["id"][0] == '[' {
		return sentence(`The document must have an "id", a string or a number.`)
	}
	if !doc.has("title") && !doc.has("text") {
		return sentence(`The document has neither "title" nor "text".`)
	}
	language, err := doc.text("language")
	if err != nil {
		return err
	}
	title, err := doc.text("title")
	if err != nil {
		return err
	}
	text, err := doc.text("text")
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index.Add(string(doc.id()), language, title, text)
	return nil
}

func (s *shelf) query(f fields) (job, error) {
	query, err := f.required("query")
	if err != nil {
		return nil, err
	}
	language, err := f.text("language")
	if err != nil {
		return nil, err
	}
	k, err := f.positive("k")
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	return func() (any, error) {
		defer s.mu.RUnlock()
		found := hits{Hits: []json.RawMessage{}}
		for _, id := range s.index.Search(query, language, k) {
			found.Hits = append(found.Hits, json.RawMessage(id))
		}
		return found, nil
	}, nil
}
