package inspect

import (
	"context"
	"io"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
)

// maxLine bounds one line of input, in bytes; a longer one is a bad line.
const maxLine = 64 << 20

// job makes the answer to one line that was accepted. The answer is a value to be encoded as a JSON object.
type job func() (any, error)

// inspector takes the lines of one run, in order, and says what to do with each. A nil job has no answer. The jobs run at
// any time later, side by side, and every one of them does run.
type inspector func(fields) (job, error)

// inspectors makes a fresh inspector of each kind; dir is where the relative paths of a run begin.
var inspectors = map[string]func(dir string) inspector{
	"decide":   inspectDecide,
	"mail":     inspectMail,
	"reply":    each(inspectReply),
	"due":      inspectDue,
	"html":     each(inspectHTML),
	"language": each(inspectLanguage),
	"mood":     each(inspectMood),
	"redact":   each(inspectRedact),
	"search":   inspectSearch,
	"topic":    each(inspectTopic),
	"tracking": each(inspectTracking),
	"webhook":  inspectWebhook,
}

// each is the inspector of a kind whose lines know nothing of each other.
func each(answer func(fields) (any, error)) func(string) inspector {
	return func(string) inspector {
		return func(f fields) (job, error) {
			return func() (any, error) { return answer(f) }, nil
		}
	}
}

// Kinds lists the kinds that Run knows, sorted.
func Kinds() []string {
	kinds := make([]string, 0, len(inspectors))
	for k := range inspectors {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	return kinds
}

// Run reads JSON lines from in and writes an answer to each to out, until in ends. It counts the lines that were bad,
// which alone are no error. Relative paths begin at dir, "" being the working folder. An unknown kind is errs.Invalid;
// other errors are those of in, out and ctx, and what was answered before them has been written.
//
// When ctx ends, Run returns at once; a Read of in that blocks at that moment is left behind, to be ended by whoever
// owns in.
func Run(ctx context.Context, kind string, in io.Reader, out io.Writer, dir string) (bad int, err error) {
	open, ok := inspectors[kind]
	if !ok {
		return 0, &errs.Error{Kind: errs.Invalid, Key: "error.inspect_kind", Field: "kind", Args: []any{"kind", kind, "kinds", strings.Join(Kinds(), ", ")}}
	}
	return newRun(open(dir), out).lines(ctx, in)
}
