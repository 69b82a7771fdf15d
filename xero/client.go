// Package xero is Xero's Accounting API as this application needs it: it reads what an
// organisation has, writes contacts and invoices in batches, and tells apart what is
// certain about a write from what is not. It signs people in, too. Its Client implements
// app.Books, its Connector app.Connector.
//
// Every call of an organisation passes a chain of round-trippers, from the outside in:
// retry (reads only), limiter, bearer, journal, wire. The chain never hands out an error
// that is not a *app.Trouble.
package xero

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
)

// Where Xero is. Nothing else in this package names a host.
const (
	defaultAPI      = "https://api.xero.com"
	defaultWeb      = "https://go.xero.com"
	defaultLogin    = "https://login.xero.com"
	defaultIdentity = "https://identity.xero.com"

	apiPath         = "/api.xro/2.0"
	connectionsPath = "/connections"
	authorizePath   = "/identity/connect/authorize"
	tokenPath       = "/connect/token"
)

// Config says how to reach Xero.
type Config struct {
	// API is the address of the Accounting API. Empty means Xero's own; an address
	// without a path means that host with the path that Xero's has.
	API string
	// Web is the address of a simulator's page for people, where an invoice is under
	// /invoices/{id}. Empty means Xero's own pages.
	Web string
	// Token returns the bearer token of the call that is about to be made, which is that
	// of the organisation's own sign-in. An error of it that is no *app.Trouble means that
	// nobody is signed in. It must not be nil.
	Token func(context.Context, ledger.TenantID) (string, error)
	// HTTP makes the connections; nil means http.DefaultTransport with time limits.
	HTTP http.RoundTripper
	// Log takes a line a call, without tokens, queries and bodies; nil means none.
	Log *slog.Logger
	// Heard is told of each whole answer, on the goroutine that waits for it; nil for nobody.
	Heard func(Exchange)
}

// Client calls Xero. It is safe for use by many goroutines.
type Client struct {
	api     *url.URL
	badAPI  error // why api cannot be used
	web     string
	chain   http.RoundTripper
	limiter *limiter
	log     *slog.Logger
}

var _ app.Books = (*Client)(nil)

// New returns a client. A Config.API that is no address makes every call fail with an
// error that says so.
func New(cfg Config) *Client {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.HTTP == nil {
		cfg.HTTP = newTransport(cfg.Log)
	}
	c := &Client{web: strings.TrimSuffix(cfg.Web, "/"), log: cfg.Log}
	c.api, c.badAPI = parseAPI(cfg.API)
	c.limiter = newLimiter(bearer{token: cfg.Token, next: journal{log: cfg.Log, next: wire{next: cfg.HTTP, heard: cfg.Heard}}})
	c.chain = retry{next: c.limiter}
	return c
}

// newTransport returns Go's own transport with limits on the stages that would
// otherwise hang. The answer may take long: Xero commits a large batch before it
// answers, and giving up early would only make the outcome unknown.
func newTransport(log *slog.Logger) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = systemProxy(log)
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 10 * time.Second
	t.ResponseHeaderTimeout = 100 * time.Second
	t.MaxIdleConnsPerHost = callsAtOnce
	return t
}

func parseAPI(address string) (*url.URL, error) {
	u, err := parseAddress("API", address, defaultAPI)
	if err == nil && (u.Path == "" || u.Path == "/") {
		u.Path = apiPath
	}
	return u, err
}

// parseAddress reads the address of something of Xero's, or else Xero's own one.
func parseAddress(what, address, xeros string) (*url.URL, error) {
	if address == "" {
		address = xeros
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("the address %q of Xero's %s is not an http or https address: correct it", address, what)
	}
	return u, nil
}

// Gauge tells what the organisation's limits leave and what is being waited for.
func (c *Client) Gauge(t ledger.TenantID) app.Gauge { return c.limiter.lane(t).gauge() }

// Link is the address under which a person sees the invoice.
func (c *Client) Link(chart ledger.Chart, id ledger.InvoiceID) string {
	if c.web != "" {
		return c.web + "/invoices/" + url.PathEscape(string(id))
	}
	// A short code begins with an exclamation mark, which Xero's own links leave as it is.
	return defaultWeb + "/app/" + chart.ShortCode + "/invoicing/view/" + url.PathEscape(string(id))
}

