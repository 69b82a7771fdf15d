package sim

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says what is simulated. The zero value works: no organisation, no limits, no faults.
type Config struct {
	Orgs         []*Org   // as Seed makes them; the Sim owns them from New on
	ClientID     string   // of the one registered app; DefaultClientID when empty
	RedirectURIs []string // exact addresses that may be returned to
	AppName      string   // ProviderName in answers; "Feebridge" when empty

	Limits   bool // count calls and refuse with 429 as Xero does
	DayLimit int  // calls a day and tenant; 1,000 when zero, as a new app has

	Latency    time.Duration // added to every call of the API
	PerInvoice time.Duration // added for each element of a written batch

	// DeletedNumbersHeld makes the number of a DELETED invoice stay taken. Sources disagree on what Xero does; by
	// default it is free again. The number of a voided invoice is always taken.
	DeletedNumbersHeld bool

	Marks Marks // what answers tell of a Url; MarksKept when empty

	Faults  []Rule
	Observe func(Call)       // told of every call, see Call; may act on the Sim
	Now     func() time.Time // time.Now when nil
}

// DefaultClientID is the client id of the registered app where Config names none.
const DefaultClientID = "FEEBRIDGE0SIMULATED0CLIENT0ID0000"

// Sim is a simulated Xero. One lock, mu, guards everything in it, the organisations included. Nothing waits while
// holding it: latency, slow faults and late commits sleep outside. It is safe for use by many goroutines.
type Sim struct {
	cfg Config

	mu          sync.Mutex
	orgs        []*Org
	connections []Connection
	grants      map[string]*grant       // by authorization code
	tokens      map[string]*accessToken // by access token
	families    map[string]*family      // by refresh token, one in its grace included
	consented   map[string]bool         // scopes that the person agreed to so far
	limiter     limiter
	keys        map[string]*keyRecord // idempotency keys
	faults      []*Rule
	calls       map[string]int

	closed bool
	done   chan struct{}  // closed by Close
	late   sync.WaitGroup // commits that are still to happen
}

// Connection is an organisation's consent to the app.
type Connection struct {
	ID          string
	TenantID    string
	AuthEventID string
	CreatedUTC  time.Time
	UpdatedUTC  time.Time
}

// New makes a Sim that owns cfg.Orgs. No organisation is connected until a person consents or MintToken is called.
func New(cfg Config) *Sim {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.ClientID = orDefault(cfg.ClientID, DefaultClientID)
	cfg.AppName = orDefault(cfg.AppName, "Feebridge")
	if cfg.DayLimit == 0 {
		cfg.DayLimit = defaultDayLimit
	}
	s := &Sim{
		cfg: cfg, orgs: cfg.Orgs, grants: map[string]*grant{}, tokens: map[string]*accessToken{},
		families: map[string]*family{}, consented: map[string]bool{}, limiter: newLimiter(cfg.Limits, cfg.DayLimit),
		keys: map[string]*keyRecord{}, calls: map[string]int{}, done: make(chan struct{}),
	}
	for _, o := range s.orgs {
		o.prepare()
	}
	for _, r := range cfg.Faults {
		s.faults = append(s.faults, &r)
	}
	return s
}

// Close ends commits that are still to happen late without making them, and waits for them. Calls under way go on.
func (s *Sim) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	s.mu.Unlock()
	s.late.Wait()
}

// Orgs are the organisations without their contacts and invoices.
func (s *Sim) Orgs() []Org {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Org, len(s.orgs))
	for i, o := range s.orgs {
		list[i] = o.settings()
	}
	return list
}

// Org is one organisation without its contacts and invoices; false when there is no such tenant.
func (s *Sim) Org(tenant string) (Org, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.org(tenant); o != nil {
		return o.settings(), true
	}
	return Org{}, false
}

// Invoices are all invoices of a tenant, deleted and voided ones included, in the order in which they were made.
func (s *Sim) Invoices(tenant string) []Invoice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.selectInvoices(tenant, func(*Invoice) bool { return true })
}

// LiveByURL are the invoices of a tenant that bear this Url and are neither voided nor deleted.
func (s *Sim) LiveByURL(tenant, url string) []Invoice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.selectInvoices(tenant, func(inv *Invoice) bool { return inv.Live() && inv.URL == url })
}

// ByNumber are the sales invoices of a tenant that bear this number, in every status.
func (s *Sim) ByNumber(tenant, number string) []Invoice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.selectInvoices(tenant, func(inv *Invoice) bool {
		return inv.Type == TypeSales && fold(inv.Number) == fold(number)
	})
}

func (s *Sim) selectInvoices(tenant string, want func(*Invoice) bool) []Invoice {
	o := s.org(tenant)
	if o == nil {
		return nil
	}
	var list []Invoice
	for _, inv := range o.invoices {
		if want(inv) {
			list = append(list, inv.clone())
		}
	}
	return list
}

// Invoice is one invoice of a tenant by its id; false when there is none.
func (s *Sim) Invoice(tenant, id string) (Invoice, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.org(tenant); o != nil {
		if inv := o.invoiceByID[strings.ToLower(id)]; inv != nil {
			return inv.clone(), true
		}
	}
	return Invoice{}, false
}

// Contacts are all contacts of a tenant, archived ones included, by name.
func (s *Sim) Contacts(tenant string) []Contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.org(tenant)
	if o == nil {
		return nil
	}
	list := make([]Contact, len(o.contacts))
	for i, c := range o.contacts {
		list[i] = c.clone()
	}
	slices.SortFunc(list, func(a, b Contact) int {
		return cmp.Or(cmp.Compare(fold(a.Name), fold(b.Name)), cmp.Compare(a.ContactID, b.ContactID))
	})
	return list
}

// Contact is one contact of a tenant by its id; false when there is none.
func (s *Sim) Contact(tenant, id string) (Contact, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.org(tenant); o != nil {
		if c := o.contactByID[strings.ToLower(id)]; c != nil {
			return c.clone(), true
		}
	}
	return Contact{}, false
}

// Connections are the organisations that are connected to the app now.
func (s *Sim) Connections() []Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.connections)
}

// Connected tells whether the tenant is connected to the app.
func (s *Sim) Connected(tenant string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected(tenant)
}

func (s *Sim) connected(tenant string) bool {
	return slices.ContainsFunc(s.connections, func(c Connection) bool { return c.TenantID == tenant })
}

// org is the organisation of a tenant id, nil when there is none.
func (s *Sim) org(tenant string) *Org {
	for _, o := range s.orgs {
		if strings.EqualFold(o.TenantID, tenant) {
			return o
		}
	}
	return nil
}

// now is the time as Xero keeps it: UTC, whole milliseconds.
func (s *Sim) now() time.Time {
	return s.cfg.Now().UTC().Truncate(time.Millisecond)
}

// Calls are the calls that arrived since the start or the last ResetCalls, by "METHOD /Path" without the API's prefix;
// ids, numbers and file names in paths are counted as they were sent.
func (s *Sim) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := make(map[string]int, len(s.calls))
	for k, n := range s.calls {
		counts[k] = n
	}
	return counts
}

// TotalCalls is the sum of Calls.
func (s *Sim) TotalCalls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for _, n := range s.calls {
		total += n
	}
	return total
}

// ResetCalls sets all counts of calls to nothing.
func (s *Sim) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.calls)
}
