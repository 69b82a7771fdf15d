package command

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"time"

	"feebridge/xero/sim"
)

// simOptions are the flags of the simulator.
type simOptions struct {
	listen, seed, limits, deleted string
	latency, perInvoice           time.Duration
	faults                        words
}

func simFlags(flags *flag.FlagSet, o *options) {
	s := &o.sim
	flags.StringVar(&s.listen, "listen", "127.0.0.1:0", "`ADDR` to listen on")
	flags.StringVar(&s.seed, "seed", "demo", "what the organisations begin with: `demo` or empty")
	flags.StringVar(&s.limits, "limits", "xero", "`xero` for Xero's limits, or off")
	flags.StringVar(&s.deleted, "deleted-numbers", "free", "whether the number of a deleted invoice is `free` again or held")
	flags.DurationVar(&s.latency, "latency", 0, "`TIME` that every call takes")
	flags.DurationVar(&s.perInvoice, "per-invoice", 0, "`TIME` that each invoice of a batch takes")
	flags.Var(&s.faults, "fault", "a fault `RULE`, such as \"PUT /Invoices #1 drop-after-commit\"; may be given more than once")
}

// redirectURIs are the addresses that the simulated Xero may return a sign-in to.
var redirectURIs = []string{
	"http://localhost:8742/callback", "http://localhost:8743/callback", "http://localhost:8744/callback",
}

// config makes the simulator's configuration of the flags.
func (o simOptions) config() (sim.Config, error) {
	c := sim.Config{
		RedirectURIs: redirectURIs, Latency: o.latency, PerInvoice: o.perInvoice,
		Limits: o.limits == "xero", DeletedNumbersHeld: o.deleted == "held",
	}
	var err error
	switch {
	case o.limits != "xero" && o.limits != "off":
		err = fmt.Errorf("--limits is xero or off, not %q", o.limits)
	case o.deleted != "free" && o.deleted != "held":
		err = fmt.Errorf("--deleted-numbers is free or held, not %q", o.deleted)
	default:
		c.Orgs, err = sim.Seed(o.seed)
	}
	if err != nil {
		return c, err
	}
	for _, text := range o.faults {
		rule, err := sim.ParseRule(text)
		if err != nil {
			return c, err
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
func listen(c sim.Config, address string) (*simulator, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s := &simulator{Sim: sim.New(c), base: "http://" + l.Addr().String()}
	s.token = s.MintToken()
	s.server = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(l) }() // until close
	return s, nil
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

func simulate(ctx context.Context, s *session, words []string) int {
	if len(words) > 0 {
		return s.wrongUse("sim takes no arguments, only flags.")
	}
	c, err := s.options.sim.config()
	if err != nil {
		return s.wrongUse("%v", err)
	}
	xero, err := listen(c, s.options.sim.listen)
	if err != nil {
		return s.fail(err)
	}
	line, err := json.Marshal(xero.addresses())
	if err != nil {
		return s.fail(err)
	}
	fmt.Fprintf(s.Out, "%s\n", line)
	<-ctx.Done()
	if err := xero.close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return s.fail(err)
	}
	return exitDone
}
