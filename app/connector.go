package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"feebridge/app/ledger"
)

// Connector is where people sign in to Xero and say which organisations Feebridge may
// call for them. Package xero implements it. Its errors are a *Trouble or an *Error.
type Connector interface {
	// Consent has a person sign in and choose an organisation in a browser. It calls
	// show once with the link to open there, as soon as somebody listens for the answer,
	// and returns when the person has decided, after ConsentTime, or when ctx ends. A
	// person's no, scopes that were not granted, and a time that ran out are *Errors.
	Consent(ctx context.Context, r Registration, show func(link string)) (Grant, error)
	// Refresh trades a refresh token for new tokens; the one it was given is worthless
	// from then on, except that it may be tried again for half an hour when the answer
	// was lost. A *Trouble with NoConsent says that Xero does not accept it any more.
	Refresh(ctx context.Context, r Registration, refresh string) (Grant, error)
	// Connections lists the organisations that the sign-in reaches.
	Connections(ctx context.Context, access string) ([]Connection, error)
	// Disconnect ends a connection at Xero. One that is gone already is no error.
	Disconnect(ctx context.Context, access, id string) error
}

// ConsentTime is how long a person has to sign in.
const ConsentTime = 5 * time.Minute

// Registration is the application under which Feebridge is known to Xero.
type Registration struct {
	ClientID string
	Ports    []int // of the addresses http://localhost:PORT/callback that were registered, in the order in which they are tried
}

// DefaultPorts are tried where a registration names none.
var DefaultPorts = []int{8742, 8743, 8744}

// String returns the registration as the audit trail keeps it.
func (r Registration) String() string { return fmt.Sprintf("%s %v", r.ClientID, r.Ports) }

func (r Registration) check() error {
	if r.ClientID == "" || strings.ContainsFunc(r.ClientID, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return Errorf(Invalid, "%q is not a client ID: copy it from your app's page at Xero.", r.ClientID)
	}
	for _, p := range r.Ports {
		if p < 1 || p > 65535 {
			return Errorf(Invalid, "%d is not a port: a port is a number from 1 to 65535, such as 8742.", p)
		}
	}
	return nil
}

// ConsentID identifies a sign-in: the user of Xero who gave it.
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

// Connection is an organisation that a sign-in reaches.
type Connection struct {
	ID     string // to disconnect by; it is not the tenant's
	Tenant ledger.Tenant
	Since  time.Time
}

// Vault keeps refresh tokens where the operating system keeps secrets. Every call ends
// within a few seconds; an error that is no NotFound says that there is no such place,
// or that it is locked.
type Vault interface {
	Keep(ctx context.Context, name, refresh string) error
	Read(ctx context.Context, name string) (string, error) // NotFound when nothing is kept
	Forget(ctx context.Context, name string) error         // what is not kept is no error
}
