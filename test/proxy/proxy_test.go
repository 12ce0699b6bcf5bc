package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	host     = "desk.example.com"
	email    = "anna@acme.example"
	password = "behind a proxy it works"
)

// front is a proxy in front of the desk.
type front struct {
	program string
	// config makes the file that the program reads of the one in deploy/.
	config func(w *world, example string) string
	file   string // in deploy/
	args   func(w *world, config string) []string
	env    func(w *world) []string
}

func fronts() map[string]front {
	return map[string]front{
		"nginx": {
			program: "nginx", file: "nginx.conf",
			config: func(w *world, example string) string {
				return "daemon off; pid " + w.dir + "/nginx.pid; error_log stderr; events {}\nhttp { access_log off;\n" +
					"client_body_temp_path " + w.dir + "/b; proxy_temp_path " + w.dir + "/p; fastcgi_temp_path " + w.dir + "/f; uwsgi_temp_path " + w.dir + "/u; scgi_temp_path " + w.dir + "/s;\n" +
					strings.NewReplacer(
						"127.0.0.1:7700", w.desk, "listen [::]:80;", "", "listen [::]:443 ssl http2;", "",
						"listen 80;", "listen "+w.plain+";", "listen 443 ssl", "listen "+w.secure+" ssl",
						"/etc/letsencrypt/live/desk.example.com/fullchain.pem", w.dir+"/cert.pem",
						"/etc/letsencrypt/live/desk.example.com/privkey.pem", w.dir+"/key.pem",
					).Replace(example) + "}\n"
			},
			args: func(w *world, config string) []string { return []string{"-p", w.dir, "-c", config} },
		},
		"haproxy": {
			program: "haproxy", file: "haproxy.cfg",
			config: func(w *world, example string) string {
				return strings.NewReplacer(
					"127.0.0.1:7700", w.desk, "bind :80", "bind "+w.plain, "bind :443", "bind "+w.secure,
					"/etc/haproxy/desk.example.com.pem", w.dir+"/both.pem",
				).Replace(example)
			},
			args: func(_ *world, config string) []string { return []string{"-db", "-f", config} },
		},
		"caddy": {
			program: "caddy", file: "Caddyfile",
			config: func(w *world, example string) string {
				_, plain, _ := net.SplitHostPort(w.plain)
				_, secure, _ := net.SplitHostPort(w.secure)
				return "{\n admin off\n auto_https disable_certs\n http_port " + plain + "\n https_port " + secure + "\n default_bind 127.0.0.1\n}\n" +
					strings.Replace(example, "{$DOMAIN} {", "{$DOMAIN} {\n tls "+w.dir+"/cert.pem "+w.dir+"/key.pem", 1)
			},
			args: func(_ *world, config string) []string {
				return []string{"run", "--adapter", "caddyfile", "--config", config}
			},
			env: func(w *world) []string {
				return []string{"DOMAIN=" + host, "UPSTREAMS=" + w.desk, "HOME=" + w.dir, "XDG_DATA_HOME=" + w.dir, "XDG_CONFIG_HOME=" + w.dir}
			},
		},
	}
}

// world is a desk and the places of a proxy before it.
type world struct {
	t             *testing.T
	dir, bin      string
	desk          string // the desk's address
	plain, secure string // the proxy's
	roots         *x509.CertPool
}

func TestTheExamplesWork(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "godwit")
	build := exec.Command("go", "build", "-o", bin, "./cmd/godwit")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for name, f := range fronts() {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(f.program); err != nil {
				if os.Getenv("GODWIT_TEST_SERVERS") == "1" {
					t.Fatal(err)
				}
				t.Skip("not run: " + err.Error())
			}
			w := &world{t: t, bin: bin, dir: t.TempDir(), desk: free(t), plain: free(t), secure: free(t)}
			w.certificate()
			w.startDesk()
			example, err := os.ReadFile(filepath.Join(root, "deploy", f.file))
			if err != nil {
				t.Fatal(err)
			}
			config := filepath.Join(w.dir, f.file)
			if err := os.WriteFile(config, []byte(f.config(w, string(example))), 0o600); err != nil {
				t.Fatal(err)
			}
			var env []string
			if f.env != nil {
				env = f.env(w)
			}
			w.run(f.program, env, f.args(w, config)...)
			w.wait("https://" + host + "/readyz")
			w.visit()
		})
	}
}

