package app

import (
	"slices"
	"strings"

	"feebridge/assets/translations"
)

// Policy is what an administrator of this computer sets for everybody who uses it. What it sets, nobody's own settings
// change. The zero Policy sets nothing.
type Policy struct {
	From     string // the file that it is in; "" where there is none
	Database string // the file of the firm's data
	ClientID string // of the firm's app at Xero
	Ports    []int  // at which sign-ins come back
}

// Policy returns what is set for everybody on this computer.
func (a *App) Policy() Policy { return a.policy }

// over returns the registration with what the policy sets of it.
func (p Policy) over(r Registration) Registration {
	if p.ClientID != "" {
		r.ClientID = p.ClientID
	}
	if len(p.Ports) > 0 {
		r.Ports = slices.Clone(p.Ports)
	}
	return r
}

// allows returns why the policy does not allow a registration, or nil.
func (p Policy) allows(r Registration) error {
	set := p.over(r)
	var locked []string
	if set.ClientID != r.ClientID {
		locked = append(locked, translations.Text("policy.client-id"))
	}
	if !slices.Equal(set.Ports, r.Ports) {
		locked = append(locked, translations.Text("policy.ports"))
	}
	if len(locked) == 0 {
		return nil
	}
	return Errorf(Forbidden, "policy.locked", "What", strings.Join(locked, ", "), "File", p.From)
}

// beneath returns what is stored of a registration: what the policy sets stays as it was, for the day on which it sets it
// no longer.
func (p Policy) beneath(r, was Registration) Registration {
	if p.ClientID != "" {
		r.ClientID = was.ClientID
	}
	if len(p.Ports) > 0 {
		r.Ports = was.Ports
	}
	return r
}
