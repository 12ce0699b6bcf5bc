package apertium

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/translate"
	"godwit.dev/godwit/internal/flow/translating"
)

const (
	program   = "apertium"
	patience  = 15 * time.Second // for one process
	mostBytes = 1 << 20          // of its output
	atOnce    = 2                // processes of this server
	fresh     = 5 * time.Minute  // for which the list of pairs is believed
)

// slots bounds the processes of the server, whoever starts them.
var slots = make(chan struct{}, atOnce)

// search is where programs are looked for.
const search = "/usr/local/bin:/usr/bin:/bin"

// engine is the apertium of this machine.
type engine struct {
	name  string
	data  []string // folders of modes
	pairs translating.Listed[[]pair]
}

func open(name string) *engine {
	return &engine{name: name, data: []string{"/usr/share/apertium/modes", "/usr/local/share/apertium/modes"}, pairs: translating.Listed[[]pair]{Fresh: fresh}}
}

// pair is a mode of Apertium and the languages that it is between.
type pair struct {
	mode     string // spa-eng_US
	from, to tag
}

// tag is a language, with a region where the mode names one.
type tag struct{ base, region string }

// Installed reports whether there is an apertium on this machine.
func Installed() bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// About lists the pairs.
func (e *engine) About(ctx context.Context) (translating.About, error) {
	pairs, err := e.list(ctx)
	if err != nil {
		return translating.About{}, err
	}
	about := translating.About{Left: -1}
	for _, p := range pairs {
		about.Languages = append(about.Languages, p.from.String()+">"+p.to.String())
	}
	return about, nil
}

func (t tag) String() string {
	if t.region != "" {
		return t.base + "-" + t.region
	}
	return t.base
}

// list returns the installed pairs whose programs are there, the plain ones before those of a region.
func (e *engine) list(ctx context.Context) ([]pair, error) {
	return e.pairs.Get(ctx, func(ctx context.Context) ([]pair, error) {
		out, err := e.run(ctx, "", "-l")
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(modes(out), func(p pair) bool { return len(e.lacks(p.mode)) > 0 }), nil
	})
}

// lacks returns the programs of a mode that this machine does not have. Packages do not always ask for theirs: in Debian 12
// the Italian pair wants cg-proc, of cg3, and without it says nothing to everything, and that it went well.
func (e *engine) lacks(mode string) []string {
	var missing []string
	for _, dir := range e.data {
		steps, err := os.ReadFile(filepath.Join(dir, mode+".mode"))
		if err != nil {
			continue // where Apertium has it elsewhere, its answer will tell
		}
		for step := range strings.SplitSeq(string(steps), "|") {
			words := strings.Fields(step)
			if len(words) > 0 && !has(words[0]) {
				missing = append(missing, words[0])
			}
		}
	}
	return missing
}

