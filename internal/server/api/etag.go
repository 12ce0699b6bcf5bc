package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// Matching is how an update names the version that it was made from.
type Matching struct {
	IfMatch string `header:"If-Match" maxLength:"500" doc:"The ETag that the record had when it was read. The update is refused with 412 if it has another one now."`
}

// recordOut is one record as an answer.
type recordOut[T any] struct {
	ETag string `header:"ETag" doc:"Names this version of the record, for If-Match and If-None-Match."`
	Body T
}

// noneOut is an answer without a body.
type noneOut struct{}

// record answers with one record under the tag of its content.
func record[T any](v T) *recordOut[T] { return &recordOut[T]{ETag: tagOf(v), Body: v} }

// tagOf is the entity tag of a record that has no version: of its content.
func tagOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("api: " + err.Error()) // records are structs of our own
	}
	sum := sha256.Sum256(raw)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// versionTag is the entity tag of a record with a version.
func versionTag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// match refuses an update that was made from another version of the record.
func (c *call) match(m Matching, tag string) error {
	if m.IfMatch == "" || tagged(m.IfMatch, tag) {
		return nil
	}
	return c.newProblem(kindPrecondition, "problem.changed")
}
