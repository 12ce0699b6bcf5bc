package email

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

func mail(n int) string {
	return fmt.Sprintf("From: a@example.test\r\nMessage-ID: <%d@example.test>\r\nSubject: %d\r\n\r\nhello %d\r\n", n, n, n)
}

func fakeMsgs(uids ...uint32) []fakeMsg {
	var out []fakeMsg
	for _, u := range uids {
		out = append(out, fakeMsg{uid: u, body: mail(int(u)), date: `"17-Jul-2026 02:44:25 -0700"`})
	}
	return out
}

func sources(msgs []Raw) []string {
	var out []string
	for _, m := range msgs {
		out = append(out, m.Source)
	}
	return out
}

// Each odd server must end with the same mail in the sink, once.
func TestOddServers(t *testing.T) {
	big := mail(2) + strings.Repeat("x", 5000)
	tests := []struct {
		name  string
		setup func(f *fakeIMAP)
		opt   Options
		want  []string
		check func(t *testing.T, msgs []Raw)
	}{
		{
			name: "uids out of order",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(7, 3, 9)
			},
			want: []string{"imap:INBOX:1:3", "imap:INBOX:1:7", "imap:INBOX:1:9"},
		},
		{
			name: "no internal date",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(1)
				f.msgs[0].date = ""
			},
			want: []string{"imap:INBOX:1:1"},
			check: func(t *testing.T, msgs []Raw) {
				if d := time.Since(msgs[0].ReceivedAt); d < 0 || d > time.Minute {
					t.Errorf("ReceivedAt is %v away from now", d)
				}
			},
		},
		{
			name: "malformed internal date",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(1, 2)
				f.msgs[1].date = `"yesterday"`
			},
			want: []string{"imap:INBOX:1:1", "imap:INBOX:1:2"},
		},
		{
			name: "text before uid",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(4, 5)
				f.quirk.bodyFirst = true
			},
			want: []string{"imap:INBOX:1:4", "imap:INBOX:1:5"},
		},
		{
			name: "fetch gives nothing at first",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(1, 2)
				f.quirk.emptyFetch = map[uint32]int{2: 1}
			},
			want: []string{"imap:INBOX:1:1", "imap:INBOX:1:2"},
		},
		{
			name: "fetch never gives it",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(1, 2, 3)
				f.quirk.deaf = map[uint32]bool{2: true}
			},
			want: []string{"imap:INBOX:1:1", "imap:INBOX:1:2", "imap:INBOX:1:3"},
			check: func(t *testing.T, msgs []Raw) {
				if msgs[1].Mark != Unreadable || len(msgs[1].Body) != 0 {
					t.Errorf("message 2 is %v with %d bytes, want Unreadable", msgs[1].Mark, len(msgs[1].Body))
				}
			},
		},
		{
			name: "expunged between list and fetch",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(1, 2, 3)
				f.quirk.expungeOnList = map[uint32]bool{2: true}
			},
			want: []string{"imap:INBOX:1:1", "imap:INBOX:1:3"},
		},
		{
			name: "hangs up inside a literal",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(1, 2)
				f.quirk.dropOnFetch = 2
			},
			want: []string{"imap:INBOX:1:1", "imap:INBOX:1:2"},
		},
		{
			name: "search ignores the range",
			setup: func(f *fakeIMAP) {
				f.msgs = fakeMsgs(1, 2)
				f.quirk.searchAll = true
			},
			want: []string{"imap:INBOX:1:1", "imap:INBOX:1:2"},
		},
		{
			name:  "longer than the limit",
			setup: func(f *fakeIMAP) { f.msgs = []fakeMsg{{uid: 1, body: mail(1)}, {uid: 2, body: big}} },
			opt:   Options{MaxMessage: 1000},
			want:  []string{"imap:INBOX:1:1", "imap:INBOX:1:2"},
			check: func(t *testing.T, msgs []Raw) {
				m := msgs[1]
				if m.Mark != Truncated || string(m.Body) != big[:1000] || m.Size != int64(len(big)) {
					t.Errorf("mark %v, %d bytes of %d", m.Mark, len(m.Body), m.Size)
				}
			},
		},
		{
			name: "longer than it says",
			setup: func(f *fakeIMAP) {
				f.msgs = []fakeMsg{{uid: 1, body: big, size: 10}}
			},
			opt:  Options{MaxMessage: 1000},
			want: []string{"imap:INBOX:1:1"},
			check: func(t *testing.T, msgs []Raw) {
				if msgs[0].Mark != Truncated || len(msgs[0].Body) != 1000 {
					t.Errorf("mark %v, %d bytes", msgs[0].Mark, len(msgs[0].Body))
				}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakeIMAP(t)
			tt.setup(f)
			sink := &memSink{}
			start(t, f.account(), sink, tt.opt)
			eventually(t, "all mail in the sink", func() bool { return len(sink.all()) >= len(tt.want) })
			msgs := sink.all()
			if got := sources(msgs); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			bodies := map[string]string{}
			f.with(func() {
				for _, m := range f.msgs {
					bodies[imapSource("INBOX", 1, m.uid)] = m.body
				}
			})
			for _, m := range msgs {
				if m.Mark == Whole && string(m.Body) != bodies[m.Source] {
					t.Errorf("%s: got %q", m.Source, m.Body)
				}
			}
			if tt.check != nil {
				tt.check(t, msgs)
			}
		})
	}
}

