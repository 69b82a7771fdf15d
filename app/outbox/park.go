package outbox

import (
	"context"
	"errors"
	"time"

	"feebridge/app"
	"feebridge/app/staff"
)

// How long sending waits when Xero did not say how long: as long as the trouble has
// lasted, within these bounds, so that an outage does not spend the day's calls.
const (
	shortPark = 15 * time.Second
	longPark  = 5 * time.Minute // also when only a person can mend it, who may do so in Xero
)

// ailing reports whether sending waits because Xero, or the way to it, is in trouble.
func ailing(p app.Park) bool {
	return p.Why == app.Offline || p.Why == app.Interrupted || p.Why == app.Troubled
}

// parkFor turns the trouble of a call into the reason to stop sending, or nil when
// sending can go on.
func (s *sender) parkFor(t *app.Trouble) *app.Parked {
	p := app.Park{Until: t.Until, Why: t.Reason, Text: t.Text}
	switch t.Reason {
	case app.NoConsent, app.NotConnected:
	case app.Offline, app.Interrupted, app.Troubled, app.MinuteLimit, app.DayLimit:
		if p.Until.IsZero() {
			p.Until = time.Now().Add(s.pause())
		}
	default:
		return nil
	}
	return &app.Parked{Park: p}
}

// pause is how long to wait with the next try.
func (s *sender) pause() time.Duration { return min(max(shortPark, s.ailingFor()), longPark) }

// ailingFor tells for how long Xero has been in trouble by now.
func (s *sender) ailingFor() time.Duration {
	if !ailing(s.org.Parked) {
		return 0
	}
	return time.Since(s.org.Parked.Since)
}

// park stores why sending stops, when it is Xero's doing, and returns it as an *app.Parked.
func (s *sender) park(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err // it is not Xero that stops the sending
	}
	var p *app.Parked
	var t *app.Trouble
	switch {
	case errors.As(err, &p):
	case errors.As(err, &t):
		if p = s.parkFor(t); p == nil {
			p = &app.Parked{Park: app.Park{Until: time.Now().Add(longPark), Why: t.Reason, Text: t.Error()}}
		}
	default:
		return err
	}
	if p.Why == app.NoConsent && s.app.ExpireToken(ctx, s.tenant) {
		p.Until = time.Now().Add(shortPark) // a new access token may do
	}
	p.Since = time.Now()
	if before := s.org.Parked; ailing(p.Park) && ailing(before) {
		p.Since = before.Since
	}
	s.log.Warn("sending waits", "tenant", s.tenant, "why", p.Why, "until", p.Until, "text", p.Text)
	if err := s.setHealth(context.WithoutCancel(ctx), p.Park); err != nil {
		return err
	}
	return p
}

// reached notes that a read succeeded. That does not say that writes do: when the
// trouble began stays known until one is settled.
func (s *sender) reached(ctx context.Context) error {
	if ailing(s.org.Parked) {
		return nil
	}
	return s.setHealth(ctx, app.Park{})
}

// setHealth notes why calls to the organisation fail; the zero Park says that they succeed.
func (s *sender) setHealth(ctx context.Context, p app.Park) error {
	if s.org.Parked == p && s.org.State == stateFor(p.Why) {
		return nil
	}
	return s.decide(ctx, func(tx Tx, e *effects) error {
		org, err := app.OrganisationOf(tx, s.tenant)
		if err != nil {
			return err
		}
		was := org.State
		org.State, org.Parked = stateFor(p.Why), p
		e.then(func() { s.org = org })
		if org.State != was {
			e.record(staff.AuditConnection, "organisation", string(s.tenant), string(was), string(org.State))
		}
		return tx.SaveOrganisation(org)
	})
}

// stateFor returns what a reason to wait says of the connection.
func stateFor(why app.Reason) app.ConnectionState {
	switch why {
	case app.NoConsent:
		return app.ConsentEnded
	case app.NotConnected:
		return app.Disconnected
	}
	return app.Connected
}
