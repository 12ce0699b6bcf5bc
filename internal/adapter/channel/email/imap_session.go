package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// session is one signed-in IMAP connection, reduced to what reading mail needs.
// The library behind it is young; no other file speaks to it. A session is used
// by one goroutine. Every call is bounded by a time limit, after which the
// connection is closed and all later calls fail.
type session struct {
	c       *imapclient.Client
	conn    net.Conn
	acct    Account
	timeout time.Duration
	caps    imap.CapSet
	wake    chan struct{} // holds a token when the server has announced something

	folder   string // the selected one
	validity uint32
	again    bool // select it anew before the next use
	left     map[string]seen

	mu    sync.Mutex
	count uint32 // messages in the folder, as last told
	known uint32 // how many of them a listing has seen
}

// bodyPatience is how many times longer than other commands a fetch of text may
// take: a batch has megabytes, and some mailboxes sit behind slow lines.
const bodyPatience = 5

// seen is what a listing of a folder has covered, kept while another is selected.
type seen struct{ validity, known uint32 }

// head is what is known of a message before its text is fetched.
type head struct {
	size int64
	date time.Time
}

// connect dials, protects, greets and signs in.
func connect(ctx context.Context, acct Account, timeout time.Duration) (*session, error) {
	conn, err := acct.dial(ctx, acct.address(993, 143), "imap")
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	s := &session{conn: conn, acct: acct, timeout: timeout, wake: make(chan struct{}, 1), left: map[string]seen{}}
	opt := &imapclient.Options{
		TLSConfig: acct.tlsConfig("imap"),
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{
			Mailbox: s.onMailbox,
			Expunge: s.onExpunge,
		},
	}
	err = s.within(ctx, "greeting", func() error {
		if acct.Security != StartTLS {
			s.c = imapclient.New(conn, opt)
			return s.c.WaitGreeting()
		}
		var err error
		s.c, err = imapclient.NewStartTLS(conn, opt)
		var status *imap.Error
		if errors.As(err, &status) && status.Type != imap.StatusResponseTypeBye {
			return fmt.Errorf("%w: %w", errNoStartTLS, err)
		}
		return err
	})
	if err == nil {
		err = s.within(ctx, "sign in", func() error { return s.login(ctx) })
	}
	if err != nil {
		s.close()
		return nil, err
	}
	if err := s.introduce(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) login(ctx context.Context) error {
	caps := s.c.Caps()
	if s.c.State() == imap.ConnStateAuthenticated {
		return nil // PREAUTH
	}
	offers := func(mech string) bool { return caps.Has(imap.AuthCap(mech)) }
	var err error
	switch {
	case s.acct.OAuth == nil && !caps.Has(imap.CapLoginDisabled) && ascii(s.acct.Username+s.acct.Password):
		// LOGIN is the one way that every server implements alike.
		err = s.c.Login(s.acct.Username, s.acct.Password).Wait()
	case s.acct.OAuth == nil && caps.Has(imap.CapLoginDisabled) && !offers("PLAIN") && s.acct.Security == None:
		return errPlainRefused
	default:
		mech, merr := s.acct.saslClient(ctx, offers)
		if merr != nil {
			return merr
		}
		err = s.c.Authenticate(mech)
	}
	var status *imap.Error
	if errors.As(err, &status) && status.Type != imap.StatusResponseTypeBye {
		if s.acct.OAuth != nil {
			s.acct.OAuth.forget()
		}
		return fmt.Errorf("%w: %w", errAuth, err)
	}
	return err
}

// introduce learns what the server can do and sends ID (RFC 2971). NetEase's
// servers (163.com, 126.com) refuse SELECT as "unsafe login" to a client that has
// not said who it is.
func (s *session) introduce(ctx context.Context) error {
	err := s.within(ctx, "capability", func() error {
		s.caps = s.c.Caps()
		return nil
	})
	if err != nil || !s.caps.Has(imap.CapID) {
		return err
	}
	err = s.within(ctx, "id", func() error {
		_, err := s.c.ID(&imap.IDData{Name: "Godwit", Vendor: "Godwit"}).Wait()
		return err
	})
	var status *imap.Error
	if errors.As(err, &status) {
		return nil // not wanted after all
	}
	return err
}

func (s *session) close() {
	_ = s.conn.Close()
	if s.c != nil {
		_ = s.c.Close()
	}
}

// logout says goodbye before closing, within a second.
func (s *session) logout() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.within(ctx, "logout", func() error { return s.c.Logout().Wait() })
	s.close()
}

