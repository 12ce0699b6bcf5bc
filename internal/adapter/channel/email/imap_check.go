package email

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// TestReport is the result of a connection test, for the page where a mailbox is
// set up.
type TestReport struct {
	OK      bool
	Problem *Problem // nil if OK
	Folders []string // what the account may read, sorted; IMAP only
	Idle    bool     // the server announces new mail at once; IMAP only
	MaxSize int64    // largest message it takes, 0 if it does not say; SMTP only
	Took    time.Duration
}

// Test connects over IMAP, signs in and opens every folder of the account, and
// says what is wrong. It changes nothing in the mailbox.
func Test(ctx context.Context, acct Account) TestReport {
	began := time.Now()
	var r TestReport
	r.Problem = diagnose(r.tryIMAP(ctx, acct))
	r.OK, r.Took = r.Problem == nil, time.Since(began)
	return r
}

func (r *TestReport) tryIMAP(ctx context.Context, acct Account) error {
	s, err := connect(ctx, acct, dialTimeout)
	if err != nil {
		return err
	}
	defer s.logout()
	names, err := s.folders(ctx)
	if err != nil {
		return err
	}
	for name := range names {
		r.Folders = append(r.Folders, name)
	}
	slices.Sort(r.Folders)
	for _, folder := range acct.folders() {
		if err := s.open(ctx, folder); err != nil {
			return err
		}
	}
	err = s.idle(ctx, 0)
	r.Idle = err == nil
	if errors.Is(err, errNoIdle) {
		return nil
	}
	return err
}

// Find reports whether a message with this Message-ID is in one of the folders;
// without folders, in the one for sent mail. It settles a send whose Outcome is
// Unknown. A false answer means "not yet": a server may still be busy with the
// message, so ask some minutes after the send, and only of a server that files
// sent mail by itself.
func Find(ctx context.Context, acct Account, messageID string, folders []string) (bool, error) {
	s, err := connect(ctx, acct, dialTimeout)
	if err != nil {
		return false, diagnose(err)
	}
	defer s.logout()
	if len(folders) == 0 {
		names, err := s.folders(ctx)
		if err != nil {
			return false, diagnose(err)
		}
		sent := sentFolder(names)
		if sent == "" {
			return false, &Problem{Code: CodeNoFolder, Detail: "the account has no folder for sent mail"}
		}
		folders = []string{sent}
	}
	for _, folder := range folders {
		if err := s.open(ctx, folder); err != nil {
			return false, diagnose(err)
		}
		found, err := s.holds(ctx, messageID)
		if err != nil {
			return false, diagnose(err)
		}
		if found {
			return true, nil
		}
	}
	return false, nil
}

// sentNames are what servers without SPECIAL-USE call the folder for sent mail,
// compared without case and without the parent folder's name.
var sentNames = []string{
	"sent", "sent items", "sent messages", "sent mail", "sent-mail", "gesendet", "gesendete elemente", "gesendete objekte",
	"envoyés", "éléments envoyés", "enviados", "elementos enviados", "itens enviados", "posta inviata", "inviati",
	"verzonden items", "verzonden", "wysłane", "elementy wysłane", "odeslané", "отправленные", "надіслані",
	"已发送", "已发送邮件", "已傳送", "寄件備份", "送信済み", "送信済みアイテム", "보낸편지함", "보낸 메일함", "gönderilmiş öğeler", "الرسائل المرسلة",
}

func sentFolder(folders map[string][]string) string {
	var best string
	rank := len(sentNames)
	for name, attrs := range folders {
		if slices.Contains(attrs, `\sent`) {
			return name
		}
		base := strings.ToLower(name[strings.LastIndexAny(name, "/.")+1:])
		if i := slices.Index(sentNames, base); i >= 0 && cmp.Or(cmp.Compare(i, rank), cmp.Compare(name, best)) < 0 {
			best, rank = name, i
		}
	}
	return best
}
