package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"
)

// Code names what is wrong with a connection. Codes are stable: the console
// translates them.
type Code string

const (
	CodeDNS          Code = "dns"                 // the host name has no address
	CodeRefused      Code = "refused"             // nothing listens on that port, or a firewall says no
	CodeTimeout      Code = "timeout"             // no answer in time
	CodeTLSName      Code = "tls_name"            // the certificate is for another host name
	CodeTLSUnknownCA Code = "tls_unknown_ca"      // the certificate's issuer is not trusted
	CodeTLSExpired   Code = "tls_expired"         // the certificate is outside its dates
	CodeTLSMismatch  Code = "tls_mismatch"        // plain spoken to a TLS port or the reverse
	CodeNoStartTLS   Code = "no_starttls"         // the server does not offer STARTTLS
	CodePlainRefused Code = "plain_refused"       // sign-in without encryption is refused, by us or by them
	CodeAuthFailed   Code = "auth_failed"         // wrong user name or password, or access is switched off
	CodeAppPassword  Code = "app_password_needed" // the provider wants a password made for programs
	CodeTokenRefused Code = "token_refused"       // the OAuth2 grant no longer yields a token
	CodeNoMechanism  Code = "no_mechanism"        // no common way to sign in
	CodeNoFolder     Code = "no_such_folder"      // Problem.Folder does not exist
	CodeBusy         Code = "busy"                // too many connections or over quota; try later
	CodeLost         Code = "lost"                // the connection broke
	CodeProtocol     Code = "protocol"            // the server said something that we do not understand
	CodeStore        Code = "store"               // our own Sink failed
	CodeCancelled    Code = "cancelled"           // we were told to stop
)

// Problem is one diagnosed failure. Detail is English, for a person who knows
// mail; it never holds a password or a token.
type Problem struct {
	Code   Code
	Detail string
	Folder string // for CodeNoFolder
	err    error
}

func (p *Problem) Error() string { return string(p.Code) + ": " + p.Detail }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.err }

var (
	errTokenRefused = errors.New("token refused")
	errNoMechanism  = errors.New("the server offers no sign-in mechanism that we speak")
	errNoStartTLS   = errors.New("the server does not offer STARTTLS")
	errAuth         = errors.New("sign-in refused")
	errSink         = errors.New("store")
)

// diagnose finds the Problem in err. A nil err gives nil.
func diagnose(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	code := codeOf(err)
	return &Problem{Code: code, Detail: err.Error(), err: err}
}

func codeOf(err error) Code {
	var (
		dns     *net.DNSError
		host    x509.HostnameError
		ca      x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		status  *imap.Error
		smtpErr *smtp.SMTPError
		netErr  net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		return CodeCancelled
	case errors.Is(err, errSink):
		return CodeStore
	case errors.Is(err, errPlainRefused):
		return CodePlainRefused
	case errors.Is(err, errTokenRefused):
		return CodeTokenRefused
	case errors.Is(err, errNoMechanism):
		return CodeNoMechanism
	case errors.Is(err, errNoStartTLS):
		return CodeNoStartTLS
	case errors.Is(err, errAuth):
		return authCode(err)
	case errors.As(err, &dns) && !dns.IsTimeout:
		return CodeDNS
	case errors.As(err, &host):
		return CodeTLSName
	case errors.As(err, &ca):
		return CodeTLSUnknownCA
	case errors.As(err, &invalid):
		if invalid.Reason == x509.Expired {
			return CodeTLSExpired
		}
		return CodeTLSUnknownCA
	case errors.As(err, &record):
		return CodeTLSMismatch
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return CodeRefused
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return CodeTimeout
	case errors.As(err, &status):
		return statusCode(status)
	case errors.As(err, &smtpErr):
		if smtpErr.Code/100 == 4 {
			return CodeBusy
		}
		return CodeProtocol
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return CodeLost
	}
	// The IMAP library flattens read errors into text, so the last resort is to
	// read that text.
	s := err.Error()
	switch {
	case strings.Contains(s, "i/o timeout"):
		return CodeTimeout
	case strings.Contains(s, "connection reset"), strings.Contains(s, "unexpected EOF"), strings.Contains(s, "connection closed"),
		strings.Contains(s, "use of closed"), strings.Contains(s, "broken pipe"):
		return CodeLost
	}
	return CodeProtocol
}

func statusCode(e *imap.Error) Code {
	switch e.Code {
	case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired:
		return CodeAuthFailed
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeOverQuota:
		return CodeBusy
	case imap.ResponseCodePrivacyRequired:
		return CodePlainRefused
	}
	if e.Type == imap.StatusResponseTypeBye {
		return CodeBusy
	}
	return CodeProtocol
}

// authCode tells a wrong password from an account that wants another kind of one.
// No standard code exists for that; the phrases are those of the large providers
// (English, plus the Chinese word for "authorisation code").
func authCode(err error) Code {
	var status *imap.Error
	if errors.As(err, &status) {
		if c := statusCode(status); c == CodeBusy || c == CodePlainRefused {
			return c
		}
	}
	var se *smtp.SMTPError
	if errors.As(err, &se) {
		switch {
		case se.Code == 421, se.Code == 454:
			return CodeBusy
		case se.Code == 538, se.Code == 530:
			return CodePlainRefused
		case se.Code == 534: // RFC 4954: the mechanism is too weak, in practice: get an app password
			return CodeAppPassword
		}
	}
	s := strings.ToLower(err.Error())
	for _, phrase := range []string{
		"application-specific password", "app password", "app-specific", "application password",
		"authorization code", "授权码", "web login required", "log in via your web browser",
	} {
		if strings.Contains(s, phrase) {
			return CodeAppPassword
		}
	}
	return CodeAuthFailed
}
