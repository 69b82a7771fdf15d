package command

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// words is a flag that can be given more than once.
type words []string

func (w *words) String() string     { return strings.Join(*w, " ") }
func (w *words) Set(s string) error { *w = append(*w, s); return nil }

// given is a text that can be given, even an empty one.
type given struct {
	text  string
	there bool
}

func (g *given) String() string     { return g.text }
func (g *given) Set(s string) error { g.text, g.there = s, true; return nil }

// choice is a yes or no that can be given.
type choice struct{ yes, there bool }

func (c *choice) String() string   { return "" }
func (c *choice) IsBoolFlag() bool { return true }
func (c *choice) Set(s string) (err error) {
	c.there = true
	c.yes, err = strconv.ParseBool(s)
	return err
}

// named returns the value of that name, in whatever case.
func named[T any](all []T, name string, of func(T) string) (T, bool) {
	for _, v := range all {
		if strings.EqualFold(strings.TrimSpace(name), of(v)) {
			return v, true
		}
	}
	var none T
	return none, false
}

// period returns the instants from which on and before which what --from and --to-date ask for was. Days are
// those of this computer's time zone; "" is no bound.
func period(from, through string) (after, before time.Time, err error) {
	for _, day := range []struct {
		flag, text string
		later      int // days
		to         *time.Time
	}{{"--from", from, 0, &after}, {"--to-date", through, 1, &before}} {
		if day.text == "" {
			continue
		}
		at, err := time.ParseInLocation(time.DateOnly, day.text, time.Local)
		if err != nil {
			return after, before, misused("%s takes a date such as 2026-11-03, not %q.", day.flag, day.text)
		}
		*day.to = at.AddDate(0, 0, day.later)
	}
	return after, before, nil
}

// address is a flag for where Xero is. It takes https; without it a token would cross the network for
// anybody to read, so plain http is for this computer alone.
type address string

func (a *address) String() string { return string(*a) }

func (a *address) Set(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return errors.New("enter an address, for example https://api.xero.com")
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && address(text).here()) {
		return errors.New("use https, because Xero's tokens are sent there; http is for this computer only")
	}
	*a = address(text)
	return nil
}

// here reports whether it is an address of this computer.
func (a address) here() bool {
	u, err := url.Parse(string(a))
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
