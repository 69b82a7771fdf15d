package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"time"

	"feebridge/xero"
	"feebridge/xero/sim"
)

var simCommand = command{
	name:  "sim",
	about: "run the simulated Xero on its own",
	prepare: func(flags *flag.FlagSet) runner {
		var f simFlags
		f.register(flags, "")
		return none(f.run)
	},
}

// simFlags say how the simulated Xero behaves.
type simFlags struct {
	listen, seed, limits, deleted, marks string
	latency, perInvoice                  time.Duration
	faults, odds                         words
}

// register declares the flags. Where they are for some runs of the command alone, with says which.
func (f *simFlags) register(flags *flag.FlagSet, with string) {
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", with+"the `ADDR` to listen on")
	flags.StringVar(&f.seed, "seed", "demo", with+"start with demo data or with nothing: `demo|empty`")
	flags.StringVar(&f.limits, "limits", "xero", with+"apply Xero's API limits or none: `xero|off`")
	flags.StringVar(&f.deleted, "deleted-numbers", "free", with+"whether the number of a deleted invoice can be used again: `free|held`")
	flags.StringVar(&f.marks, "marks", "kept", with+"whether an invoice's URL comes back as it was sent: `kept|normalised|dropped|unlisted`")
	flags.DurationVar(&f.latency, "latency", 0, with+"the `TIME` that every call takes")
	flags.DurationVar(&f.perInvoice, "per-invoice", 0, with+"the `TIME` that each invoice of a batch takes")
	flags.Var(&f.odds, "odd", with+oddities())
	flags.Var(&f.faults, "fault", with+"a fault `RULE`, such as \"PUT /Invoices #1 drop-after-commit\"; can be given more than once")
}

// oddities is the help of --odd, with a line for each name that it takes.
func oddities() string {
	about := "do the opposite of the assumption about Xero with this `NAME`; can be given more than once:"
	for _, o := range sim.Oddities() {
		about += fmt.Sprintf("\n    \t  %-21s %s", o.Name, o.About)
	}
	return about
}

// redirectURIs are the addresses that the simulated Xero may return a sign-in to.
var redirectURIs = []string{
	"http://localhost:8742/callback", "http://localhost:8743/callback", "http://localhost:8744/callback",
}

// config makes the simulator's configuration of the flags.
func (f *simFlags) config() (sim.Config, error) {
	c := sim.Config{
		RedirectURIs: redirectURIs, Latency: f.latency, PerInvoice: f.perInvoice,
		Limits: f.limits == "xero", DeletedNumbersHeld: f.deleted == "held",
	}
	var err error
	switch {
	case f.limits != "xero" && f.limits != "off":
		err = misused("--limits is xero or off, not %q.", f.limits)
	case f.deleted != "free" && f.deleted != "held":
		err = misused("--deleted-numbers is free or held, not %q.", f.deleted)
	default:
		c.Orgs, err = sim.Seed(f.seed)
	}
	if err == nil {
		c.Marks, err = sim.ParseMarks(f.marks)
	}
	if err != nil {
		return c, misused("%v", err)
	}
	for _, name := range f.odds {
		odd, err := sim.ParseOdd(name)
		if err != nil {
			return c, misused("%v", err)
		}
		c.Odd |= odd
	}
	for _, text := range f.faults {
		rule, err := sim.ParseRule(text)
		if err != nil {
			return c, misused("%v", err)
		}
		c.Faults = append(c.Faults, rule)
	}
	return c, nil
}

// simulator is a simulated Xero that listens.
type simulator struct {
	*sim.Sim
	server *http.Server
	base   string // its address, without a path
	token  string // an access token that reaches every organisation
}

// listen starts a simulated Xero. Serving ends when close is called.
func listen(ctx context.Context, c sim.Config, address string) (*simulator, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	at := l.Addr().(*net.TCPAddr)
	s := &simulator{Sim: sim.New(c), base: "http://" + at.String()}
	s.token = s.MintToken()
	s.server = &http.Server{
		Handler:           xero.OnlyUnder(xero.LocalHosts(at.Port, numbersOf(at.IP)...), s.Handler()),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	go func() { _ = s.server.Serve(l) }() // until close
	return s, nil
}

// numbersOf are the numbers under which what listens at an address is reached: all of this computer's
// where it listens at every one.
func numbersOf(ip net.IP) []string {
	if !ip.IsUnspecified() {
		return []string{ip.String()}
	}
	all, _ := net.InterfaceAddrs() // without them localhost is left
	var numbers []string
	for _, a := range all {
		if in, ok := a.(*net.IPNet); ok {
			numbers = append(numbers, in.IP.String())
		}
	}
	return numbers
}

func (s *simulator) close() error {
	err := s.server.Close()
	s.Close()
	return err
}

// addresses is what the simulator prints of itself.
type addresses struct {
	API          string      `json:"api"`
	Connections  string      `json:"connections"`
	Authorize    string      `json:"authorize"`
	Token        string      `json:"token"`
	Web          string      `json:"web"`
	ClientID     string      `json:"client_id"`
	RedirectURIs []string    `json:"redirect_uris"`
	AccessToken  string      `json:"access_token"`
	Tenants      []tenantRef `json:"tenants"`
}

type tenantRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *simulator) addresses() addresses {
	a := addresses{
		API: s.base + "/api.xro/2.0", Connections: s.base + "/connections",
		Authorize: s.base + "/identity/connect/authorize", Token: s.base + "/connect/token", Web: s.base,
		ClientID: sim.DefaultClientID, RedirectURIs: redirectURIs, AccessToken: s.token,
	}
	for _, o := range s.Orgs() {
		a.Tenants = append(a.Tenants, tenantRef{o.TenantID, o.Name})
	}
	return a
}

func (f *simFlags) run(ctx context.Context, s *session) error {
	s.watchUnopened()
	c, err := f.config()
	if err != nil {
		return err
	}
	there, err := listen(ctx, c, f.listen)
	if err != nil {
		return err
	}
	s.printJSON(there.addresses(), "")
	<-ctx.Done()
	if err := there.close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
