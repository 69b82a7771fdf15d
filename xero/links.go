package xero

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"feebridge/app"
)

// linksAgain is how long the door leaves another program the port before it tries again
// to open there.
const linksAgain = time.Minute

// Links answers, until ctx ends, a browser that follows an address of this computer which
// begins with base, such as exported invoices carry in Xero, or bears a mark. It calls open with the whole
// address, one at a time and never after it has returned, and shows the person how that
// ended. While another program has the port, it is tried again every minute. Where base is
// not an address of this computer there is nothing to answer, and Links returns at once.
func (d *Door) Links(ctx context.Context, base string, open func(ctx context.Context, mark string) error) {
	port, prefix, ours := parseLocal(base)
	if !ours {
		return
	}
	l := &links{base: base, prefix: prefix, followed: make(chan followed), ended: ctx.Done()}
	leave, err := d.await(port, everyPath, l)
	if err != nil {
		d.log.Warn("links from Xero wait for the port", "port", port, "error", err)
	}
	for err != nil {
		select {
		case <-time.After(linksAgain):
			leave, err = d.await(port, everyPath, l)
		case <-ctx.Done():
			return
		}
	}
	defer leave()
	for {
		select {
		case f := <-l.followed:
			err := open(ctx, f.mark)
			if err != nil {
				d.log.Info("a link from Xero opens nothing", "error", err)
			}
			f.outcome <- err
		case <-ctx.Done():
			return
		}
	}
}

// parseLocal returns the port of an address of this computer, and what the address has
// after it.
func parseLocal(base string) (port int, rest string, ok bool) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" || u.User != nil || !slices.Contains(localNames, strings.ToLower(u.Hostname())) {
		return 0, "", false
	}
	port = httpPort
	if u.Port() != "" {
		number, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || number == 0 {
			return 0, "", false
		}
		port = int(number)
	}
	rest = base[len("http://")+len(u.Host):]
	return port, rest, strings.HasPrefix(rest, "/")
}

// links takes what a browser follows.
type links struct {
	base     string // of each address
	prefix   string // what base has after the port
	followed chan followed
	ended    <-chan struct{}
}

// followed is an address that a person followed.
type followed struct {
	mark    string
	outcome chan<- error
}

// ServeHTTP takes an address that a person follows. Other pages cannot: what they embed,
// fetch or load ahead is turned away, and none may read the answer.
func (l *links) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	rest, ours := strings.CutPrefix(r.RequestURI, l.prefix)
	if !ours && app.IsMark(r.RequestURI) { // as Xero may have changed the address
		rest, ours = strings.TrimLeft(r.RequestURI, "/"), true
	}
	switch {
	case r.URL.Path == returnPath: // of a sign-in that nobody waits for any more
		showStray(out)
		return
	case !ours || rest == "":
		http.NotFound(out, r)
		return
	case r.Method == http.MethodHead: // as from a tool that checks addresses
		return
	case r.Method != http.MethodGet:
		out.Header().Set("Allow", "GET, HEAD")
		http.Error(out, "Feebridge expects a browser here.", http.StatusMethodNotAllowed)
		return
	case !navigates(r.Header):
		http.Error(out, "Feebridge opens this address only for a person who follows it.", http.StatusForbidden)
		return
	}
	outcome := make(chan error, 1)
	select {
	case l.followed <- followed{l.base + rest, outcome}:
	case <-r.Context().Done(): // the tab was closed meanwhile
		return
	case <-l.ended:
		return
	}
	select {
	case err := <-outcome:
		showOpened(out, err)
	case <-r.Context().Done():
	case <-l.ended:
	}
}

// navigates reports whether a browser asks for the page because it is to be shown in a tab
// by itself, as far as the browser says: tools and old browsers do not.
func navigates(h http.Header) bool {
	says := func(header, want string) bool {
		got := h.Get(header)
		return got == "" || got == want
	}
	return says("Sec-Fetch-Dest", "document") && says("Sec-Fetch-Mode", "navigate") && h.Get("Sec-Purpose") == ""
}