// within runs one exchange under the session's time limit. When the limit or ctx
// ends it, the connection is closed, which makes fn return.
func (s *session) within(ctx context.Context, call string, fn func() error) error {
	return s.withinLimit(ctx, s.timeout, call, fn)
}

func (s *session) withinLimit(ctx context.Context, limit time.Duration, call string, fn func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = s.conn.Close() })
	err := fn()
	if !stop() && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}

func (s *session) onMailbox(d *imapclient.UnilateralDataMailbox) {
	if d.NumMessages == nil {
		return
	}
	s.mu.Lock()
	s.count = *d.NumMessages
	s.known = min(s.known, s.count)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *session) onExpunge(seq uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count -= min(1, s.count)
	if seq <= s.known {
		s.known -= min(1, s.known)
	}
}

// open selects the folder read-only (EXAMINE, so that no flag changes), or asks
// for news if it is the selected one already.
func (s *session) open(ctx context.Context, folder string) error {
	select {
	case <-s.wake:
	default:
	}
	if s.folder == folder && !s.again {
		return s.within(ctx, "noop", func() error { return s.c.Noop().Wait() })
	}
	s.mu.Lock()
	s.left[s.folder] = seen{s.validity, s.known}
	s.mu.Unlock()
	s.folder, s.again = "", false
	var data *imap.SelectData
	err := s.within(ctx, "open "+folder, func() (err error) {
		data, err = s.c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
		return err
	})
	var status *imap.Error
	if errors.As(err, &status) {
		// NONEXISTENT is RFC 5530; servers before it say NO with words only.
		if status.Code == imap.ResponseCodeNonExistent || status.Code == imap.ResponseCodeTryCreate || status.Type == imap.StatusResponseTypeNo && status.Code == "" {
			return &Problem{Code: CodeNoFolder, Detail: status.Text, Folder: folder, err: err}
		}
	}
	if err != nil {
		return err
	}
	s.folder, s.validity = folder, data.UIDValidity
	s.mu.Lock()
	s.count, s.known = data.NumMessages, 0
	if before := s.left[folder]; before.validity == s.validity {
		s.known = min(before.known, s.count)
	}
	s.mu.Unlock()
	return nil
}

// reopen makes the next open select again, which shows a changed UIDVALIDITY.
func (s *session) reopen() { s.again = true }

