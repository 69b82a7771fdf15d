package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// AskConsent has a person sign in to Xero in a browser, whose link it shows, and returns the
// organisations that Feebridge may call from now on. None of them is the firm's before
// Connect. A consent of the same user of Xero is replaced by it.
func (a *App) AskConsent(ctx context.Context, by staff.Member, show func(link string)) (Consent, []Connection, error) {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return Consent{}, nil, err
	}
	firm, err := a.Firm(ctx)
	if err != nil {
		return Consent{}, nil, err
	}
	if firm.Registration.ClientID == "" {
		return Consent{}, nil, Errorf(Invalid, "refused.no-client-id")
	}
	g, err := a.connector.Consent(ctx, firm.Registration, show)
	if err != nil {
		return Consent{}, nil, err
	}
	s := Consent{User: g.User, By: by.ID, Scopes: g.Scopes}
	name, _, err := a.vaultName(ctx, s.ID)
	if err != nil {
		return Consent{}, nil, err
	}
	k := a.keys.of(s.ID)
	err = k.use(ctx, func() error {
		k.keep(ctx, a, name, g)
		return nil
	})
	if err != nil {
		return Consent{}, nil, err
	}
	found, err := a.connector.Connections(ctx, g.Access)
	if err != nil {
		return Consent{}, nil, err
	}
	a.keys.reach(s.ID, found)
	err = a.Update(ctx, func(tx Tx) error {
		s.At = tx.Now()
		if err := tx.SaveConsent(s); err != nil {
			return err
		}
		if err := takeUp(tx, s, found); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditSignIn, "sign-in", string(s.ID), "", s.Name))
	})
	a.Wake()
	if err != nil {
		return s, found, err
	}
	return s, found, a.forgetUnused(ctx, s.ID)
}

// takeUp lets the organisations that the consent reaches go on under it, where they
// stopped.
func takeUp(tx Tx, s Consent, found []Connection) error {
	known, err := tx.Organisations()
	if err != nil {
		return err
	}
	for _, o := range known {
		at := slices.IndexFunc(found, func(c Connection) bool { return c.Tenant.ID == o.Tenant.ID })
		if at < 0 {
			continue
		}
		o.Consent, o.Connection, o.ConnectedBy, o.ConnectedAt = s.ID, found[at].ID, s.By, s.At
		o.State, o.Parked = Connected, Park{}
		if err := tx.SaveOrganisation(o); err != nil {
			return err
		}
	}
	return nil
}

