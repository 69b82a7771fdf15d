package xero

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/mattn/go-ieproxy"
	"golang.org/x/net/http/httpproxy"
)

const (
	// scriptTime is how long a request waits for the proxy script, or for the system to find one. A browser waits
	// about as long.
	scriptTime = 10 * time.Second
	// scriptKept is how long its answer for a host counts, whatever it is.
	scriptKept = 5 * time.Minute
)

// systemProxy returns what finds the proxy for a request, as a browser on this computer would: in the
// settings of Windows or macOS and the script that they may name (PAC), unless the environment has
// one.
func systemProxy(log *slog.Logger) func(*http.Request) (*url.URL, error) {
	p := &proxies{fixed: http.ProxyFromEnvironment, log: log}
	if env := httpproxy.FromEnvironment(); env.HTTPProxy == "" && env.HTTPSProxy == "" {
		set := ieproxy.GetConf()
		if set.Automatic.Active {
			p.script = set.Automatic.FindProxyForURL
		}
		if set.Static.Active {
			of := func(scheme string) string { return cmp.Or(set.Static.Protocols[scheme], set.Static.Protocols[""]) }
			find := (&httpproxy.Config{HTTPProxy: of("http"), HTTPSProxy: of("https"), NoProxy: set.Static.NoProxy}).ProxyFunc()
			p.fixed = func(r *http.Request) (*url.URL, error) { return find(r.URL) }
		}
	}
	return p.find
}

// proxies finds the proxy for each request.
type proxies struct {
	// script returns the proxy for an address, or "" where it names none; nil where there is no script. It may take
	// for ever. The library has no other answer for a script that says DIRECT, or one that could not be read.
	script func(address string) string
	fixed  func(*http.Request) (*url.URL, error) // where no script names one
	log    *slog.Logger

	mu      sync.Mutex
	scripts map[string]*scripted // by address
	late    sync.Once
}

// scripted is what the script says, or will say, of an address.
type scripted struct {
	began time.Time
	done  chan struct{} // closed once the two below are there
	proxy string
	at    time.Time
}

// find returns the proxy for a request; nil for none. This computer itself is reached without: a
// script need not know of it.
func (p *proxies) find(r *http.Request) (*url.URL, error) {
	host := r.URL.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil, nil
	}
	if p.script != nil {
		// As browsers do, without path and query: a client's name can be in them, and the script is anybody's.
		proxy, err := p.ask(r.Context(), r.URL.Scheme+"://"+r.URL.Host+"/")
		if err != nil {
			return nil, err
		}
		if proxy != "" {
			return &url.URL{Scheme: "http", Host: proxy}, nil
		}
	}
	return p.fixed(r)
}

// ask returns what the script says of an address; "" where it says nothing in time.
func (p *proxies) ask(ctx context.Context, address string) (string, error) {
	s := p.scripted(address)
	select {
	case <-s.done:
		return s.proxy, nil
	default:
	}
	patience := time.NewTimer(time.Until(s.began.Add(scriptTime)))
	defer patience.Stop()
	select {
	case <-s.done:
		return s.proxy, nil
	case <-ctx.Done():
		return "", ctx.Err()
	case <-patience.C:
	}
	p.late.Do(func() { p.log.Warn("the proxy script does not answer", "address", address, "waited", scriptTime) })
	return "", nil
}

// scripted returns the newest answer for an address. It asks for one where there is none, or none that counts.
func (p *proxies) scripted(address string) *scripted {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.scripts[address]
	if s != nil {
		select {
		case <-s.done:
			if time.Since(s.at) < scriptKept {
				return s
			}
		default: // one that takes for ever is not asked twice at once
			return s
		}
	}
	before := s
	s = &scripted{began: time.Now(), done: make(chan struct{})}
	if p.scripts == nil {
		p.scripts = map[string]*scripted{}
	}
	p.scripts[address] = s
	go func() {
		s.proxy, s.at = p.script(address), time.Now()
		if before == nil || before.proxy != s.proxy {
			p.log.Info("what the proxy script names", "address", address, "proxy", cmp.Or(s.proxy, "none"))
		}
		close(s.done)
	}()
	return s
}