// listAfter returns the UIDs above last, rising, without repeats. Messages that
// joined the folder since the previous listing are included even when their UID
// is not above last: some servers restore mail under its old number.
func (s *session) listAfter(ctx context.Context, last uint32, since time.Time) ([]uint32, error) {
	s.mu.Lock()
	count, known := s.count, s.known
	s.mu.Unlock()

	var uids []uint32
	if last < 1<<32-1 {
		found, err := s.search(ctx, &imap.SearchCriteria{
			UID:   []imap.UIDSet{{imap.UIDRange{Start: imap.UID(last + 1), Stop: 0}}},
			Since: since,
		})
		if err != nil {
			return nil, err
		}
		for _, u := range found {
			// "n:*" always matches the last message, whatever its UID (RFC 9051, seq-range).
			if u > last {
				uids = append(uids, u)
			}
		}
	}
	if known > 0 && count > known && uint32(len(uids)) < count-known {
		joined, err := s.uidsBySeq(ctx, known+1, count)
		if err != nil {
			return nil, err
		}
		uids = append(uids, joined...)
	}
	s.mu.Lock()
	s.known = min(count, s.count)
	s.mu.Unlock()
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

func (s *session) search(ctx context.Context, criteria *imap.SearchCriteria) ([]uint32, error) {
	var data *imap.SearchData
	err := s.within(ctx, "search", func() (err error) {
		data, err = s.c.UIDSearch(criteria, nil).Wait()
		return err
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	limit := uint64(s.count)*2 + 10_000 // mail may arrive meanwhile
	s.mu.Unlock()
	set, _ := data.All.(imap.UIDSet)
	var uids []uint32
	for _, r := range set {
		if r.Stop < r.Start || uint64(len(uids))+uint64(r.Stop-r.Start) > limit {
			return nil, &Problem{Code: CodeProtocol, Detail: "search: the server lists more messages than the folder has"}
		}
		for u := r.Start; ; u++ {
			uids = append(uids, uint32(u))
			if u == r.Stop {
				break
			}
		}
	}
	return uids, nil
}

func (s *session) uidsBySeq(ctx context.Context, from, to uint32) ([]uint32, error) {
	var uids []uint32
	err := s.within(ctx, "fetch uid", func() error {
		cmd := s.c.Fetch(imap.SeqSet{imap.SeqRange{Start: from, Stop: to}}, &imap.FetchOptions{UID: true})
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			for item := msg.Next(); item != nil; item = msg.Next() {
				if u, ok := item.(imapclient.FetchItemDataUID); ok {
					uids = append(uids, uint32(u.UID))
				}
			}
		}
		return cmd.Close()
	})
	return uids, err
}

// heads asks for size and date. What the server leaves out is missing from the
// result. Without dates, INTERNALDATE is not asked for: the library treats a
// malformed one as a broken connection.
func (s *session) heads(ctx context.Context, uids []uint32, dates bool) (map[uint32]head, error) {
	heads := make(map[uint32]head, len(uids))
	err := s.within(ctx, "fetch sizes", func() error {
		cmd := s.c.Fetch(uidSet(uids), &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: dates})
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			var uid uint32
			var h head
			for item := msg.Next(); item != nil; item = msg.Next() {
				switch x := item.(type) {
				case imapclient.FetchItemDataUID:
					uid = uint32(x.UID)
				case imapclient.FetchItemDataRFC822Size:
					h.size = x.Size
				case imapclient.FetchItemDataInternalDate:
					h.date = x.Time.UTC()
				}
			}
			if uid != 0 {
				heads[uid] = h
			}
		}
		return cmd.Close()
	})
	return heads, err
}

// bodies fetches messages without setting \Seen, at most limit bytes of each. It
// returns those that came; cut tells which were longer.
func (s *session) bodies(ctx context.Context, uids []uint32, limit int64, partial bool) (got map[uint32][]byte, cut map[uint32]bool, err error) {
	got, cut = make(map[uint32][]byte, len(uids)), map[uint32]bool{}
	err = s.withinLimit(ctx, bodyPatience*s.timeout, "fetch messages", func() error {
		cmd := s.c.Fetch(uidSet(uids), bodyOptions(limit, partial))
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			uid, body, long, ok, err := readBody(msg, limit)
			if err != nil {
				return s.abandon(err)
			}
			if ok && uid != 0 {
				got[uid] = body
				cut[uid] = long
			}
		}
		return cmd.Close()
	})
	return got, cut, err
}

// single fetches one message by its place in the folder, for servers whose UID
// FETCH leaves it out or names the UID after the text. listed is false when the
// message has left the folder.
func (s *session) single(ctx context.Context, uid uint32, limit int64) (body []byte, cut, listed bool, err error) {
	var data *imap.SearchData
	err = s.within(ctx, "search", func() (err error) {
		data, err = s.c.Search(&imap.SearchCriteria{UID: []imap.UIDSet{imap.UIDSetNum(imap.UID(uid))}}, nil).Wait()
		return err
	})
	if err != nil {
		return nil, false, false, err
	}
	set, _ := data.All.(imap.SeqSet)
	if len(set) == 0 {
		return nil, false, false, nil
	}
	seq := set[0].Start
	err = s.withinLimit(ctx, bodyPatience*s.timeout, "fetch message", func() error {
		opt := bodyOptions(limit, false)
		opt.UID = true
		cmd := s.c.Fetch(imap.SeqSetNum(seq), opt)
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			got, b, long, ok, err := readBody(msg, limit)
			if err != nil {
				return s.abandon(err)
			}
			if ok && got == uid {
				body, cut = b, long
			}
		}
		return cmd.Close()
	})
	return body, cut, true, err
}

