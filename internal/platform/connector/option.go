package connector

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// Kind says how an option is typed in and kept.
type Kind string

// The kinds of option.
const (
	Text   Kind = "text"
	URL    Kind = "url"    // an address without user, query and fragment; a slash at its end is dropped
	Secret Kind = "secret" // sealed at rest, never shown again
	Choice Kind = "choice" // one of Choices
)

// Option is one setting of a connection. Its label and help are texts of the
// catalogue, under keys that each family of drivers chooses.
type Option struct {
	Name     string // api_key
	Kind     Kind
	Default  string
	Choices  []string // of a Choice
	Required bool
}

// Settings is what a driver opens a connection with.
type Settings struct {
	Workspace  auth.WorkspaceID  // whose connection it is, and
	Connection int64             // which
	Values     map[string]string // by name of an option; Check has passed them
	Client     *http.Client      // made by Client
	Now        func() time.Time
}

// The longest settings, in bytes. Secrets leave room for a signing key in PEM.
const (
	maxValue  = 500
	maxSecret = 8 << 10
)

func (k Kind) longest() int {
	if k == Secret {
		return maxSecret
	}
	return maxValue
}

// Check returns the settings that options make of what somebody gave: trimmed,
// with defaults, without names that no option has. It fails with errs.Invalid for
// every option that is missing, too long or no value of its kind. Whether a URL
// may be called is decided when it is.
func Check(options []Option, given map[string]string) (map[string]string, error) {
	out := map[string]string{}
	var wrong []error
	for _, o := range options {
		v := strings.TrimSpace(given[o.Name])
		if v == "" {
			v = o.Default
		}
		if o.Kind == URL {
			v = strings.TrimRight(v, "/")
		}
		if err := o.check(v); err != nil {
			wrong = append(wrong, err)
		}
		if v != "" {
			out[o.Name] = v
		}
	}
	if len(wrong) > 0 {
		return nil, errs.Wrap(errs.Invalid, errors.Join(wrong...), "error.invalid")
	}
	return out, nil
}

func (o Option) check(v string) error {
	switch {
	case v == "" && o.Required:
		return errs.Field(o.Name, "error.required")
	case v == "":
		return nil
	case len(v) > o.Kind.longest() || o.Kind != Secret && strings.ContainsAny(v, "\r\n"):
		return errs.Field(o.Name, "error.setting_value")
	case o.Kind == Choice && !slices.Contains(o.Choices, v):
		return errs.Field(o.Name, "error.setting_value")
	case o.Kind == URL:
		u, err := url.Parse(v)
		if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return errs.Field(o.Name, "error.outbound_url")
		}
	}
	return nil
}

// Shown returns settings without their secrets, for forms and the API.
func Shown(options []Option, values map[string]string) map[string]string {
	out := map[string]string{}
	for _, o := range options {
		if v := values[o.Name]; v != "" && o.Kind != Secret {
			out[o.Name] = v
		}
	}
	return out
}

// Merge returns settings with what somebody changed of them. A secret that is
// left empty stays as it was, for a form does not show it.
func Merge(options []Option, was, given map[string]string) map[string]string {
	out := map[string]string{}
	for _, o := range options {
		v, ok := given[o.Name]
		if !ok || o.Kind == Secret && strings.TrimSpace(v) == "" {
			v = was[o.Name]
		}
		out[o.Name] = v
	}
	return out
}
