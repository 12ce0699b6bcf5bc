package email

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/dovecottest"
	"godwit.dev/godwit/internal/adapter/channel/email/smtptest"
)

// BenchmarkFetch reads a waiting mailbox from Dovecot into memory.
func BenchmarkFetch(b *testing.B) {
	if !dovecottest.Available() {
		b.Skipf("not run here: %s is not installed", dovecottest.Path)
	}
	srv, err := dovecottest.Start(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer srv.Stop()
	for i := range b.N {
		if _, err := smtptest.Deliver(srv.Maildir, []byte(mail(i))); err != nil {
			b.Fatal(err)
		}
	}
	acct := Account{Host: srv.Host, Port: srv.Port, Security: None, Username: srv.User, Password: srv.Password}
	if r := Test(b.Context(), acct); !r.OK { // also makes Dovecot index the mailbox
		b.Fatal(r.Problem)
	}
	b.ResetTimer()
	ctx, cancel := context.WithCancel(b.Context())
	sink := &memSink{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = Run(ctx, 1, acct, sink, Options{})
	}()
	for len(sink.all()) < b.N {
		time.Sleep(time.Millisecond)
	}
	b.StopTimer()
	cancel()
	<-done
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}

// BenchmarkDeliver sends over SMTP with three connections into the Listener: both
// sides of the protocol at once, nothing on disk.
func BenchmarkDeliver(b *testing.B) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	sink := &memSink{}
	l := NewListener(sink, desk, ListenerOptions{})
	served := make(chan error, 1)
	go func() { served <- l.Serve(ln) }()
	acct := Account{Host: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port, Security: None}
	s := NewSender(SenderOptions{})
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	next := make(chan int)
	for range 3 {
		wg.Go(func() {
			for i := range next {
				raw := []byte(mail(i))
				if out := s.Send(b.Context(), acct, fmt.Sprintf("c%d@example.com", i), []string{"desk@example.test"}, raw, nil); out.Kind != Sent {
					b.Errorf("got %+v", out)
				}
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
	s.Close()
	_ = l.Shutdown(context.Background())
	<-served
}

func BenchmarkCompose(b *testing.B) {
	o := sample()
	o.Subject = "Возврат заказа №12345"
	o.HTML = "<p>" + o.Text + "</p>"
	o.Attachments = []File{{Name: "label.pdf", ContentType: "application/pdf", Data: make([]byte, 50_000)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compose(o); err != nil {
			b.Fatal(err)
		}
	}
}
