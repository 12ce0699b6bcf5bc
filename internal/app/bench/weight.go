package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var linked = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)

// weigh tells what a browser loads for the first page of the console, as it
// comes over the wire.
func (b *bench) weigh(ctx context.Context) error {
	if !b.wanted("weight") {
		return nil
	}
	c, err := b.signIn(ctx)
	if err != nil {
		return err
	}
	page, size, err := c.wire(ctx, "/inbox/open", "identity")
	if err != nil {
		return err
	}
	_, packed, err := c.wire(ctx, "/inbox/open", "br, gzip")
	if err != nil {
		return err
	}
	b.Say("inbox page: %.1f KB, %.1f KB on the wire", kb(size), kb(packed))
	var parts []string
	for _, m := range linked.FindAllStringSubmatch(string(page), -1) {
		path, _, _ := strings.Cut(m[1], "#")
		if !slices.Contains(parts, path) {
			parts = append(parts, path)
		}
	}
	total := packed
	for _, path := range parts {
		_, n, err := c.wire(ctx, path, "br, gzip")
		if err != nil {
			return err
		}
		total += n
		b.Say("  %-40s %6.1f KB on the wire", path, kb(n))
	}
	b.Say("first load: %.1f KB on the wire with the page, %.1f KB of script, style and pictures", kb(total), kb(total-packed))
	return nil
}

func kb(n int) float64 { return float64(n) / 1000 }

// wire returns a body and how many bytes it had on the wire.
func (c *client) wire(ctx context.Context, path, accept string) ([]byte, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Cookie", c.cookie)
	req.Header.Set("Accept-Encoding", accept)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", path, res.Status)
	}
	return body, len(body), err
}

// rest measures the program as it stands idle: on an empty database, and on the
// loaded one.
func (b *bench) rest(ctx context.Context) error {
	if !b.wanted("rest") {
		return nil
	}
	info, err := os.Stat(b.Program)
	if err != nil {
		return err
	}
	b.Say("program: %.1f MB", float64(info.Size())/1e6)
	dir, err := os.MkdirTemp("", "godwit-rest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, x := range []struct{ what, database string }{{"empty", "sqlite:" + filepath.Join(dir, "empty.db")}, {"loaded", b.Database}} {
		text, err := b.atRest(ctx, x.database)
		if err != nil {
			return fmt.Errorf("measure the %s program at rest: %w", x.what, err)
		}
		b.Say("at rest, %s database: %s", x.what, text)
	}
	return nil
}

// atRest starts the server, shows it some visitors and reads its memory from
// the kernel after a collection.
func (b *bench) atRest(ctx context.Context, database string) (string, error) {
	debug, err := freeAddress(ctx)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, b.Program, "--log-level", "error", "serve", "--database", database, "--keys", keys, "--listen", "127.0.0.1:0", "--debug", debug)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	first, err := bufio.NewReader(out).ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(first), "ready: ")
	if err != nil || !ok {
		return "", fmt.Errorf("the server did not say that it is ready: %q", first)
	}
	for range 20 {
		if err := visit(ctx, address+"/sign-in"); err != nil {
			return "", err
		}
	}
	for range 2 {
		if err := visit(ctx, "http://"+debug+"/debug/pprof/heap?gc=1"); err != nil {
			return "", err
		}
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(5 * time.Second):
	}
	return memory(cmd.Process.Pid)
}

func visit(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// memory reads what Linux says of a process; elsewhere there is nothing to read.
func memory(pid int) (string, error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return "", err
	}
	kinds := map[string]float64{}
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(line, ":")
		if n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64); err == nil {
			kinds[name] = n * 1024 / 1e6
		}
	}
	return fmt.Sprintf("%.1f MB resident (%.1f MB of its own, %.1f MB mapped from files)", kinds["VmRSS"], kinds["RssAnon"], kinds["RssFile"]), nil
}