func TestLateLowUID(t *testing.T) {
	f := newFakeIMAP(t)
	f.msgs = fakeMsgs(10, 20)
	sink := &memSink{}
	start(t, f.account(), sink, Options{Poll: 5 * time.Millisecond})
	eventually(t, "first mail", func() bool { return len(sink.all()) == 2 })
	f.with(func() { f.msgs = append(f.msgs, fakeMsgs(30)...) })
	eventually(t, "news by polling", func() bool { return len(sink.all()) == 3 })
	f.with(func() { f.msgs = append(f.msgs, fakeMsgs(15)...) })
	eventually(t, "mail under an old number", func() bool { return len(sink.all()) == 4 })
	if c := sink.cursor("INBOX"); c.LastUID != 30 {
		t.Errorf("cursor %+v", c)
	}
}

func TestSessionSeesLowUIDThatJoined(t *testing.T) {
	f := newFakeIMAP(t)
	f.msgs = fakeMsgs(10, 20)
	s, err := connect(t.Context(), f.account(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	list := func(want ...uint32) {
		t.Helper()
		if err := s.open(t.Context(), "INBOX"); err != nil {
			t.Fatal(err)
		}
		got, err := s.listAfter(t.Context(), 20, time.Time{})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %v, %v; want %v", got, err, want)
		}
	}
	list()
	f.with(func() { f.msgs = append(f.msgs, fakeMsgs(15)...) })
	list(15)
	list()
}

func TestUIDValidityChange(t *testing.T) {
	f := newFakeIMAP(t)
	f.msgs = fakeMsgs(1, 2)
	sink := &memSink{}
	start(t, f.account(), sink, Options{Poll: 5 * time.Millisecond})
	eventually(t, "first mail", func() bool { return len(sink.all()) == 2 })
	f.with(func() { f.validity, f.msgs = 2, fakeMsgs(1) })
	eventually(t, "rescan", func() bool { return len(sink.all()) == 3 })
	if got := sources(sink.all())[2]; got != "imap:INBOX:2:1" {
		t.Errorf("got %s", got)
	}
	if c := sink.cursor("INBOX"); c.UIDValidity != 2 || c.LastUID != 1 {
		t.Errorf("cursor %+v", c)
	}
}

func TestSinkFailureLosesNothing(t *testing.T) {
	f := newFakeIMAP(t)
	f.msgs = fakeMsgs(1, 2, 3)
	sink := &memSink{}
	failures := 3
	sink.setFail(func([]Raw) error {
		if failures > 0 {
			failures--
			return errors.New("disk full")
		}
		return nil
	})
	r := start(t, f.account(), sink, Options{BatchCount: 2})
	eventually(t, "mail", func() bool { return len(sink.all()) == 3 })
	if !r.failed(CodeStore) {
		t.Error("the failure was not reported")
	}
	if sink.repeats != 0 {
		t.Errorf("%d repeats", sink.repeats)
	}
}

func TestSilentServer(t *testing.T) {
	f := newFakeIMAP(t)
	f.msgs = fakeMsgs(1)
	f.quirk.swallow = true
	sink := &memSink{}
	r := start(t, f.account(), sink, Options{Timeout: 50 * time.Millisecond})
	eventually(t, "time-out", func() bool { return r.failed(CodeTimeout) })
	f.with(func() { f.quirk.swallow = false })
	eventually(t, "recovery", func() bool { return len(sink.all()) == 1 })
}

func TestRunawaySearch(t *testing.T) {
	f := newFakeIMAP(t)
	f.quirk.hugeSearch = true
	r := start(t, f.account(), &memSink{}, Options{})
	eventually(t, "refusal", func() bool { return r.failed(CodeProtocol) })
}

func TestMissingFolderDoesNotStopTheOthers(t *testing.T) {
	f := newFakeIMAP(t)
	f.msgs = fakeMsgs(1)
	f.quirk.selectNo = map[string]bool{"Gone": true}
	acct := f.account()
	acct.Folders = []string{"INBOX", "Gone", "More"}
	sink := &memSink{}
	r := start(t, acct, sink, Options{})
	eventually(t, "mail of both folders", func() bool { return len(sink.all()) == 2 })
	if !r.has(func(s Status) bool { return s.Problem != nil && s.Problem.Code == CodeNoFolder && s.Folder == "Gone" }) {
		t.Error("the missing folder was not reported")
	}
}

type tokens []string

func (s *tokens) Token() (*oauth2.Token, error) {
	next := (*s)[0]
	if len(*s) > 1 {
		*s = (*s)[1:]
	}
	return &oauth2.Token{AccessToken: next, Expiry: time.Now().Add(time.Hour)}, nil
}

// A token that the server has revoked is replaced though it has not expired.
func TestRevokedToken(t *testing.T) {
	f := newFakeIMAP(t)
	f.msgs, f.caps = fakeMsgs(1), "IMAP4rev1 AUTH=XOAUTH2"
	acct := f.account()
	acct.OAuth = &OAuth2{Source: &tokens{"revoked", "fresh"}}
	sink := &memSink{}
	r := start(t, acct, sink, Options{})
	eventually(t, "mail", func() bool { return len(sink.all()) == 1 })
	if !r.failed(CodeAuthFailed) {
		t.Error("the first refusal was not reported")
	}
}

func TestExpungeIsCounted(t *testing.T) {
	s := &session{count: 5, known: 3}
	s.onExpunge(2)
	s.onExpunge(4)
	if s.count != 3 || s.known != 2 {
		t.Errorf("count %d, known %d", s.count, s.known)
	}
}

func TestBatches(t *testing.T) {
	f := newFakeIMAP(t)
	var uids []uint32
	for i := range uint32(1234) {
		uids = append(uids, i*3+1)
	}
	f.msgs = fakeMsgs(uids...)
	sink := &memSink{}
	start(t, f.account(), sink, Options{BatchCount: 50})
	eventually(t, "mail", func() bool { return len(sink.all()) == len(uids) })
	sink.mu.Lock()
	defer sink.mu.Unlock()
	if slices.Max(sink.batches) > 50 || len(sink.batches) < 25 {
		t.Errorf("batches %v", sink.batches)
	}
}

func TestAuthRefused(t *testing.T) {
	tests := map[string]Code{
		"NO [AUTHENTICATIONFAILED] Invalid credentials": CodeAuthFailed,
		"NO LOGIN failed": CodeAuthFailed,
		"NO [ALERT] Application-specific password required: https://example.test": CodeAppPassword,
		"NO [UNAVAILABLE] try later":   CodeBusy,
		"NO [PRIVACYREQUIRED] use TLS": CodePlainRefused,
	}
	for reply, want := range tests {
		t.Run(reply, func(t *testing.T) {
			f := newFakeIMAP(t)
			f.quirk.loginReply = reply
			r := Test(t.Context(), f.account())
			if r.OK || r.Problem.Code != want {
				t.Errorf("got %v, want %s", r.Problem, want)
			}
			if strings.Contains(r.Problem.Error(), `"p"`) {
				t.Error("the password is in the message")
			}
		})
	}
}
