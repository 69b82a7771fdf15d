package command

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/assets/demo"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// demoFirm is the firm that --demo explores.
var demoFirm = app.Firm{
	Name: "Tui Accounting Ltd", Currency: "NZD", Numbering: demo.Numbering(),
	Term: billing.Term{Rule: billing.OfNextMonth, Days: 20},
	Letterhead: app.Letterhead{
		Address: billing.Address{Lines: [4]string{"Level 2, 14 Tory Street"}, City: "Wellington", PostalCode: "6011", Country: "New Zealand"},
		Phone:   "04 555 0142", Email: "office@tui-accounting.example", TaxNumber: "GST 123-456-789",
		Payment: "Please pay to 12-3456-0123456-00, with the invoice number as the reference.",
	},
}

// OpenDemo opens the demo firm, as `feebridge --demo` does, and returns what takes it down.
func OpenDemo(ctx context.Context, face Face) (Opened, func(), error) {
	s := newSession(face)
	there, end, err := s.openDemo(ctx, &simFlags{seed: "demo", limits: "xero", deleted: "free"})
	if err != nil {
		return Opened{}, nil, err
	}
	opened := s.opened()
	opened.Demo = &Demo{Page: there.base, InXero: there.act}
	return opened, end, nil
}

// openDemo opens the demo firm on a throw-away database beside a simulated Xero. Nobody
// has a password there: the founder acts, or whoever --as names. The returned function
// takes both down.
func (s *session) openDemo(ctx context.Context, f *simFlags) (*simulator, func(), error) {
	folder, err := os.MkdirTemp("", "feebridge-demo-")
	if err != nil {
		return nil, nil, err
	}
	var there *simulator
	end := func() {
		s.close()
		if there != nil {
			_ = there.close() // it is thrown away
		}
		_ = os.RemoveAll(folder)
	}
	config, err := f.config()
	if err == nil {
		there, err = listen(ctx, config, "127.0.0.1:0")
	}
	if err == nil {
		err = s.startDemo(ctx, filepath.Join(folder, "demo.db"), there)
	}
	if err == nil {
		err = s.fillDemo(ctx, ledger.TenantID(there.addresses().Tenants[0].ID))
	}
	if err == nil && s.common.as != "" {
		s.me, err = s.member(ctx, s.common.as)
	}
	if err == nil {
		err = there.takeItsTime()
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	return there, end, nil
}

// startDemo makes the demo firm with its staff, of whom the founder acts.
func (s *session) startDemo(ctx context.Context, path string, there *simulator) error {
	s.log = slog.New(slog.DiscardHandler)
	s.common.api, s.common.identity = address(there.base), address(there.base)
	firm := demoFirm
	firm.Registration.ClientID = sim.DefaultClientID
	var others []string
	for _, m := range demo.Staff() {
		others = append(others, m.Name)
	}
	err := s.start(ctx, path, nil, xero.Config{
		API: there.base, Web: there.base,
		Token: func(ctx context.Context, t ledger.TenantID) (string, error) { return s.demoToken(ctx, t, there.token) },
	}, firm, demo.Founder, others)
	for range 2 { // nobody sees more than the name of the founder but the founder
		if err == nil {
			s.me, err = s.member(ctx, demo.Founder)
		}
	}
	return err
}

// demoToken returns the token of a consent, once a person tried that, or else the one that
// the demo firm begins with.
func (s *session) demoToken(ctx context.Context, t ledger.TenantID, first string) (string, error) {
	token, err := s.app.Token(ctx, t)
	var trouble *app.Trouble
	if errors.As(err, &trouble) && trouble.Reason == app.NoConsent {
		return first, nil
	}
	return token, err
}

// takeItsTime makes writes as slow as the live service is, so that a person sees the
// progress of an export.
func (s *simulator) takeItsTime() error {
	slow, err := sim.ParseRule("PUT /Invoices slow:900ms")
	if err == nil {
		s.AddFault(slow)
	}
	return err
}

// act does in Xero what a person there can do to the live invoice of that number.
func (s *simulator) act(what string, n billing.Number) error { return s.Act(what, string(n)) }

// fillDemo connects the firm and gives it clients, invoices, staff, and a history of exports.
// All of it goes through the use cases, so that the audit trail has it.
func (s *session) fillDemo(ctx context.Context, t ledger.TenantID) error {
	if _, err := s.app.Connect(ctx, s.me, app.Connection{Tenant: ledger.Tenant{ID: t}}); err != nil {
		return err
	}
	if err := s.app.SetBillingCodes(ctx, s.me, nil, demo.Codes()); err != nil {
		return err
	}
	ids, err := s.importDemo(ctx)
	if err != nil {
		return err
	}
	if err := s.permitDemo(ctx); err != nil {
		return err
	}
	if err := s.exportDemo(ctx, t, ledger.AuthorisedThere, ids, demo.Approved()); err != nil {
		return err
	}
	return s.exportDemo(ctx, t, ledger.DraftThere, ids, demo.Exported())
}

// importDemo brings in the clients and their invoices as an import does, for these have
// dates and numbers already. It returns the invoices by their numbers.
func (s *session) importDemo(ctx context.Context) (map[billing.Number]billing.InvoiceID, error) {
	file := intake.Preview{Clients: demo.Clients()}
	ids := map[billing.Number]billing.InvoiceID{}
	for _, v := range demo.Invoices(billing.DateOf(time.Now())) {
		ids[v.Number] = v.ID
		file.Invoices = append(file.Invoices, intake.Imported{Invoice: v})
	}
	_, err := s.app.Import(ctx, s.me, file)
	return ids, err
}

// permitDemo says what each member of the demo firm may do.
func (s *session) permitDemo(ctx context.Context) error {
	for _, m := range demo.Staff() {
		member, err := s.member(ctx, m.Name)
		if err != nil {
			return err
		}
		m.ID = member.ID
		if _, err := s.app.ChangeMember(ctx, s.me, m); err != nil {
			return err
		}
		if m.Deactivated {
			if err := s.app.Deactivate(ctx, s.me, m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// exportDemo exports invoices of the demo firm with a status on arrival.
func (s *session) exportDemo(ctx context.Context, t ledger.TenantID, arrival ledger.InvoiceStatus, ids map[billing.Number]billing.InvoiceID, numbers []billing.Number) error {
	if err := s.app.SetMapping(ctx, s.me, t, ledger.Mapping{Arrival: arrival, DefaultAccount: "200", DefaultTax: "OUTPUT2"}); err != nil {
		return err
	}
	var chosen []billing.InvoiceID
	for _, n := range numbers {
		chosen = append(chosen, ids[n])
	}
	runs, _, err := s.app.Export(ctx, s.me, chosen)
	for _, run := range runs {
		err = errors.Join(err, s.app.Finish(ctx, run.ID, s.Patience))
	}
	return err
}
