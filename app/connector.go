package app

import (
	"context"
	"time"
)

// Connector is where people sign in to Xero and say which organisations Feebridge may
// call for them. Package xero implements it. Its errors are a *Trouble or an *Error.
type Connector interface {
	// Consent has a person sign in and choose an organisation in a browser. It calls
	// show once with the link to open there, as soon as the answer is listened for,
	// and returns when the person has decided, after ConsentTime, or when ctx ends. A
	// person's no, scopes that were not granted, and a time that ran out are *Errors.
	Consent(ctx context.Context, r Registration, show func(link string)) (Grant, error)
	// Refresh trades a refresh token for new tokens; the one it was given is worthless
	// from then on, except that it may be tried again for half an hour when the answer
	// was lost. A *Trouble with NoConsent says that Xero does not accept it any more.
	Refresh(ctx context.Context, r Registration, refresh string) (Grant, error)
	// Addresses names where tokens are sent: to the service that renews them, and to the Accounting
	// API. Tokens that were obtained at other addresses are not handed to it.
	Addresses() string
	// Connections lists the organisations that the sign-in reaches.
	Connections(ctx context.Context, access string) ([]Connection, error)
	// Disconnect ends a connection at Xero. One that is gone already is no error.
	Disconnect(ctx context.Context, access, id string) error
}

// ConsentTime is how long a person has to sign in.
const ConsentTime = 5 * time.Minute

// Vault keeps refresh tokens where the operating system keeps secrets. Every call ends
// within a few seconds; an error that is no NotFound says that there is no such place,
// or that it is locked.
type Vault interface {
	Keep(ctx context.Context, name, secret string) error
	Read(ctx context.Context, name string) (string, error) // NotFound when nothing is kept
	Forget(ctx context.Context, name string) error         // what is not kept is no error
}