// pages are where Xero has its pages.
var pages = map[app.XeroPage]string{
	app.AccountsPage: "/GeneralLedger/ChartOfAccounts.aspx", app.ContactsPage: "/Contacts/", app.CurrenciesPage: "/Setup/CurrencyRates.aspx",
	app.ItemsPage: "/Accounts/Inventory/", app.LockDatesPage: "/Setup/FinancialSettings.aspx", app.TaxRatesPage: "/Setup/TaxRates.aspx",
	app.TrackingPage: "/Setup/Tracking.aspx", app.UsersPage: "/Settings/Users",
}

// Page is the address of a page of the organisation. Xero's own pages do not name the organisation: the
// address signs the person in to it first.
func (c *Client) Page(chart ledger.Chart, page app.XeroPage) string {
	switch {
	case c.web != "" && page == app.ContactsPage:
		return c.web + "/contacts"
	case c.web != "":
		return c.web + "/settings"
	}
	return defaultWeb + "/organisationlogin/default.aspx?shortcode=" + chart.ShortCode + "&redirecturl=" + pages[page]
}

// Headers of Xero.
const (
	tenantHeader      = "Xero-Tenant-Id"
	correlationHeader = "Xero-Correlation-Id"
	keyHeader         = "Idempotency-Key"
)

// call is one call to be made.
type call struct {
	method  string
	tenant  ledger.TenantID
	path    string // below the API's address, escaped, such as Invoices
	query   url.Values
	since   time.Time // for If-Modified-Since; zero for none
	key     string    // idempotency key of a write
	body    []byte    // of a write
	content string    // type of the body; "" for JSON
	counted bool      // the list is whole only when it is as long as Xero counts
}

// answer is what Xero answered.
type answer struct {
	body        []byte    // JSON
	date        time.Time // of the Date header; zero without one
	correlation string    // Xero's identifier of the call
}

// do makes the call and returns what Xero answered. The error is a *app.Trouble.
func (c *Client) do(ctx context.Context, k call) (answer, error) {
	resp, body, err := c.roundTrip(ctx, k) //nolint:bodyclose // it is closed there
	if err != nil {
		return answer{}, err
	}
	if resp.StatusCode != http.StatusOK {
		return answer{}, troubleOf(resp, body)
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		date = time.Time{}
	}
	return answer{body, date, resp.Header.Get(correlationHeader)}, nil
}

// roundTrip makes the call and returns what Xero answered, whatever its status. The error is a
// *app.Trouble.
func (c *Client) roundTrip(ctx context.Context, k call) (*http.Response, []byte, error) {
	req, err := c.request(ctx, k)
	if err != nil {
		return nil, nil, &app.Trouble{Reason: app.Refused, Unsent: true, Err: err}
	}
	// Not through an http.Client: it would follow a redirect and carry the token to
	// whatever host that names, and its errors repeat the query.
	resp, err := c.chain.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body) // in memory already, see wire
	if err != nil {
		return nil, nil, &app.Trouble{Reason: app.Interrupted, Err: err}
	}
	return resp, body, nil
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	if c.badAPI != nil {
		return nil, c.badAPI
	}
	address := c.api.JoinPath(k.path)
	// Encode writes a space as a plus sign, which only forms read as a space.
	address.RawQuery = strings.ReplaceAll(k.query.Encode(), "+", "%20")
	req, err := http.NewRequestWithContext(ctx, k.method, address.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set(tenantHeader, string(k.tenant))
	req.Header.Set("Accept", "application/json") // Xero answers in XML otherwise
	req.Header.Set("User-Agent", "Feebridge")
	if !k.since.IsZero() {
		// Xero reads whole seconds in UTC, without a zone.
		req.Header.Set("If-Modified-Since", k.since.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05"))
	}
	if k.body != nil {
		req.Header.Set("Content-Type", cmp.Or(k.content, "application/json"))
		req.Header.Set(keyHeader, k.key)
		req.Body, req.ContentLength = newPayload(k.body), int64(len(k.body))
	}
	return req, nil
}
