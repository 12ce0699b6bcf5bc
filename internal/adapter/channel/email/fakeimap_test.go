package email

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fakeIMAP is a server that misbehaves on demand. It knows just the commands that
// a session sends, in the form in which it sends them.
type fakeIMAP struct {
	addr *net.TCPAddr

	mu       sync.Mutex
	validity uint32
	msgs     []fakeMsg // in order of sequence number
	caps     string
	quirk    fakeQuirks
	conns    int
	log      []string
	open     map[net.Conn]bool
}

type fakeMsg struct {
	uid  uint32
	date string // INTERNALDATE as sent; empty leaves it out
	body string
	size int // RFC822.SIZE as claimed; 0 means true
}

type fakeQuirks struct {
	loginReply    string         // instead of OK
	greeting      string         // instead of "* OK ready"
	bodyFirst     bool           // BODY[] before UID, always
	emptyFetch    map[uint32]int // this many more UID FETCHes of the text give nothing
	deaf          map[uint32]bool
	dropOnFetch   int  // hang up in the middle of that many more literals
	searchAll     bool // UID SEARCH ignores its range
	hugeSearch    bool
	swallow       bool // never answer FETCH
	selectNo      map[string]bool
	expungeOnList map[uint32]bool // listed, gone at the FETCH
}