// forgetUnused forgets the consents under which no organisation is called any more, but
// for the one that was just given.
func (a *App) forgetUnused(ctx context.Context, fresh ConsentID) error {
	used := map[ConsentID]bool{fresh: true}
	var known []Consent
	err := a.View(ctx, func(r Reader) (err error) {
		all, err := r.Organisations()
		if err != nil {
			return err
		}
		for _, o := range all {
			used[o.Consent] = true
		}
		known, err = r.Consents()
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range known {
		if used[s.ID] {
			continue
		}
		if err := a.keys.forget(ctx, a, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// Kept reports whether the consent outlives this run of Feebridge: it does not where the
// operating system has no keyring that works.
func (a *App) Kept(ctx context.Context, id ConsentID) bool {
	k, kept := a.keys.of(id), false
	_ = k.use(ctx, func() error { // nobody asks once ctx has ended
		kept = k.refresh == ""
		return nil
	})
	return kept
}

// Token returns the access token with which the organisation is called now. Its errors
// are *Troubles: NoConsent when a person must sign in again.
func (a *App) Token(ctx context.Context, t ledger.TenantID) (string, error) {
	id, err := a.consentOf(ctx, t)
	if err != nil {
		return "", err
	}
	return a.keys.of(id).token(ctx, a, id)
}

// ExpireToken makes the next call to the organisation ask for a new access token, and reports
// whether there was one that is not accepted any more.
func (a *App) ExpireToken(ctx context.Context, t ledger.TenantID) bool {
	id, err := a.consentOf(ctx, t)
	return err == nil && a.keys.of(id).expire(ctx)
}

// consentOf returns the consent under which the organisation is called: the one on disk,
// which another process may have changed, or for an organisation that is being connected
// the one that reached it.
func (a *App) consentOf(ctx context.Context, t ledger.TenantID) (ConsentID, error) {
	var org Organisation
	err := a.View(ctx, func(r Reader) (err error) {
		org, err = OrganisationOf(r, t)
		return err
	})
	if err != nil && !IsCode(err, NotFound) {
		return "", err
	}
	if org.Consent != "" {
		return org.Consent, nil
	}
	if id := a.keys.reaching(t); id != "" {
		return id, nil
	}
	if org.State == Disconnected {
		return "", &Trouble{Reason: NotConnected, Unsent: true}
	}
	return "", &Trouble{Reason: NoConsent, Unsent: true}
}

// keys are the consents that this process has used.
type keys struct {
	mu      sync.Mutex
	all     map[ConsentID]*key
	reached map[ledger.TenantID]ConsentID // by sign-ins of this process
}

func (k *keys) of(id ConsentID) *key {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[ConsentID]*key{}
	}
	if k.all[id] == nil {
		k.all[id] = &key{turn: make(chan struct{}, 1)}
	}
	return k.all[id]
}

func (k *keys) reach(id ConsentID, found []Connection) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.reached == nil {
		k.reached = map[ledger.TenantID]ConsentID{}
	}
	for _, c := range found {
		k.reached[c.Tenant.ID] = id
	}
}

func (k *keys) reaching(t ledger.TenantID) ConsentID {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reached[t]
}

// forget forgets a consent, in the keyring too.
func (k *keys) forget(ctx context.Context, a *App, id ConsentID) error {
	name, _, err := a.vaultName(ctx, id)
	if err != nil {
		return err
	}
	if err := a.vault.Forget(ctx, name); err != nil {
		a.log.Warn("the keyring does not forget a sign-in", "error", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, id)
	maps.DeleteFunc(k.reached, func(_ ledger.TenantID, by ConsentID) bool { return by == id })
	return nil
}

// vaultName returns under which name the consent's refresh token is kept, and the
// application at Xero that it is for.
func (a *App) vaultName(ctx context.Context, id ConsentID) (string, Registration, error) {
	firm, err := a.Firm(ctx)
	return firm.ID + " " + string(id), firm.Registration, err
}

// key is the tokens of one consent. Who takes its turn may use them.
type key struct {
	turn    chan struct{} // holds a value while one does
	access  string
	expires time.Time // by the wall clock, which goes on while the computer sleeps
	refresh string    // only while the keyring does not take it
}

// use runs fn with the tokens, while nobody else does.
func (k *key) use(ctx context.Context, fn func() error) error {
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.turn }()
	return fn()
}

// spare is how long before its end an access token is not used any more.
const spare = time.Minute

func (k *key) token(ctx context.Context, a *App, id ConsentID) (access string, err error) {
	err = k.use(ctx, func() error {
		if k.access == "" || !time.Now().Round(0).Before(k.expires.Add(-spare)) {
			err := a.alone(ctx, "sign-in "+string(id), func(ctx context.Context) error { return k.renew(ctx, a, id) })
			if err != nil {
				return err
			}
		}
		access = k.access
		return nil
	})
	return access, err
}

// ExpireToken makes the next call ask for a new access token, and reports whether there was
// one: Xero did not accept it.
func (k *key) expire(ctx context.Context) (was bool) {
	_ = k.use(ctx, func() error { // whose only error is that ctx has ended
		was, k.access = k.access != "", ""
		return nil
	})
	return was
}

// renew trades the refresh token for new ones. The new one is kept before the access
// token that came with it is used: a refresh token is worthless once it was traded.
func (k *key) renew(ctx context.Context, a *App, id ConsentID) error {
	name, registration, err := a.vaultName(ctx, id)
	if err != nil {
		return err
	}
	refresh := k.refresh
	if refresh == "" {
		kept, err := a.vault.Read(ctx, name)
		if err == nil {
			refresh, err = unbind(kept, a.connector.Addresses())
		}
		if err != nil {
			return &Trouble{Reason: NoConsent, Unsent: true, Text: err.Error(), Err: err}
		}
	}
	g, err := a.connector.Refresh(ctx, registration, refresh)
	if err != nil {
		return err
	}
	k.keep(ctx, a, name, g)
	return nil
}

// keep stores what was granted. Where the keyring fails, the refresh token stays in
// memory, for this run alone: no weaker place is used in its stead.
func (k *key) keep(ctx context.Context, a *App, name string, g Grant) {
	k.refresh = ""
	if err := a.vault.Keep(context.WithoutCancel(ctx), name, bind(g.Refresh, a.connector.Addresses())); err != nil {
		a.log.Warn("the keyring does not keep the sign-in", "error", err)
		k.refresh = g.Refresh
	}
	k.access, k.expires = g.Access, g.Expires.Round(0)
}

// bind returns a refresh token as the keyring keeps it: behind the addresses that it may be sent to.
// They are kept with the token, so that no change elsewhere can redirect it.
func bind(refresh, addresses string) string { return addresses + "\n" + refresh }

// unbind returns the refresh token of what the keyring kept, if it may be sent to these
// addresses.
func unbind(kept, addresses string) (string, error) {
	bound, refresh, whole := strings.Cut(kept, "\n")
	switch {
	case !whole:
		return "", Errorf(Unavailable, "keyring.unbound")
	case bound != addresses:
		return "", Errorf(Unavailable, "keyring.elsewhere", "Then", bound, "Now", addresses)
	}
	return refresh, nil
}

// noVault keeps nothing.
type noVault struct{}

var errNoVault = Errorf(Unavailable, "connection.not-kept")

func (noVault) Keep(context.Context, string, string) error   { return errNoVault }
func (noVault) Read(context.Context, string) (string, error) { return "", errNoVault }
func (noVault) Forget(context.Context, string) error         { return errNoVault }

// alone runs fn while no other process runs something of that name, and waits for its
// turn.
func (a *App) alone(ctx context.Context, name string, fn func(context.Context) error) error {
	for {
		err := a.store.Lease(ctx, name, func(ctx context.Context, _ Fence) error { return fn(ctx) })
		var held *LeaseHeld
		if !errors.As(err, &held) {
			return err
		}
		timer := time.NewTimer(turn)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// turn is how often a process asks whether it is its turn.
const turn = 250 * time.Millisecond
