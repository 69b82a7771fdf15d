package app

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Parked says that sending to an organisation waits, and until when; a zero Until
// waits for a person.
type Parked struct{ Park }

// Error returns the English text.
func (p *Parked) Error() string {
	if p.Until.IsZero() {
		return fmt.Sprintf("Sending to Xero waits (%s). %s", p.Why, p.Text)
	}
	return fmt.Sprintf("Sending to Xero waits until %s (%s). %s", p.Until.Local().Format(time.DateTime), p.Why, p.Text)
}

// How long sending waits when Xero did not say how long: as long as the trouble has
// lasted, within these bounds, so that an outage does not spend the day's calls.
const (
	shortPark = 15 * time.Second
	longPark  = 5 * time.Minute // also when only a person can mend it, who may do so in Xero
)

// ailing reports whether sending waits because Xero, or the way to it, is in trouble.
func (p Park) ailing() bool { return p.Why == Offline || p.Why == Interrupted || p.Why == Troubled }

// parkFor turns the trouble of a call into the reason to stop sending, or nil when
// sending can go on.
func (s *sender) parkFor(t *Trouble) *Parked {
	p := Park{Until: t.Until, Why: t.Reason, Text: t.Text}
	switch t.Reason {
	case NoConsent, NotConnected:
	case Offline, Interrupted, Troubled, MinuteLimit, DayLimit:
		if p.Until.IsZero() {
			p.Until = time.Now().Add(s.pause())
		}
	default:
		return nil
	}
	return &Parked{p}
}

// pause is how long to wait with the next try.
func (s *sender) pause() time.Duration { return min(max(shortPark, s.ailingFor()), longPark) }

// ailingFor tells for how long Xero has been in trouble by now.
func (s *sender) ailingFor() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.org.Parked.ailing() {
		return 0
	}
	return time.Since(s.org.Parked.Since)
}

// park stores why sending stops, when it is Xero's doing, and returns it as a *Parked.
func (s *sender) park(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err // it is not Xero that stops the sending
	}
	var p *Parked
	var t *Trouble
	switch {
	case errors.As(err, &p):
	case errors.As(err, &t):
		if p = s.parkFor(t); p == nil {
			p = &Parked{Park{Until: time.Now().Add(longPark), Why: t.Reason, Text: t.Error()}}
		}
	default:
		return err
	}
	if p.Why == NoConsent && s.expire(ctx, s.tenant) {
		p.Until = time.Now().Add(shortPark) // a new access token may do
	}
	p.Since = time.Now()
	if before := s.org.Parked; p.ailing() && before.ailing() {
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
	if s.org.Parked.ailing() {
		return nil
	}
	return s.setHealth(ctx, Park{})
}

// setHealth notes how calls to the organisation fare; the zero Park is that they
// succeed.
func (s *sender) setHealth(ctx context.Context, p Park) error {
	s.health.Lock()
	defer s.health.Unlock()
	s.mu.Lock()
	known := s.org.Parked == p && s.org.State == stateFor(p.Why)
	s.mu.Unlock()
	if known {
		return nil
	}
	var org Organisation
	err := s.Update(ctx, func(tx Tx) (err error) {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		if org, err = organisation(tx, s.tenant); err != nil {
			return err
		}
		was := org.State
		org.State, org.Parked = stateFor(p.Why), p
		if err := tx.SaveOrganisation(org); err != nil {
			return err
		}
		if org.State == was {
			return nil
		}
		return tx.Record(Entry(itself, "connection", "organisation", string(s.tenant), string(was), string(org.State)))
	})
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.org = org
	}
	return err
}

// stateFor returns what a reason to wait says of the connection.
func stateFor(why Reason) ConnectionState {
	switch why {
	case NoConsent:
		return ConsentEnded
	case NotConnected:
		return Disconnected
	}
	return Connected
}
