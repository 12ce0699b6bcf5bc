package inspect_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/app/inspect"
	"godwit.dev/godwit/internal/base/errs"
)

// answer runs lines through a kind and returns the answers without their last line end.
func answer(t *testing.T, kind, in, dir string) (lines []string, bad int) {
	t.Helper()
	var out bytes.Buffer
	bad, err := inspect.Run(t.Context(), kind, strings.NewReader(in), &out, dir)
	if err != nil {
		t.Fatal(err)
	}
	if out.Len() == 0 {
		return nil, bad
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"), bad
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name, kind, in string
		want           []string
		bad            int
	}{
		{"order and ids", "redact", `{"id":2,"text":"a"}` + "\n" + `{"id":"x<y","text":"4111 1111 1111 1111 ok"}` + "\n" + `{"text":"b"}`,
			[]string{`{"id":2,"text":"a","spans":[]}`, `{"id":"x<y","text":"•••• 1111 ok","spans":[[0,19]]}`, `{"id":null,"text":"b","spans":[]}`}, 0},
		{"ids as they were written", "redact", `{"id":1.00,"text":""}` + "\n" + `{"id":12345678901234567890,"text":""}` + "\n" + `{"text":"","id":{"a":[1, 2]}}` + "\n" + `{"id":"\u00e9","text":""}`,
			[]string{`{"id":1.00,"text":"","spans":[]}`, `{"id":12345678901234567890,"text":"","spans":[]}`, `{"id":{"a":[1, 2]},"text":"","spans":[]}`, `{"id":"\u00e9","text":"","spans":[]}`}, 0},
		{"code points", "redact", `{"id":1,"text":"😀é 4111111111111111"}`, []string{`{"id":1,"text":"😀é •••• 1111","spans":[[3,19]]}`}, 0},
		{"bad lines", "redact", "nonsense\n[1]\nnull\n" + `{"id":3}` + "\n" + `{"id":4,"text":5}` + "\n" + `{"id":5,"text":"brok` + "\n" + `{"id":6,"text":"a"}`,
			[]string{`{"id":null,"error":"The line is not valid JSON: invalid character 'o' in literal null (expecting 'u')."}`,
				`{"id":null,"error":"The line must hold a JSON object."}`, `{"id":null,"error":"The line must hold a JSON object."}`,
				`{"id":3,"error":"The field \"text\" is missing."}`, `{"id":4,"error":"The field \"text\" must be a string."}`,
				`{"id":5,"error":"The line is not valid JSON: unexpected end of JSON input."}`, `{"id":6,"text":"a","spans":[]}`}, 6},
		{"blank lines, CRLF and a byte order mark", "redact", "\ufeff" + `{"id":1,"text":"a"}` + "\r\n\r\n  \n" + `{"id":2,"text":"b"}` + "\n",
			[]string{`{"id":1,"text":"a","spans":[]}`, `{"id":2,"text":"b","spans":[]}`}, 0},
		{"labels", "redact", `{"id":1,"text":"a","spans":[[1,2]],"lang":"en"}`, []string{`{"id":1,"text":"a","spans":[]}`}, 0},
		{"nothing", "mail", "", nil, 0},
		{"reply", "reply", `{"id":1,"text":"Yes.\n\nOn Tue, Jan 9, 2024 at 10:05 AM Acme <help@acme.example> wrote:\n> Sure?\n"}` + "\n" + `{"id":2,"html":"<p>Yes.</p><p>-- <br>Ann</p>"}` + "\n" + `{"id":3}` + "\n" + `{"id":4,"text":""}`,
			[]string{`{"id":1,"reply":"Yes.","quoted":"On Tue, Jan 9, 2024 at 10:05 AM Acme <help@acme.example> wrote:\n> Sure?","signature":""}`,
				`{"id":2,"reply":"Yes.","quoted":"","signature":"--\nAnn"}`, `{"id":3,"error":"The field \"text\" or \"html\" is missing."}`, `{"id":4,"reply":"","quoted":"","signature":""}`}, 1},
		{"html", "html", `{"id":1,"html":"<p onclick=x()>a<script>b</script><img src=https://e.example/p.png></p>"}` + "\n" + `{"id":2,"html":"a"}`,
			[]string{`{"id":1,"html":"<p>a<img></p>","text":"a","blocked":["event_handler","remote_image","script"]}`, `{"id":2,"html":"a","text":"a","blocked":[]}`}, 0},
		{"search", "search", `{"doc":{"id":7,"language":"en","title":"Refunds","text":"Money back"}}` + "\n" + `{"id":"q1","query":"refund"}` + "\n" + `{"doc":{"id":"late","text":"refund"}}` + "\n" +
			`{"id":"q2","query":"refund","k":1}` + "\n" + `{"id":"q3","query":"refund","k":99}` + "\n" + `{"id":"q4","query":""}` + "\n" + `{"id":"q5","query":"zebra","language":"en","k":3}`,
			[]string{`{"id":"q1","hits":[7]}`, `{"id":"q2","hits":["late"]}`, `{"id":"q3","hits":["late",7]}`, `{"id":"q4","hits":[]}`, `{"id":"q5","hits":[]}`}, 0},
		{"bad searches", "search", `{"id":1}` + "\n" + `{"id":2,"doc":5}` + "\n" + `{"id":3,"doc":{"title":"a"}}` + "\n" + `{"id":4,"doc":{"id":1}}` + "\n" + `{"id":5,"doc":{"id":1,"text":2}}` + "\n" +
			`{"id":6,"query":7}` + "\n" + `{"id":7,"query":"a","k":0}` + "\n" + `{"id":8,"query":"a","k":1.5}` + "\n" + `{"id":9,"query":"a","k":"1"}`,
			[]string{`{"id":1,"error":"The field \"doc\" or \"query\" is missing."}`, `{"id":2,"error":"The field \"doc\" must be an object."}`,
				`{"id":3,"error":"The document must have an \"id\", a string or a number."}`, `{"id":4,"error":"The document has neither \"title\" nor \"text\"."}`,
				`{"id":5,"error":"The field \"text\" must be a string."}`, `{"id":6,"error":"The field \"query\" must be a string."}`,
				`{"id":7,"error":"The field \"k\" must be a whole number of at least 1."}`, `{"id":8,"error":"The field \"k\" must be a whole number of at least 1."}`,
				`{"id":9,"error":"The field \"k\" must be a whole number of at least 1."}`}, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, bad := answer(t, c.kind, c.in, "")
			if !slices.Equal(got, c.want) || bad != c.bad {
				t.Errorf("%d bad, want %d; got\n%s\nwant\n%s", bad, c.bad, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

const plain = "From: Ann <ann@example.com>\r\nTo: help@acme.example\r\nSubject: Lamp\r\nDate: Tue, 9 Jan 2024 10:05:00 +0100\r\nMessage-ID: <1@example.com>\r\n\r\nIt broke.\r\n\r\n-- \r\nAnn\r\n"

func TestMail(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.eml")
	if err := os.WriteFile(path, []byte(plain), 0o600); err != nil {
		t.Fatal(err)
	}
	const rest = `"from":{"name":"Ann","address":"ann@example.com"},"to":[{"name":"","address":"help@acme.example"}],"cc":[],"reply_to":[],"subject":"Lamp",` +
		`"date":"2024-01-09T10:05:00+01:00","message_id":"1@example.com","in_reply_to":[],"references":[],"text":"It broke.\n\n-- \nAnn","html":"",` +
		`"reply":"It broke.","quoted":"","signature":"-- \nAnn","attachments":[],"kind":"message","warnings":[]}`
	raw := base64.StdEncoding.EncodeToString([]byte(plain))
	for in, want := range map[string]string{
		`{"id":1,"path":"a.eml"}`:                                                   `{"id":1,` + rest,
		fmt.Sprintf(`{"id":2,"path":%q}`, path):                                     `{"id":2,` + rest,
		`{"id":3,"raw":"` + raw + `"}`:                                              `{"id":3,` + rest,
		`{"id":4,"raw":"` + strings.TrimRight(raw[:40]+`\r\n`+raw[40:], "=") + `"}`: `{"id":4,` + rest,
		`{"id":5,"raw":""}`: `{"id":5,"from":null,"to":[],"cc":[],"reply_to":[],"subject":"","date":null,"message_id":"","in_reply_to":[],"references":[],"text":"","html":"",` +
			`"reply":"","quoted":"","signature":"","attachments":[],"kind":"message","warnings":["from_missing","date_missing","message_id_missing"]}`,
		`{"id":6,"path":"b.eml"}`:            `{"id":6,"error":"There is no file \"b.eml\"."}`,
		`{"id":7,"path":"."}`:                `{"id":7,"error":"\".\" is not a file."}`,
		`{"id":8,"path":"a\u0000b"}`:         `{"id":8,"error":"The file \"a\\x00b\" cannot be read: invalid argument."}`,
		`{"id":9,"raw":"%%%"}`:               `{"id":9,"error":"The field \"raw\" is not valid base64."}`,
		`{"id":10}`:                          `{"id":10,"error":"The field \"path\" or \"raw\" is missing."}`,
		`{"id":11,"path":""}`:                `{"id":11,"error":"The field \"path\" or \"raw\" is missing."}`,
		`{"id":12,"path":"a.eml","raw":"a"}`: `{"id":12,"error":"Give either \"path\" or \"raw\", not both."}`,
	} {
		got, _ := answer(t, "mail", in, dir)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestLongLines(t *testing.T) {
	long := `{"id":1,"text":"` + strings.Repeat("a", 64<<20) + `"}`
	got, bad := answer(t, "redact", long+"\n"+`{"id":2,"text":"a"}`, "")
	if want := []string{`{"id":1,"error":"The line is longer than 64 MB."}`, `{"id":2,"text":"a","spans":[]}`}; bad != 1 || !slices.Equal(got, want) {
		t.Errorf("%d bad, %.200q", bad, got)
	}
}

func TestManyLinesStayInOrder(t *testing.T) {
	const n = 5000
	var in strings.Builder
	for i := range n {
		fmt.Fprintf(&in, `{"id":%d,"text":"%s"}`+"\n", i, strings.Repeat("4111 1111 1111 1111, ", i%40))
	}
	got, bad := answer(t, "redact", in.String(), "")
	if bad != 0 || len(got) != n {
		t.Fatalf("%d bad, %d answers", bad, len(got))
	}
	for i, line := range got {
		if !strings.HasPrefix(line, fmt.Sprintf(`{"id":%d,`, i)) {
			t.Fatalf("answer %d is %.40s", i, line)
		}
	}
}

// TestAnswersAtOnce holds a conversation: each line is asked when the answer to the one before is there.
func TestAnswersAtOnce(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := inspect.Run(t.Context(), "redact", inR, outW, "")
		done <- errors.Join(err, outW.Close())
	}()
	d := json.NewDecoder(outR)
	for i := range 10 {
		fmt.Fprintf(inW, `{"id":%d,"text":""}`+"\n", i)
		var got struct{ ID int }
		if err := d.Decode(&got); err != nil || got.ID != i {
			t.Fatal(got, err)
		}
	}
	inW.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestRunEnds(t *testing.T) {
	if _, err := inspect.Run(t.Context(), "weather", strings.NewReader(""), io.Discard, ""); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "html, language, mail, mood, redact, reply, search, topic") {
		t.Error(err)
	}
	in, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := inspect.Run(ctx, "html", in, io.Discard, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	lines := strings.Repeat(`{"doc":{"id":1,"text":"a"}}`+"\n"+`{"query":"a"}`+"\n", 1000)
	if _, err := inspect.Run(t.Context(), "search", strings.NewReader(lines), brokenWriter{}, ""); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	if !slices.IsSorted(inspect.Kinds()) || !slices.Contains(inspect.Kinds(), "mail") {
		t.Error(inspect.Kinds())
	}
}