// has reports whether a step of a mode finds its program.
func has(name string) bool {
	if filepath.IsAbs(name) {
		_, err := os.Stat(name)
		return err == nil
	}
	return slices.ContainsFunc(filepath.SplitList(search), func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

// mode is how Apertium names one: codes of ISO 639-1 or 639-3, a region perhaps.
var mode = regexp.MustCompile(`^([a-z]{2,3})-([a-z]{2,3})(?:_([A-Z]{2}))?$`)

// modes reads the list of modes. Variants other than of a region are left out.
func modes(list string) []pair {
	var out []pair
	for _, name := range strings.Fields(list) {
		m := mode.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		from, err1 := language.ParseBase(m[1])
		to, err2 := language.ParseBase(m[2])
		if err1 == nil && err2 == nil {
			out = append(out, pair{name, tag{base: from.String()}, tag{to.String(), m[3]}})
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return strings.Compare(a.to.region, b.to.region) })
	return out
}

// read brings a tag to its language and region.
func read(name string) tag {
	t, err := language.Parse(name)
	if err != nil {
		return tag{}
	}
	base, _ := t.Base()
	out := tag{base: base.String()}
	if region, sure := t.Region(); sure == language.Exact {
		out.region = region.String()
	}
	return out
}

// meets reports how well a tag serves for another: 2 for the same, 1 for the plain language, 0
// for no service.
func (t tag) meets(want tag) int {
	switch {
	case t == want:
		return 2
	case t.base == want.base && t.region == "":
		return 1
	}
	return 0
}

// route returns the modes from one language to another: one, or two with a language between.
func route(pairs []pair, from, to tag) []string {
	var best []string
	good := 0
	better := func(score int, modes ...string) {
		if score > good {
			best, good = modes, score
		}
	}
	for _, p := range pairs {
		if p.from.base == from.base && p.to.meets(to) > 0 {
			better(10+p.to.meets(to), p.mode)
		}
	}
	for _, p := range pairs {
		if p.from.base != from.base || p.to.region != "" {
			continue
		}
		for _, q := range pairs {
			if q.from.base == p.to.base && q.to.meets(to) > 0 {
				better(q.to.meets(to), p.mode, q.mode)
			}
		}
	}
	return best
}

// Translate runs the pair, or two of them one after the other.
func (e *engine) Translate(ctx context.Context, ask translating.Ask) (translating.Answer, error) {
	pairs, err := e.list(ctx)
	if err != nil {
		return translating.Answer{}, err
	}
	way := route(pairs, read(ask.From), read(ask.To))
	if way == nil {
		return translating.Answer{}, translating.ErrPair()
	}
	if len(ask.Sentences) == 0 {
		return translating.Answer{}, nil
	}
	lines := make([]string, len(ask.Sentences))
	for i, p := range ask.Sentences {
		lines[i] = write(p.Text)
	}
	billed, text := translating.Characters(lines), strings.Join(lines, paragraph)
	for _, name := range way {
		if text, err = e.run(ctx, text, "-u", name); err != nil {
			return translating.Answer{}, err
		}
	}
	lines = strings.Split(strings.TrimRight(text, "\n"), paragraph)
	if len(lines) != len(ask.Sentences) {
		return translating.Answer{}, translating.ErrAnswer(fmt.Errorf("%d paragraphs for %d", len(lines), len(ask.Sentences)))
	}
	for i, line := range lines {
		lines[i] = unwrite(line)
	}
	return translating.Answer{Texts: lines, Billed: billed}, nil
}

// paragraph stands between sentences.
const paragraph = "\n\n"

// token is a mark as Apertium sees it: a word that no dictionary has, with two letters for its
// number.
var token = regexp.MustCompile(`(?i)xq([a-z][a-z])x`)

// mostTokens is how many marks a sentence may have here.
const mostTokens = 26 * 26

func write(text string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if n, ok := translate.IsMark(r); ok && n < mostTokens {
			b.WriteString("Xq" + string(rune('a'+n/26)) + string(rune('a'+n%26)) + "x")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unwrite(text string) string {
	return token.ReplaceAllStringFunc(strings.Join(strings.Fields(text), " "), func(t string) string {
		t = strings.ToLower(t)
		return string(translate.First + rune(t[2]-'a')*26 + rune(t[3]-'a'))
	})
}

// run runs the program with a text on its standard input and returns what it writes. It fails
// with errs.Unsupported if there is no such program, and with errs.Unavailable if it does not
// end as it should or says nothing to a text.
func (e *engine) run(ctx context.Context, text string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return "", errs.Wrap(errs.Unavailable, ctx.Err(), "error.vendor_busy")
	}
	path, err := exec.LookPath(e.name)
	if err != nil {
		return "", errs.Wrap(errs.Unsupported, err, "error.translator_missing")
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"PATH=" + search, "LC_ALL=C.UTF-8"}
	cmd.Dir = "/"
	cmd.Stdin = strings.NewReader(text)
	cmd.WaitDelay = time.Second
	alone(cmd)
	var out, said bytes.Buffer
	cmd.Stdout = &bounded{w: &out, left: mostBytes}
	cmd.Stderr = &bounded{w: &said, left: mostBytes}
	if err := cmd.Run(); err != nil {
		return "", errs.Wrap(errs.Unavailable, errors.Join(err, ctx.Err()), "error.vendor_busy")
	}
	if strings.TrimSpace(out.String()) == "" && strings.TrimSpace(text) != "" { // a step broke, which is not told
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return "", translating.ErrAnswer(fmt.Errorf("nothing for %d bytes: %s", len(text), first))
	}
	return out.String(), nil
}

// bounded writes so many bytes and then fails, which ends the process.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the answer is too long")
	}
	return b.w.Write(p)
}