// visit does what a browser does behind the proxy.
func (w *world) visit() {
	t := w.t
	t.Helper()
	c := w.client("127.0.0.2")
	get := func(address string) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequest("GET", address, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "203.0.113.9") // forged: the proxy adds the true one behind it, or replaces it
		resp := w.patient(func() (*http.Response, error) { return c.Do(req) })
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	if resp, _ := get("http://" + host + "/sign-in?a=b"); resp.StatusCode != http.StatusPermanentRedirect || !strings.HasPrefix(resp.Header.Get("Location"), "https://"+host) {
		t.Errorf("without TLS: %s to %s", resp.Status, resp.Header.Get("Location"))
	}
	resp := w.patient(func() (*http.Response, error) {
		return c.PostForm("https://"+host+"/sign-in", url.Values{"email": {email}, "password": {password}})
	})
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign in: %s", resp.Status)
	}
	for _, cookie := range resp.Cookies() {
		if !cookie.Secure || !cookie.HttpOnly {
			t.Errorf("cookie %s: secure %v, http only %v", cookie.Name, cookie.Secure, cookie.HttpOnly)
		}
	}
	if resp, body := get("https://" + host + "/account"); resp.StatusCode != http.StatusOK || !strings.Contains(body, "127.0.0.2") || strings.Contains(body, "203.0.113.9") {
		t.Errorf("the session's address is not the browser's: %s, true %v, forged %v", resp.Status, strings.Contains(body, "127.0.0.2"), strings.Contains(body, "203.0.113.9"))
	}
	// A live screen says something at once, and is not kept back.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", "https://"+host+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp = w.patient(func() (*http.Response, error) { return c.Do(req) })
	defer resp.Body.Close()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil || resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		t.Errorf("a live screen: %s, %q, %v", resp.Status, line, err)
	}
}

// patient asks again while the proxy says 503 by itself: on a busy machine it may
// hold the desk to be away for a moment.
func (w *world) patient(ask func() (*http.Response, error)) *http.Response {
	w.t.Helper()
	for range 100 {
		resp, err := ask()
		if err != nil {
			w.t.Fatal(err)
		}
		if resp.StatusCode != http.StatusServiceUnavailable {
			return resp
		}
		_ = resp.Body.Close()
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatal("the proxy holds the desk to be away")
	return nil
}

// client is a browser at an address of this machine, which finds the desk's name
// at the proxy and follows no redirect.
func (w *world) client(from string) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	dial := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: w.roots},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			to := w.secure
			if strings.HasSuffix(address, ":80") {
				to = w.plain
			}
			return dial.DialContext(ctx, network, to)
		},
	}
	w.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// startDesk makes a workspace and serves it behind the proxy.
func (w *world) startDesk() {
	t := w.t
	t.Helper()
	database := "sqlite:" + filepath.Join(w.dir, "godwit.db")
	first := exec.Command(w.bin, "init", "--database", database, "--workspace", "Acme", "--name", "Anna", "--email", email)
	first.Env = append(os.Environ(), "GODWIT_PASSWORD="+password)
	if out, err := first.CombinedOutput(); err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	w.run(w.bin, nil, "serve", "--database", database, "--listen", w.desk, "--address", "https://"+host, "--trusted-proxies", "127.0.0.1/32")
}

// run starts a program that ends with the test. What it said is shown if the
// test fails.
func (w *world) run(program string, env []string, args ...string) {
	t := w.t
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.dir, append(os.Environ(), env...), &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), said.String())
		}
	})
}

// wait asks until the desk answers through the proxy.
func (w *world) wait(address string) {
	w.t.Helper()
	c := w.client("127.0.0.2")
	var last error
	for range 150 {
		resp, err := c.Get(address)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
			err = fmt.Errorf("%s", resp.Status)
		}
		last = err
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatalf("the desk does not answer behind the proxy: %v", last)
}

// certificate makes one for the desk's name and trusts it.
func (w *world) certificate() {
	t := w.t
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
	for name, data := range map[string][]byte{"cert.pem": certPEM, "key.pem": keyPEM, "both.pem": append(bytes.Clone(certPEM), keyPEM...)} {
		if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.roots = x509.NewCertPool()
	w.roots.AppendCertsFromPEM(certPEM)
}

// free returns an address of this machine that nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
