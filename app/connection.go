package app

import (
	"fmt"
	"strings"
	"time"

	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Registration is the application under which Feebridge is known to Xero.
type Registration struct {
	ClientID string
	Ports    []int // of the addresses http://localhost:PORT/callback that were registered, in the order in which they are tried
}

// DefaultPorts are tried where a registration names none.
var DefaultPorts = []int{8742, 8743, 8744}

// String returns the registration as the audit trail keeps it.
func (r Registration) String() string { return fmt.Sprintf("%s %v", r.ClientID, r.Ports) }

// Check returns why a registration cannot be, or nil.
func (r Registration) Check() error {
	if r.ClientID == "" || strings.ContainsFunc(r.ClientID, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return Errorf(Invalid, "problem.client-id", "ID", translations.Quoted(r.ClientID))
	}
	for _, p := range r.Ports {
		if p < 1 || p > 65535 {
			return Errorf(Invalid, "problem.port", "Port", p)
		}
	}
	return nil
}

// ConsentID identifies a consent: the user of Xero who gave it.
type ConsentID string

// Grant is what a person's consent, or a refresh of it, gave.
type Grant struct {
	Access  string    // signs calls; kept in memory alone
	Expires time.Time // of Access
	Refresh string    // gives the next Grant; kept in the keyring alone
	Scopes  []string
	User    User // who consented; zero after a refresh
}

// User is a user of Xero.
type User struct {
	ID    ConsentID
	Name  string
	Email string
}

// Connection is an organisation that a consent reaches.
type Connection struct {
	ID     string // to disconnect by; it is not the tenant's
	Tenant ledger.Tenant
	Since  time.Time
}

// Consent is a person's consent at Xero, under which organisations are called.
type Consent struct {
	User
	By     staff.ID // of the firm's staff
	At     time.Time
	Scopes []string
}

// Organisation is a Xero organisation that the firm exports to.
type Organisation struct {
	Tenant  ledger.Tenant
	Default bool // exports go here unless the client says otherwise
	State   ConnectionState
	Parked  Park
	Marks   Marks // learnt by SaveMarks alone

	Consent     ConsentID // under which it is called; "" for none, and then the rest is empty, too
	Connection  string    // to end it by at Xero
	ConnectedBy staff.ID
	ConnectedAt time.Time
}

// EndedHere reports whether a person disconnected the organisation here, and not one in Xero: nothing is
// known any more of who connected it.
func (o Organisation) EndedHere() bool {
	return o.State == Disconnected && o.Consent == "" && o.ConnectedAt.IsZero()
}

// ConnectionState says whether an organisation can be called.
type ConnectionState string

// The connection states.
const (
	Connected    ConnectionState = "connected"
	ConsentEnded ConnectionState = "signed_out"   // the consent is not accepted any more
	Disconnected ConnectionState = "disconnected" // the organisation ended the connection
)

// Park says that sending waits, and until when. The zero Park does not wait.
type Park struct {
	Since time.Time // when it began; for trouble of the same kind, the first time
	Until time.Time // zero waits for a person
	Why   Reason
	Text  string // Xero's words
}