func bodyOptions(limit int64, partial bool) *imap.FetchOptions {
	sec := &imap.FetchItemBodySection{Peek: true}
	if partial {
		sec.Partial = &imap.SectionPartial{Offset: 0, Size: limit}
	}
	return &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{sec}}
}

func readBody(msg *imapclient.FetchMessageData, limit int64) (uid uint32, body []byte, cut, ok bool, err error) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch x := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(x.UID)
		case imapclient.FetchItemDataBodySection:
			if x.Literal == nil {
				continue // BODY[] NIL: the server has lost the file
			}
			ok = true
			body = make([]byte, 0, min(x.Literal.Size(), limit, 1<<20)+1)
			body, err = readInto(body, io.LimitReader(x.Literal, limit))
			if err == nil && int64(len(body)) < min(x.Literal.Size(), limit) {
				err = io.ErrUnexpectedEOF
			}
			if err != nil {
				return uid, nil, false, false, err
			}
			cut = x.Literal.Size() > int64(len(body))
		}
	}
	return uid, body, cut, ok && len(body) > 0, nil
}

// abandon gives the connection up inside a literal. The command is left as it is:
// closing it would read the literal's rest, which the library's reader does at the
// same time once a read has failed.
func (s *session) abandon(err error) error {
	_ = s.conn.Close()
	return err
}

// readInto appends all of r to buf, which has room for it in the usual case.
func readInto(buf []byte, r io.Reader) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, 4096)
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// idle waits until the server announces something, d has passed, or ctx ends. It
// returns errNoIdle if the server does not do IDLE (RFC 2177).
func (s *session) idle(ctx context.Context, d time.Duration) error {
	if !s.caps.Has(imap.CapIdle) {
		return errNoIdle
	}
	select {
	case <-s.wake: // announced while the folder was being read
		return nil
	default:
	}
	var cmd *imapclient.IdleCommand
	err := s.within(ctx, "idle", func() (err error) {
		cmd, err = s.c.Idle()
		return err
	})
	var status *imap.Error
	if errors.As(err, &status) {
		return errNoIdle
	}
	if err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.wake:
	case <-timer.C:
	case <-s.c.Closed():
	case <-ctx.Done():
	}
	err = s.within(context.WithoutCancel(ctx), "end idle", func() error {
		if err := cmd.Close(); err != nil {
			return err
		}
		return cmd.Wait()
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

var errNoIdle = errors.New("the server does not announce new mail")

// folders lists what can be selected, with the special-use attributes (RFC 6154)
// in lower case, such as `\sent`.
func (s *session) folders(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	err := s.within(ctx, "list", func() error {
		list, err := s.c.List("", "*", nil).Collect()
		for _, m := range list {
			if slices.Contains(m.Attrs, imap.MailboxAttrNoSelect) || slices.Contains(m.Attrs, imap.MailboxAttrNonExistent) {
				continue
			}
			attrs := []string{}
			for _, a := range m.Attrs {
				attrs = append(attrs, strings.ToLower(string(a)))
			}
			out[m.Mailbox] = attrs
		}
		return err
	})
	return out, err
}

// holds reports whether the open folder has a message with exactly this
// Message-ID. SEARCH matches substrings, and some servers words, so every hit is
// compared in full.
func (s *session) holds(ctx context.Context, messageID string) (bool, error) {
	bare := strings.Trim(messageID, "<> \t")
	uids, err := s.search(ctx, &imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: bare}}})
	if err != nil || len(uids) == 0 {
		return false, err
	}
	const most = 50
	uids = uids[max(0, len(uids)-most):]
	found := false
	err = s.within(ctx, "fetch message-id", func() error {
		cmd := s.c.Fetch(uidSet(uids), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
			Specifier: imap.PartSpecifierHeader, HeaderFields: []string{"Message-ID"}, Peek: true,
		}}})
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			_, b, _, ok, err := readBody(msg, 64<<10)
			if err != nil {
				return s.abandon(err)
			}
			found = found || ok && strings.Contains(unfold(string(b)), "<"+bare+">")
		}
		return cmd.Close()
	})
	return found, err
}

func unfold(s string) string {
	return strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(s)
}

func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, u := range uids {
		set.AddNum(imap.UID(u))
	}
	return set
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
