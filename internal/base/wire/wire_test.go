package wire_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/base/wire"
)

func parse(t testing.TB, text string) *wire.Node {
	t.Helper()
	n, err := wire.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNumbersAreText(t *testing.T) {
	n := parse(t, `{"id":820982911946154508,"rate":0.1000,"big":1e400,"text":"9007199254740993","no":1.5}`)
	for name, want := range map[string]string{"id": "820982911946154508", "rate": "0.1000", "big": "1e400", "text": "9007199254740993"} {
		if got := n.String(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if n.Int("id") != 820982911946154508 || n.Int("text") != 9007199254740993 || n.Int("missing") != 0 || n.Int("no") != 0 {
		t.Error("whole numbers are not exact")
	}
	if got := n.Unknown(nil, ".", nil); !slices.Equal(got, []string{"no"}) {
		t.Errorf("a number that is not whole was read as one: %v", got)
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		`"2021-12-31T19:00:00-05:00"`: "2021-12-31T19:00:00-05:00", `"2024-06-25T00:00:00.000Z"`: "2024-06-25T00:00:00Z", `"2022-02-01T10:00:00.123+0100"`: "2022-02-01T10:00:00.123+01:00",
		`"2017-03-22T19:28:02"`: "2017-03-22T19:28:02Z", `"2013-11-01"`: "2013-11-01T00:00:00Z", `"2024-03-04 09:58:00 +0200"`: "2024-03-04T09:58:00+02:00", `"2024-03-04 09:58:00 UTC"`: "2024-03-04T09:58:00Z", `1234567890`: "2009-02-13T23:31:30Z",
		`"1709546400"`: "2024-03-04T10:00:00Z", `1709546400123`: "2024-03-04T10:00:00.123Z", `"soon"`: "", `true`: "", `null`: "", `-5`: "", `"0000-00-00"`: "", `99999999999999999999`: "", `"Mon, 02 Jan 2006 15:04:05 +0000"`: "2006-01-02T15:04:05Z",
	} {
		got := ""
		if at := parse(t, `{"t":`+text+`}`).Time("t"); !at.IsZero() {
			got = at.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestUnknownIsWhatNobodyKnows(t *testing.T) {
	known := wire.MustVocabulary("order: id lines free note # a comment\nlines, others: id price\nprice: amount currency\nfree: *\n")
	n := parse(t, `{"id":1,"lines":[{"id":2,"price":{"amount":"1","currency":"EUR","new":1},"odd one":[]},{"fresh":{"deep":1}}],"free":{"any":{"thing":1}},"status":"odd","read":{"more":1},"":0}`)
	n.At("read")
	n.At("status").Puzzle()
	want := []string{`[""]`, `lines[0].price.new`, `lines[0]["odd one"]`, `lines[1].fresh`, `read.more`, `status`}
	if got := n.Unknown(known, "order", nil); !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	n.At("read").Whole()
	if got := n.Unknown(known, "order", nil); slices.Contains(got, "read.more") {
		t.Error("what lies in a whole is not understood")
	}
}

func TestObjectsThatSayWhatTheyAre(t *testing.T) {
	known := wire.MustVocabulary("event: object data\ndata: object\ncharge: object id\n")
	naming := func(n *wire.Node) string { return n.Peek("object").Text() }
	n := parse(t, `{"object":"event","data":{"object":{"object":"charge","id":"ch_1","new":1}}}`)
	if got := n.Unknown(known, "event", naming); !slices.Equal(got, []string{"data.object.new"}) {
		t.Error(got)
	}
}

func TestTheLastOfTwoMembersCountsAndIsReported(t *testing.T) {
	n := parse(t, `{"a":1,"b":2,"a":3}`)
	if n.String("a") != "3" || n.Size() != 2 {
		t.Errorf("a is %q of %d", n.String("a"), n.Size())
	}
	if got := n.Unknown(wire.MustVocabulary(".: a b\n"), ".", nil); !slices.Equal(got, []string{"a"}) {
		t.Error(got)
	}
}

func TestLimits(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "cut": `{"a":`, "two": `{} {}`, "single quotes": `{'a':1}`, "deep": strings.Repeat("[", 70) + strings.Repeat("]", 70), "large": `"` + strings.Repeat("x", wire.MaxBytes) + `"`,
		"many": "[" + strings.Repeat("0,", wire.MaxNodes) + "0]", "NaN": `{"a":NaN}`,
	} {
		if _, err := wire.Parse([]byte(text)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := wire.ParseForm([]byte("a=%zz")); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
}

func TestForms(t *testing.T) {
	n, err := wire.ParseForm([]byte("webhook_id=12&a=1&a=2"))
	if err != nil || n.Compact() != `{"a":["1","2"],"webhook_id":"12"}` {
		t.Error(n.Compact(), err)
	}
}

func TestVocabulariesAreChecked(t *testing.T) {
	if _, err := wire.ReadVocabulary(strings.NewReader("no container\n")); err == nil {
		t.Error("a line without a container was taken")
	}
}

func TestAbsentIsZero(t *testing.T) {
	var n *wire.Node
	if n.At("a", "b").Given() || n.String("a") != "" || n.Bool("a") || !n.Time("a").IsZero() || n.Items() != nil || n.Members() != nil || n.Kind() != wire.Absent || n.Size() != 0 || n.Texts() != nil || n.Copy() != nil {
		t.Error("what is not there is something")
	}
}

// Any document has one fingerprint, whatever the order of its members.
func TestFingerprintsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.String(), 1, 40, rapid.ID[string]).Draw(t, "names")
		object := func(names []string) string {
			var b strings.Builder
			for i, name := range names {
				key, _ := json.Marshal(name)
				b.WriteString(map[bool]string{true: "{ ", false: ",\n"}[i == 0] + string(key) + `:[1,{"x":"y"}]`)
			}
			return b.String() + "}"
		}
		a, err := wire.Parse([]byte(object(names)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := wire.Parse([]byte(object(rapid.Permutation(names).Draw(t, "again"))))
		if err != nil {
			t.Fatal(err)
		}
		if a.Fingerprint("x") != b.Fingerprint("x") || a.Fingerprint("x") == a.Fingerprint("y") {
			t.Fatal("the fingerprints differ")
		}
	})
}

// FuzzParse holds that what is read is what encoding/json reads, to the last digit.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.50e+3,"\u00e9\"\\",null,true],"b":{}}`, `[[[]],{"":{"":""}}]`, "\ufeff{}", `{"a":1,"a":2}`, `"\ud800"`, ` 1 `, "{\"\xff\":\"\xff\"}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := wire.Parse(text)
		text = bytes.TrimPrefix(text, []byte("\ufeff"))
		if err != nil {
			if json.Valid(text) && len(text) < 100 && bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) < wire.MaxDepth {
				t.Fatalf("%q is refused: %v", text, err)
			}
			return
		}
		read := func(text []byte) string {
			d := json.NewDecoder(bytes.NewReader(text))
			d.UseNumber()
			var v any
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			out, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
		if got, want := read([]byte(n.Compact())), read(text); got != want {
			t.Errorf("%q became %s, want %s", text, got, want)
		}
		n.Unknown(nil, ".", nil)
	})
}
