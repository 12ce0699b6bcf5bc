package message_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/jhillyerd/enmime/v2"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

// TestBombs: whatever is thrown at Parse, the header survives, the result is
// within its limits, and memory stays in proportion to the input.
func TestBombs(t *testing.T) {
	var nested, siblings strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	for range 100_000 {
		siblings.WriteString("--b\nContent-Type: text/plain\n\nx\n")
	}
	multi := head + "Content-Type: multipart/mixed; boundary=b\n\n"
	tests := []struct {
		name, raw, warning string
	}{
		{"10,000 nested multiparts", head + nested.String() + "\n\ntext\n", message.WarnDepthLimit},
		{"100,000 parts", multi + siblings.String() + "--b--\n", message.WarnPartsLimit},
		{"parts with nothing in them", multi + strings.Repeat("--b\n", 500_000), message.WarnPartsLimit},
		{"lines of dashes", multi + "--b\n\n" + strings.Repeat("--\n", 3_000_000), message.WarnPartsLimit},
		{"20 MB subject", strings.Replace(head, "Hello", strings.Repeat("spam ", 4<<20), 1) + "\nx\n", message.WarnHeaderLimit},
		{"subject of encoded words", strings.Replace(head, "Hello", strings.Repeat("=?utf-8?q?a?= ", 1<<18), 1) + "\nx\n", message.WarnHeaderLimit},
		{"unclosed encoded words", strings.Replace(head, "Hello", strings.Repeat("=?utf-8?q?", 1<<18), 1) + "\nx\n", message.WarnHeaderLimit},
		{"100,000 fields", strings.Repeat("X-A: b\n", 100_000) + head + "\nx\n", message.WarnHeaderLimit},
		{"100,000 recipients", "To: " + strings.Repeat("a@b.test, ", 100_000) + "\n" + head + "\nx\n", message.WarnHeaderLimit},
		{"quotes and comments", "To: " + strings.Repeat(`"(<`, 100_000) + "\n" + head + "\nx\n", message.WarnHeaderLimit},
		{"garbage lines in the header", head + strings.Repeat("garbage\n", 200_000) + "\nx\n", ""},
		{"base64 of garbage", head + "Content-Transfer-Encoding: base64\n\n" + strings.Repeat("\x00\xff!", 3<<20), message.WarnEncodingBroken},
		{"text of 10 MB", head + "\n" + strings.Repeat("word word\n", 1<<20), message.WarnTextTruncated},
		{"html of tags", head + "Content-Type: text/html\n\n" + strings.Repeat("<blockquote><div>", 1<<19), message.WarnTextTruncated},
		{"html of entities", head + "Content-Type: text/html\n\n" + strings.Repeat("&#x1F600;", 1<<19), message.WarnTextTruncated},
		{"parameters", head + "Content-Type: text/plain" + strings.Repeat("; a*0*=b", 100_000) + "\n\nx\n", message.WarnHeaderLimit},
		{"60 MB", head + "\n" + strings.Repeat(strings.Repeat("x", 79)+"\n", 60<<20/80), message.WarnBytesLimit},
	}
	lim := message.DefaultLimits()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := []byte(tt.raw)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m := message.Parse(raw, lim)
			runtime.ReadMemStats(&after)
			checkInvariants(t, m, lim)
			if tt.warning != "" && !slices.Contains(m.Warnings, tt.warning) {
				t.Errorf("warnings %v, want %s", m.Warnings, tt.warning)
			}
			if !strings.HasPrefix(tt.name, "100,000 fields") && (len(m.From) != 1 || m.MessageID != "1@shop.test") {
				t.Errorf("the header is lost: from %v, id %q", m.From, m.MessageID)
			}
			if used, bound := after.TotalAlloc-before.TotalAlloc, uint64(64<<20+8*len(raw)); used > bound {
				t.Errorf("%d MB allocated in all for %d MB", used>>20, len(raw)>>20)
			}
		})
	}
}

// TestAgreesWithEnmime reads the cases with a second parser: where it reads a
// text at all, its words must be in ours.
func TestAgreesWithEnmime(t *testing.T) {
	for _, c := range readCases(t) {
		raw := readCase(t, c)
		e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
		if err != nil {
			continue // it gives up where Parse must not
		}
		m := message.Parse(raw, message.DefaultLimits())
		files := 0
		for _, list := range [][]*enmime.Part{e.Attachments, e.Inlines} {
			for _, p := range list {
				if p.FileName == "" {
					continue
				}
				files++
				if !slices.ContainsFunc(m.Attachments, func(a message.Attachment) bool { return a.Size == int64(len(p.Content)) }) {
					t.Errorf("%s: %s of %d bytes is not among %v", c.ID, p.FileName, len(p.Content), names(m))
				}
			}
		}
		if files > len(m.Attachments) {
			t.Errorf("%s: %d files, enmime has %d", c.ID, len(m.Attachments), files)
		}
		words := strings.Fields(e.Text)
		if len(words) > 0 && e.HTML == "" && !strings.Contains(m.Text, words[0]) {
			t.Errorf("%s: text %q, enmime %q", c.ID, m.Text, e.Text)
		}
	}
}

func readCase(t testing.TB, c mimeCase) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(c.File)))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func FuzzParse(f *testing.F) {
	for _, c := range readCases(f) {
		f.Add(readCase(f, c))
	}
	f.Add([]byte(dsnHead + "Final-Recipient: rfc822; a@b.test\nAction: failed\n" + dsnTail))
	lim := message.Limits{Bytes: 1 << 20, HeaderBytes: 16 << 10, Parts: 50, Depth: 5, TextBytes: 16 << 10}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := message.Parse(raw, lim)
		checkInvariants(t, m, lim)
	})
}

func BenchmarkParse(b *testing.B) {
	var corpus [][]byte
	size := 0
	for _, c := range readCases(b) {
		raw := readCase(b, c)
		corpus = append(corpus, raw)
		size += len(raw)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, raw := range corpus {
			message.Parse(raw, message.DefaultLimits())
		}
	}
	b.ReportMetric(float64(len(corpus))*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// TestParseReader reads one byte beyond the limit at most, and says so.
func TestParseReader(t *testing.T) {
	r := strings.NewReader(head + "\n" + strings.Repeat("x", 1000))
	m, raw, err := message.ParseReader(r, message.Limits{Bytes: 500})
	if err != nil || len(raw) != 501 || m.Subject != "Hello" || !slices.Contains(m.Warnings, message.WarnBytesLimit) {
		t.Errorf("%d bytes, subject %q, warnings %v, %v", len(raw), m.Subject, m.Warnings, err)
	}
}