func newFakeIMAP(t *testing.T) *fakeIMAP {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeIMAP{addr: l.Addr().(*net.TCPAddr), validity: 1, caps: "IMAP4rev1", open: map[net.Conn]bool{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f.mu.Lock()
			f.conns++
			f.open[c] = true
			f.mu.Unlock()
			wg.Go(func() { f.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		f.mu.Lock()
		for c := range f.open {
			_ = c.Close()
		}
		f.mu.Unlock()
		wg.Wait()
	})
	return f
}

func (f *fakeIMAP) account() Account {
	return Account{Host: "127.0.0.1", Port: f.addr.Port, Security: None, Username: "u", Password: "p"}
}

func (f *fakeIMAP) with(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn()
}

func (f *fakeIMAP) serve(c net.Conn) {
	defer func() {
		_ = c.Close()
		f.mu.Lock()
		delete(f.open, c)
		f.mu.Unlock()
	}()
	r, w := bufio.NewReader(c), bufio.NewWriter(c)
	f.with(func() {
		greeting := f.quirk.greeting
		if greeting == "" {
			greeting = "* OK ready"
		}
		fmt.Fprintf(w, "%s\r\n", greeting)
	})
	for {
		if w.Flush() != nil {
			return
		}
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if tag, ok := strings.CutSuffix(strings.TrimRight(line, "\r\n"), " AUTHENTICATE XOAUTH2"); ok {
			f.xoauth2(r, w, tag)
			continue
		}
		if !f.answer(w, strings.TrimRight(line, "\r\n")) {
			_ = w.Flush()
			return
		}
	}
}

// xoauth2 takes the token "fresh" and answers any other as large providers do:
// with JSON in a challenge, and NO after the client's reply to it.
func (f *fakeIMAP) xoauth2(r *bufio.Reader, w *bufio.Writer, tag string) {
	ask := func(challenge string) string {
		fmt.Fprintf(w, "+ %s\r\n", challenge)
		_ = w.Flush()
		line, _ := r.ReadString('\n')
		b, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		return string(b)
	}
	if ask("") == "user=u\x01auth=Bearer fresh\x01\x01" {
		fmt.Fprintf(w, "%s OK done\r\n", tag)
		return
	}
	ask(base64.StdEncoding.EncodeToString([]byte(`{"status":"400"}`)))
	fmt.Fprintf(w, "%s NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", tag)
}

var (
	reRange = regexp.MustCompile(`UID (\d+):\*`)
	reOne   = regexp.MustCompile(`UID (\d+)$`)
	rePart  = regexp.MustCompile(`<0\.(\d+)>`)
)

func (f *fakeIMAP) answer(w *bufio.Writer, line string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	tag, cmd, _ := strings.Cut(line, " ")
	f.log = append(f.log, cmd)
	ok := func() { fmt.Fprintf(w, "%s OK done\r\n", tag) }
	switch verb, rest, _ := strings.Cut(cmd, " "); verb {
	case "CAPABILITY":
		fmt.Fprintf(w, "* CAPABILITY %s\r\n", f.caps)
		ok()
	case "LOGIN":
		if f.quirk.loginReply != "" {
			fmt.Fprintf(w, "%s %s\r\n", tag, f.quirk.loginReply)
			return true
		}
		ok()
	case "SELECT", "EXAMINE":
		if f.quirk.selectNo[strings.Trim(rest, `"`)] {
			fmt.Fprintf(w, "%s NO [NONEXISTENT] no such mailbox\r\n", tag)
			return true
		}
		fmt.Fprintf(w, "* %d EXISTS\r\n* OK [UIDVALIDITY %d] ok\r\n", len(f.msgs), f.validity)
		ok()
	case "NOOP":
		fmt.Fprintf(w, "* %d EXISTS\r\n", len(f.msgs))
		ok()
	case "LOGOUT":
		fmt.Fprint(w, "* BYE\r\n")
		ok()
		return false
	case "SEARCH":
		fmt.Fprint(w, "* SEARCH")
		if m := reOne.FindStringSubmatch(rest); m != nil {
			for i, msg := range f.msgs {
				if strconv.Itoa(int(msg.uid)) == m[1] {
					fmt.Fprintf(w, " %d", i+1)
				}
			}
		}
		fmt.Fprint(w, "\r\n")
		ok()
	case "FETCH":
		return f.fetch(w, tag, rest, false)
	case "UID":
		sub, args, _ := strings.Cut(rest, " ")
		if sub == "FETCH" {
			return f.fetch(w, tag, args, true)
		}
		from := uint64(0)
		if m := reRange.FindStringSubmatch(args); m != nil {
			from, _ = strconv.ParseUint(m[1], 10, 32)
		}
		fmt.Fprint(w, "* SEARCH")
		if f.quirk.hugeSearch {
			for i := range 40_000 {
				fmt.Fprintf(w, " %d", 2*i+1)
			}
		}
		for i, msg := range f.msgs {
			// "n:*" matches the last message in any case.
			if uint64(msg.uid) >= from || f.quirk.searchAll || i == len(f.msgs)-1 {
				fmt.Fprintf(w, " %d", msg.uid)
			}
		}
		fmt.Fprint(w, "\r\n")
		ok()
	default:
		fmt.Fprintf(w, "%s BAD unknown\r\n", tag)
	}
	return true
}

func (f *fakeIMAP) fetch(w *bufio.Writer, tag, args string, byUID bool) bool {
	if f.quirk.swallow {
		return true
	}
	set, items, _ := strings.Cut(args, " ")
	for i, m := range f.msgs {
		n := uint32(i + 1)
		if byUID {
			n = m.uid
		}
		if !inSet(set, n) {
			continue
		}
		if f.quirk.expungeOnList[m.uid] {
			continue
		}
		if !strings.Contains(items, "BODY") {
			fmt.Fprintf(w, "* %d FETCH (UID %d", i+1, m.uid)
			if strings.Contains(items, "RFC822.SIZE") {
				size := m.size
				if size == 0 {
					size = len(m.body)
				}
				fmt.Fprintf(w, " RFC822.SIZE %d", size)
			}
			if strings.Contains(items, "INTERNALDATE") && m.date != "" {
				fmt.Fprintf(w, " INTERNALDATE %s", m.date)
			}
			fmt.Fprint(w, ")\r\n")
			continue
		}
		if f.quirk.deaf[m.uid] {
			continue
		}
		if byUID && f.quirk.emptyFetch[m.uid] > 0 {
			f.quirk.emptyFetch[m.uid]--
			continue
		}
		body, section := m.body, "BODY[]"
		if p := rePart.FindStringSubmatch(items); p != nil {
			limit, _ := strconv.Atoi(p[1])
			body, section = body[:min(limit, len(body))], "BODY[]<0>"
		}
		if f.quirk.dropOnFetch > 0 {
			f.quirk.dropOnFetch--
			fmt.Fprintf(w, "* %d FETCH (UID %d %s {%d}\r\n%s", i+1, m.uid, section, len(body), body[:len(body)/2])
			return false
		}
		if f.quirk.bodyFirst {
			fmt.Fprintf(w, "* %d FETCH (%s {%d}\r\n%s UID %d)\r\n", i+1, section, len(body), body, m.uid)
		} else {
			fmt.Fprintf(w, "* %d FETCH (UID %d %s {%d}\r\n%s)\r\n", i+1, m.uid, section, len(body), body)
		}
	}
	if len(f.quirk.expungeOnList) > 0 {
		kept := f.msgs[:0]
		for _, m := range f.msgs {
			if !f.quirk.expungeOnList[m.uid] {
				kept = append(kept, m)
			}
		}
		f.msgs, f.quirk.expungeOnList = kept, nil
	}
	fmt.Fprintf(w, "%s OK done\r\n", tag)
	return true
}

func inSet(set string, n uint32) bool {
	for part := range strings.SplitSeq(set, ",") {
		lo, hi, ranged := strings.Cut(part, ":")
		a, _ := strconv.ParseUint(lo, 10, 32)
		b := a
		if ranged {
			b, _ = strconv.ParseUint(hi, 10, 32)
		}
		if uint64(n) >= a && uint64(n) <= b {
			return true
		}
	}
	return false
}
