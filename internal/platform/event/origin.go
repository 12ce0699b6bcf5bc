package event

import (
	"cmp"
	"context"
	"encoding/json"

	"godwit.dev/godwit/internal/platform/auth"
)

// Origin is from where something was asked for. It stands, as "via", in the data
// of those events that concern security and money.
type Origin struct {
	Address string       `json:"address,omitempty"` // of the network, as the door saw it
	Token   auth.TokenID `json:"token,omitempty"`   // of the API, or 0
}

type originKey struct{}

// From returns a context under which events come from an origin.
func From(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// Via writes the origin of the context into the event's data. It changes nothing
// without one, or where the data say already from where.
func (e *Event) Via(ctx context.Context) error {
	o, _ := ctx.Value(originKey{}).(Origin)
	if o == (Origin{}) {
		return nil
	}
	data := map[string]json.RawMessage{}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return err
	}
	if _, ok := data["via"]; ok {
		return nil
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return err
	}
	data["via"] = raw
	e.Data, err = json.Marshal(data)
	return err
}

// Origin returns from where the event was asked for, as far as it says so.
func (e Event) Origin() Origin {
	var d struct {
		Via     Origin `json:"via"`
		Address string `json:"address"`
	}
	if e.Decode(&d) != nil {
		return Origin{}
	}
	if e.Subject.Kind == "person" {
		d.Via.Address = cmp.Or(d.Via.Address, d.Address) // of a sign-in
	}
	return d.Via
}
