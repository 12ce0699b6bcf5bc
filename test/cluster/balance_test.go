package cluster

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// balancer spreads requests over the nodes that are ready, in turn, as any
// reverse proxy does. It sends a request to a second node only if the first one
// cannot have got it, or if it only reads.
type balancer struct {
	server    *httptest.Server
	transport *http.Transport
	wg        sync.WaitGroup

	mu    sync.Mutex
	nodes []*place
	turn  int
	only  int // how many of the ready nodes are used; 0 is all
}

// place is where a node is expected.
type place struct {
	addr  string
	ready bool
}

// checkEvery is how often the nodes are asked whether they are ready.
const checkEvery = 200 * time.Millisecond

func newBalancer(t *testing.T, nodes []*node) *balancer {
	b := &balancer{transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	for _, n := range nodes {
		b.nodes = append(b.nodes, &place{addr: n.Addr})
	}
	ctx, stop := context.WithCancel(context.Background())
	for _, p := range b.nodes {
		b.check(ctx, p)
		b.wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(checkEvery):
				}
				b.check(ctx, p)
			}
		})
	}
	b.server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host },
		Transport:     b,
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusBadGateway)
		},
	})
	t.Cleanup(func() {
		stop()
		b.wg.Wait()
		b.server.CloseClientConnections()
		b.server.Close()
		b.transport.CloseIdleConnections()
	})
	return b
}

// check asks a node whether it is ready.
func (b *balancer) check(ctx context.Context, p *place) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	ready := false
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/readyz", http.NoBody)
	if err == nil {
		var resp *http.Response
		if resp, err = b.transport.RoundTrip(req); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			ready = resp.StatusCode == http.StatusOK
		}
	}
	b.mark(p, ready)
}

func (b *balancer) mark(p *place, ready bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p.ready = ready
}

// use limits the balancer to some of the nodes.
func (b *balancer) use(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.only = n
}

// readyNodes counts the nodes that get requests.
func (b *balancer) readyNodes() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, p := range b.nodes {
		if p.ready {
			n++
		}
	}
	return n
}

// next returns a ready node that was not tried, or nil.
func (b *balancer) next(tried map[*place]bool) *place {
	b.mu.Lock()
	defer b.mu.Unlock()
	nodes := b.nodes
	if b.only > 0 {
		nodes = nodes[:b.only]
	}
	for range nodes {
		b.turn++
		if p := nodes[b.turn%len(nodes)]; p.ready && !tried[p] {
			return p
		}
	}
	return nil
}

// RoundTrip sends a request to a node.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	tried := map[*place]bool{}
	var last error
	for {
		p := b.next(tried)
		if p == nil {
			if last != nil {
				return nil, last
			}
			return &http.Response{
				StatusCode: http.StatusServiceUnavailable, ProtoMajor: 1, ProtoMinor: 1, Request: r,
				Header: http.Header{"Retry-After": {"1"}}, Body: io.NopCloser(strings.NewReader("no node is ready\n")),
			}, nil
		}
		tried[p] = true
		out := r.Clone(r.Context())
		out.URL = &url.URL{Scheme: "http", Host: p.addr, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
		out.Body = io.NopCloser(bytes.NewReader(body))
		resp, err := b.transport.RoundTrip(out)
		if err == nil || r.Context().Err() != nil {
			return resp, err
		}
		last = err
		var op *net.OpError
		dialing := errors.As(err, &op) && op.Op == "dial"
		if dialing {
			b.mark(p, false)
		}
		if !dialing && r.Method != http.MethodGet {
			return nil, err // it may have been done
		}
	}
}
