package message_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
)

// checkInvariants holds for every input whatever.
func checkInvariants(t testing.TB, m *message.Message, lim message.Limits) {
	t.Helper()
	if m == nil {
		t.Fatal("nil message")
	}
	if len(m.Text) > lim.TextBytes || len(m.HTML) > lim.TextBytes {
		t.Errorf("text of %d bytes, html of %d, limit %d", len(m.Text), len(m.HTML), lim.TextBytes)
	}
	if len(m.Attachments) > lim.Parts {
		t.Errorf("%d attachments, limit %d", len(m.Attachments), lim.Parts)
	}
	for _, s := range append([]string{m.Subject, m.MessageID, m.ReturnPath, m.ListID, m.Text, m.HTML}, m.References...) {
		if !utf8.ValidString(s) {
			t.Errorf("not UTF-8: %q", s)
		}
	}
	for _, s := range []string{m.Subject, m.MessageID, m.ReturnPath} {
		if strings.ContainsAny(s, "\r\n\x00") {
			t.Errorf("line break in %q", s)
		}
	}
	for _, a := range append(append(append([]message.Address{}, m.From...), m.To...), m.ReplyTo...) {
		if a.Address == "" || strings.ContainsAny(a.Address+a.Name, "\r\n\x00") || !utf8.ValidString(a.Name+a.Address) {
			t.Errorf("bad address %+q", a)
		}
	}
	for _, a := range m.Attachments {
		if a.Name == "" || strings.ContainsAny(a.Name, "/\\\r\n\x00") || !utf8.ValidString(a.Name) || a.Size != int64(len(a.Data)) || len(a.SHA256) != 64 || a.ContentType == "" {
			t.Errorf("bad attachment %q %q of %d", a.Name, a.ContentType, a.Size)
		}
	}
	if (m.Bounce != nil) != (m.Kind == message.KindBounce) {
		t.Errorf("kind %s with bounce %v", m.Kind, m.Bounce)
	}
	if m.Auto.MayReply != (m.Auto.Reason == "") {
		t.Errorf("auto %+v", m.Auto)
	}
	for _, w := range m.Warnings {
		if w == message.WarnInternal {
			t.Error("the parser panicked")
		}
	}
}
