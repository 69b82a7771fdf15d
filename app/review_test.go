package app_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero/sim"
)

// TestAReviewForetellsTheFateOfEveryInvoice reviews 2,000 invoices of every kind that there is, sends them, and
// sends what was blocked in spite of it.
func TestAReviewForetellsTheFateOfEveryInvoice(t *testing.T) {
	blocked, taken, verdicts := map[ledger.Cause]int{}, map[ledger.Cause]bool{}, map[app.Verdict]int{}
	met := map[app.ContactVerdict]int{}
	for seed, arrival := range []ledger.InvoiceStatus{ledger.DraftThere, ledger.SubmittedThere, ledger.AuthorisedThere, ledger.AuthorisedThere} {
		const n = 500
		synctest.Test(t, func(t *testing.T) {
			g := newGenerated(t, arrival, n, uint64(seed))
			p := g.Start(nil)
			defer p.Stop()
			reviews, results, err := p.App.Review(t.Context(), g.Me, g.ids, true)
			if err != nil || len(results) > 0 || len(reviews) != 1 || len(reviews[0].Rows) != n {
				t.Fatalf("%d reviews, %v, %v", len(reviews), results, err)
			}
			for _, row := range reviews[0].Rows {
				verdicts[row.Verdict]++
				met[row.Contact]++
			}
			b, took := apptest.MustComeTrue(t, g.Sim, p.Books, p.App, g.Me, reviews[0])
			for c, n := range b {
				blocked[c] += n
			}
			for c := range took {
				taken[c] = true
			}
		})
	}
	t.Logf("verdicts %v, contacts %v, blocked for %v", verdicts, met, blocked)
	for _, v := range []app.Verdict{app.VerdictReady, app.VerdictWarning, app.VerdictBlocked} {
		if verdicts[v] < 100 {
			t.Errorf("only %d are %s", verdicts[v], v)
		}
	}
	for _, c := range []app.ContactVerdict{
		app.ContactLinked, app.ContactWillLink, app.ContactSeveral, app.ContactCreated, app.ContactArchived, app.ContactMerged,
	} {
		if met[c] < 20 {
			t.Errorf("the contact of only %d is %s", met[c], c)
		}
	}
	for c := range apptest.Stricter {
		if !taken[c] && c != ledger.NoRightsThere {
			t.Errorf("the list of what is stricter than Xero has %s, and Xero took nothing that was blocked for it", c)
		}
	}
	for _, c := range []ledger.Cause{
		ledger.ContactArchived, ledger.ContactUnknown, ledger.EmailInvalid, ledger.AddressInvalid, ledger.NumberTaken, ledger.AccountArchived,
		ledger.TaxUnknown, ledger.TaxInactive, ledger.TaxAgainstAccount, ledger.CurrencyUnknown, ledger.LockedDate, ledger.TrackingUnknown,
	} {
		if blocked[c] == 0 {
			t.Errorf("nothing was blocked for %s", c)
		}
	}
}

// generated is a world with invoices of every kind.
type generated struct {
	*apptest.World
	*rand.Rand
	ids     []billing.InvoiceID
	clients []billing.Client
	links   map[billing.ClientID]ledger.ContactID
	taken   []string // numbers that Xero has
}

func newGenerated(t *testing.T, arrival ledger.InvoiceStatus, n int, seed uint64) *generated {
	time.Sleep(time.Until(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))) // a bubble begins in the year 2000
	orgs, err := sim.Seed("demo")
	if err != nil {
		t.Fatal(err)
	}
	org := orgs[0]
	org.Items = append(org.Items, sim.Item{ItemID: app.NewID(), Code: "DESK", Name: "A desk", Sales: sim.ItemDetails{AccountCode: "200"}})
	for _, c := range []string{"Team", "Partner"} {
		org.Tracking = append(org.Tracking, sim.TrackingCategory{
			TrackingCategoryID: app.NewID(), Name: c, Status: sim.StatusActive,
			Options: []sim.TrackingOption{{TrackingOptionID: app.NewID(), Name: "One", Status: sim.StatusActive}},
		})
	}
	org.PeriodLockDate, org.EndOfYearLockDate = sim.Day(2026, 3, 31), sim.Day(2025, 3, 31)
	w := apptest.NewWorld(t, sim.Config{Orgs: orgs})
	g := &generated{World: w, Rand: rand.New(rand.NewPCG(15, seed)), links: map[billing.ClientID]ledger.ContactID{}}
	g.makeClients()
	for _, inv := range w.Sim.Invoices(string(w.Tenant)) {
		if inv.Type == sim.TypeSales && inv.Number != "" && !slices.Contains(g.taken, inv.Number) {
			g.taken = append(g.taken, inv.Number)
		}
	}
	p := w.Start(nil)
	defer p.Stop()
	err = p.DB.Update(t.Context(), func(tx app.Tx) error {
		for _, c := range g.clients {
			if _, err := tx.SaveClient(c); err != nil {
				return err
			}
		}
		for client, contact := range g.links {
			if err := tx.SaveLink(w.Tenant, client, app.Link{Contact: contact, How: app.LinkedByHand, At: tx.Now()}); err != nil {
				return err
			}
		}
		mapping := ledger.Mapping{
			Arrival: arrival, Codes: map[string]ledger.Target{"ADV": {Account: "260"}, "BOOKS": {Item: "BOOK"}},
			Taxes: map[string]string{"GST": "OUTPUT2"}, Tracking: []billing.Tracking{{Category: "Team", Option: "One"}},
		}
		if err := tx.SaveMapping(w.Tenant, mapping); err != nil {
			return err
		}
		g.ids = nil
		g.Rand = rand.New(rand.NewPCG(15, seed)) // the transaction may run twice
		for i := range n {
			v := g.invoice(i)
			g.ids = append(g.ids, v.ID)
			if _, err := tx.SaveInvoice(v); err != nil {
				return fmt.Errorf("%s: %w", v.Number, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// makeClients makes clients that meet the contacts in Xero in every way.
func (g *generated) makeClients() {
	add := func(name, code string, change func(*billing.Client)) billing.ClientID {
		i := len(g.clients)
		c := billing.Client{ID: billing.ClientID(fmt.Sprintf("client %03d", i)), Code: code, Name: name}
		if code == "" {
			c.Code = fmt.Sprintf("GEN-%03d", i)
		}
		if change != nil {
			change(&c)
		}
		g.clients = append(g.clients, c)
		return c.ID
	}
	link := func(name, contact string) {
		g.links[add(name, "", nil)] = ledger.ContactID(contact)
	}
	for i := range 12 {
		add(fmt.Sprint("A new client ", i), "", func(c *billing.Client) {
			c.Email = fmt.Sprintf("new%d@client.example", i)
			c.Address = billing.Address{Lines: [4]string{"1 High Street"}, City: "Thames", PostalCode: "3500"}
		})
	}
	for _, name := range []string{"capital  CABS", "Net Connect", "Ruapehu Lodge", "O'Hara & Daughters", "Pōhutukawa Books"} {
		add(name, "", nil) // found by name
	}
	link("Called otherwise here", g.Contact("Te Aro Architects").ContactID)
	link("Also called otherwise", g.Contact("Te Aro Architects").ContactID)
	link("Merged since", g.Contact("Ridgeway Uni").ContactID)
	link("Old Mill", g.Contact("Old Mill Bakery").ContactID)
	link("Gone since", "4f0d3c9e-0000-4000-8000-000000000001")
	add("Tui Street Books", "", nil)         // archived
	add("Kōwhai Dental Care", "", nil)       // has another number
	add("Pukeko Print", "PUKEKO-PRINT", nil) // another has the number
	add("Harbour Cafe", "", nil)             // but for an accent
	add("Te Aro Architects", "", nil)        // is another client's
	add("Twin Peaks", "", nil)
	add("TWIN  peaks", "", nil)
	add("Bad Email", "", func(c *billing.Client) { c.Email = "someone@exаmple.test" }) // with a Cyrillic letter
	add("No Dot", "", func(c *billing.Client) { c.Email = "someone@localhost" })
	add("A <new> name", "", nil)
	add("Hid\u200bden", "", nil)
	add(strings.Repeat("Long ", 60), "", nil)
	add("Long Street", "", func(c *billing.Client) { c.Address.Lines[1] = strings.Repeat("x", 501) })
	add("Long Postcode", "", func(c *billing.Client) { c.Address.PostalCode = strings.Repeat("9", 51) })
}

// oneIn reports one time in n.
func (g *generated) oneIn(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *generated, of ...T) T { return of[g.IntN(len(of))] }

func (g *generated) invoice(i int) billing.Invoice {
	client := g.clients[g.IntN(len(g.clients))]
	if g.oneIn(2) {
		client = g.clients[g.IntN(17)] // that nothing is wrong with
	}
	v := billing.Invoice{
		ID: billing.InvoiceID(fmt.Sprintf("generated %04d", i)), Client: client.ID, Type: billing.Final,
		Number: billing.Number(fmt.Sprintf("GEN-%05d", i)), Date: 20261103, Due: 20261220, Reference: "Matter 12",
		Currency: "NZD", Amounts: pick(g, money.Exclusive, money.Inclusive, money.NoTax), Stage: billing.Stage{Status: billing.Finalized},
	}
	rarely := func(do func()) {
		if g.oneIn(40) {
			do()
		}
	}
	rarely(func() { v.Currency = "EUR" })
	rarely(func() { v.Currency = pick[money.Currency](g, "USD", "AUD", "GBP") })
	rarely(func() { v.Date = pick[billing.Date](g, 20250331, 20250401, 20260331, 20240229) })
	rarely(func() { v.Date, v.Due = 20260401, 20260401 })
	rarely(func() { v.Date, v.Due = 22061103, 22061220 })
	if g.oneIn(8) {
		v.Due = 20261020 // before the date
	}
	rarely(func() { v.Due = 0 })
	rarely(func() { v.Reference = strings.Repeat("r", 256) })
	rarely(func() { v.Reference = "hid\u200bden" })
	rarely(func() { v.BrandingTheme = pick(g, "Standard", "Fancy") })
	if i%30 == 0 && i/30 < len(g.taken) {
		v.Number = billing.Number(g.taken[i/30])
	}
	for range 1 + g.IntN(4) {
		l := g.line()
		if _, err := money.Total("NZD", money.NoTax, []money.Line{l.Reckoned()}); err != nil {
			l.Discount = money.NoDiscount() // more than the line: such an invoice can't even be stored
		}
		v.Lines = append(v.Lines, l)
	}
	rarely(func() { v.Lines = v.Lines[:1]; v.Lines[0].UnitAmount, v.Lines[0].Discount = 0, money.NoDiscount() })
	rarely(func() {
		v.Lines = v.Lines[:1]
		v.Lines[0].Quantity, v.Lines[0].UnitAmount, v.Lines[0].Discount = 1_0000, -100_0000, money.NoDiscount()
	})
	return v
}

func (g *generated) line() billing.Line {
	l := billing.Line{
		Description: "Advice", Quantity: money.Quantity(1 + g.IntN(20_0000)), UnitAmount: money.UnitAmount(1_0000 + g.IntN(900_0000)),
		Code: pick(g, "ADV", "ADV", "ADV", "BOOKS"), Tax: billing.Tax{Code: "GST", Name: "GST", Rate: 15_0000},
	}
	rarely := func(do func()) {
		if g.oneIn(60) {
			do()
		}
	}
	if g.oneIn(4) {
		l.Tax = pick(g, billing.Tax{Code: "ZERORATED"}, billing.Tax{Code: "NONE"}, billing.Tax{Code: "TAX001", Rate: 17_5000})
	}
	if g.oneIn(4) {
		l.Discount, _ = money.PercentOff(money.Rate(g.IntN(100_0000)))
	}
	if g.oneIn(8) {
		l.Discount, _ = money.AmountOff(int64(g.IntN(100)))
	}
	if g.oneIn(8) {
		l.Tracking = []billing.Tracking{{Category: "Region", Option: pick(g, "North", "south", "Eastside")}}
	}
	rarely(func() { l.Account = pick(g, "200", "270", "265", "299", "400", "610", "090") })
	rarely(func() { l.Code = "UNMAPPED" })
	rarely(func() { l.Item = pick(g, "BOOK", "LAMP", "DESK") })
	rarely(func() { l.Tax = billing.Tax{} })
	rarely(func() {
		l.Tax = pick(g, billing.Tax{Code: "INPUT2", Rate: 15_0000}, billing.Tax{Code: "OUTPUT", Rate: 12_5000}, billing.Tax{Code: "TAX009"})
	})
	rarely(func() { l.Tax.Rate = 12_5000 })
	rarely(func() { l.Tracking = []billing.Tracking{{Category: "Region", Option: "Central"}} })
	rarely(func() {
		l.Tracking = []billing.Tracking{{Category: "Region", Option: "North"}, {Category: "Partner", Option: "One"}}
	})
	rarely(func() { l.Quantity, l.UnitAmount, l.Discount = 1, 1, money.Discount{} })
	rarely(func() { l.Quantity, l.UnitAmount = 123_456_789_1234, 1 })
	rarely(func() { l = billing.Line{Description: "Thank you"} })
	rarely(func() { l.Description = strings.Repeat("d", 4001) })
	rarely(func() { l.Description = " " })
	return l
}

// atADeskOfToday returns a world of this year, with invoices and a process.
func atADeskOfToday(t *testing.T, cfg sim.Config, invoices, clients int) (*apptest.World, *apptest.Process, []billing.InvoiceID) {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))) // a bubble begins in the year 2000
	w := apptest.NewWorld(t, cfg)
	ids := w.Invoices(invoices, clients)
	p := w.Start(nil)
	t.Cleanup(p.Stop)
	return w, p, ids
}

// review returns the one review of invoices that can all be asked for.
func review(t *testing.T, p *apptest.Process, ids []billing.InvoiceID, byHand bool) app.Review {
	t.Helper()
	reviews, results, err := p.App.Review(t.Context(), p.World.Me, ids, byHand)
	if err != nil || len(results) > 0 || len(reviews) != 1 {
		t.Fatalf("%d reviews, %v, %v", len(reviews), results, err)
	}
	return reviews[0]
}

// TestCallsOfAReview counts what a review asks Xero: one call for 40 invoices, seven for the organisation and one for the
// contacts. None of them writes. The second review rests on what the first read of the organisation.
func TestCallsOfAReview(t *testing.T) {
	for _, c := range []struct{ invoices, clients, first, second int }{
		{1, 1, 9, 2}, {40, 1, 9, 2}, {41, 5, 10, 3}, {1000, 200, 33, 26}, {1000, 1000, 33, 26},
	} {
		for _, linked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d of %d clients, linked %v", c.invoices, c.clients, linked), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w, p, ids := atADeskOfToday(t, sim.Config{Limits: true, DayLimit: 5000}, c.invoices, c.clients)
					if linked {
						linkEach(t, w, p, c.clients)
					}
					time.Sleep(time.Hour)
					before := unchanging(t, p)
					for _, one := range []struct {
						byHand bool
						most   int
					}{{false, c.first}, {false, c.second}, {true, c.first}} {
						w.Sim.ResetCalls()
						if r := review(t, p, ids, one.byHand); r.Count(app.VerdictReady) != c.invoices {
							t.Errorf("%d are ready: %+v", r.Count(app.VerdictReady), r.Rows[0])
						}
						if n := w.Sim.TotalCalls(); n > one.most {
							t.Errorf("by hand %v it took %d calls, more than %d: %v", one.byHand, n, one.most, w.Sim.Calls())
						}
						for call := range w.Sim.Calls() {
							if !strings.HasPrefix(call, "GET ") {
								t.Errorf("it made the call %s", call)
							}
						}
					}
					if after := unchanging(t, p); after != before {
						t.Errorf("it stored something: %s, and before %s", after, before)
					}
				})
			})
		}
	}
}

// linkEach gives each client a contact of its own, and links it.
func linkEach(t *testing.T, w *apptest.World, p *apptest.Process, clients int) {
	t.Helper()
	links := map[billing.ClientID]app.Link{}
	var made []ledger.NewContact
	for i := range clients {
		made = append(made, ledger.NewContact{Client: billing.ClientID(fmt.Sprint("client ", i)), Name: fmt.Sprint("Contact ", i)})
	}
	payloads, err := p.Books.PrepareContacts(made, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range payloads {
		outcomes, err := p.Books.Post(t.Context(), app.Batch{Tenant: w.Tenant, Kind: b.Kind, Key: app.NewID(), Body: b.Body, Members: b.Members})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outcomes {
			links[billing.ClientID(o.Member)] = app.Link{Contact: o.Contact.ID, How: app.LinkedByHand}
		}
	}
	if err := p.DB.Update(t.Context(), func(tx app.Tx) error { return tx.SaveLinks(w.Tenant, links) }); err != nil {
		t.Fatal(err)
	}
}

// unchanging tells what a review must leave as it is.
func unchanging(t *testing.T, p *apptest.Process) (text string) {
	t.Helper()
	err := p.DB.View(t.Context(), func(r app.Reader) error {
		links, err := r.Links(p.World.Tenant)
		if err != nil {
			return err
		}
		entries, err := r.Audit(app.AuditQuery{})
		if err != nil {
			return err
		}
		runs, err := r.Runs(p.World.Tenant, false)
		text = fmt.Sprint(len(links), " links, ", len(entries), " entries, ", len(runs), " runs")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestWhatIsOpenedByHandIsReadAgain archives an account just after it was read.
func TestWhatIsOpenedByHandIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, ids := atADeskOfToday(t, sim.Config{}, 1, 1)
		review(t, p, ids, true)
		accounts := w.Sim.Orgs()[0].Accounts
		sales := accounts[slices.IndexFunc(accounts, func(a sim.Account) bool { return a.Code == "200" })].AccountID
		if err := w.Sim.ArchiveAccount(string(w.Tenant), sales); err != nil {
			t.Fatal(err)
		}
		if r := review(t, p, ids, true); !ledger.HasCause(r.Rows[0].Messages, ledger.AccountArchived) {
			t.Errorf("it is %s: %+v", r.Rows[0].Verdict, r.Rows[0].Messages)
		}
	})
}

// TestNothingIsRefusedForWhatWasMendedInXero archives an account that was just read. The export learns it from Xero, and
// a review that follows reads the organisation again. Restored, the account serves at once.
func TestNothingIsRefusedForWhatWasMendedInXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, ids := atADeskOfToday(t, sim.Config{}, 3, 1)
		tenant := string(w.Tenant)
		accounts := w.Sim.Orgs()[0].Accounts
		sales := accounts[slices.IndexFunc(accounts, func(a sim.Account) bool { return a.Code == "200" })].AccountID
		time.Sleep(time.Minute)
		if err := w.Sim.ArchiveAccount(tenant, sales); err != nil {
			t.Fatal(err)
		}
		mapped := ledger.Mapping{Arrival: ledger.AuthorisedThere}
		if err := p.App.SetMapping(t.Context(), w.Me, w.Tenant, mapped); err != nil {
			t.Fatal(err)
		}
		if r := review(t, p, ids, false); r.Count(app.VerdictReady) != 3 {
			t.Errorf("what was read a minute ago doesn't serve: %+v", r.Rows[0].Messages)
		}
		p.Export(ids[0])
		if v := w.Views(ids[:1])[0]; !ledger.HasCause(v.Exports[0].Messages, ledger.AccountArchived) {
			t.Fatalf("it is %s: %+v", v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
		w.Sim.ResetCalls()
		r := review(t, p, ids, false)
		if r.Count(app.VerdictBlocked) != 3 || !ledger.HasCause(r.Rows[0].Messages, ledger.AccountArchived) || w.Sim.Calls()["GET /Accounts"] != 1 {
			t.Errorf("after Xero's refusal: %+v, %v", r.Rows[0].Messages, w.Sim.Calls())
		}
		time.Sleep(10 * time.Second)
		if err := w.Sim.RestoreAccount(tenant, sales); err != nil {
			t.Fatal(err)
		}
		if r := review(t, p, ids[:1], false); r.Count(app.VerdictReady) != 1 {
			t.Errorf("once it is restored: %+v", r.Rows[0].Messages)
		}
		p.Export(ids...)
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Status != billing.Closed {
				t.Errorf("%s is %s: %+v", v.Invoice.Number, v.Invoice.Stage.Export, v.Exports[0].Messages)
			}
		}
	})
}

// TestWhoMayPassALockDate has Xero tell whether the user may approve in a locked period, which no one may in a year that
// has ended.
func TestWhoMayPassALockDate(t *testing.T) {
	for _, c := range []struct {
		may             bool
		period, yearEnd billing.Date
		want            app.Verdict
	}{
		{false, 20261130, 0, app.VerdictBlocked}, {true, 20261130, 0, app.VerdictReady}, {true, 20261130, 20261103, app.VerdictBlocked},
	} {
		t.Run(fmt.Sprintf("%v, locked to %s and %s", c.may, c.period, c.yearEnd), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orgs, err := sim.Seed("empty")
				if err != nil {
					t.Fatal(err)
				}
				may := slices.IndexFunc(orgs[0].Actions, func(a sim.Action) bool { return a.Name == string(ledger.PassPeriodLock) })
				w, p, ids := atADeskOfToday(t, sim.Config{Orgs: orgs}, 1, 1)
				orgs[0].Actions[may].Allowed = c.may // since Feebridge was connected
				yearEnd := time.Time{}
				if !c.yearEnd.IsZero() {
					yearEnd = c.yearEnd.Time()
				}
				if err := w.Sim.SetLockDates(string(w.Tenant), c.period.Time(), yearEnd); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				r := review(t, p, ids, false)
				if r.Rows[0].Verdict != c.want || ledger.HasCause(r.Rows[0].Messages, ledger.LockedDate) != (c.want == app.VerdictBlocked) {
					t.Errorf("it is %s: %+v", r.Rows[0].Verdict, r.Rows[0].Messages)
				}
				apptest.MustComeTrue(t, w.Sim, p.Books, p.App, w.Me, r)
			})
		})
	}
}

// TestAReviewTellsWhosePDFIsNotAttached reviews invoices of which one has a name that the PDF can't show.
func TestAReviewTellsWhosePDFIsNotAttached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, p, ids := atADeskOfToday(t, sim.Config{}, 2, 2)
		p.Start(apptest.Params{Store: p.DB, Books: p.Books, Log: apptest.Quiet, Paper: boxes{}})
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			v, err := tx.Invoice(ids[0])
			if err != nil {
				return err
			}
			v.Lines[0].Description = "会計"
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			return tx.SaveMapping(p.World.Tenant, ledger.Mapping{AttachPaper: true})
		})
		if err != nil {
			t.Fatal(err)
		}
		r := review(t, p, ids, false)
		lacking, whole := r.Rows[0], r.Rows[1]
		if lacking.Attaches || lacking.Verdict != app.VerdictWarning || !ledger.HasCause(lacking.Messages, ledger.PDFIncomplete) {
			t.Errorf("the one that lacks characters: %s, attached %v: %v", lacking.Verdict, lacking.Attaches, lacking.Messages)
		}
		if !whole.Attaches || whole.Verdict != app.VerdictReady {
			t.Errorf("the other: %s, attached %v: %v", whole.Verdict, whole.Attaches, whole.Messages)
		}
	})
}

// TestOnlyItsOwnMarkMakesAnInvoiceOurs has invoices in Xero with the numbers of ours: one that an export made, one that
// bears our mark from elsewhere, one of somebody's, and one that is deleted.
func TestOnlyItsOwnMarkMakesAnInvoiceOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, ids := atADeskOfToday(t, sim.Config{}, 4, 1)
		tenant := string(w.Tenant)
		p.Export(ids[0])
		var base string
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			firm, err := tx.Firm()
			base = firm.MarkBase
			if err != nil {
				return err
			}
			return tx.Advance(billing.Stage{Status: billing.Finalized}, ids[0]) // as if a reading had missed it
		})
		if err != nil {
			t.Fatal(err)
		}
		contact := w.Contact("Client 0").ContactID
		for i, url := range map[int]string{1: app.NewExportMark(base, ids[1]), 2: "https://elsewhere.example/1", 3: app.NewExportMark(base, ids[3])} {
			lines := w.Sim.Invoices(tenant)[0].Lines
			id, err := w.Sim.CreateInvoice(tenant, sim.Invoice{
				Type: sim.TypeSales, Status: sim.StatusDraft, Number: fmt.Sprintf("INV-%04d", i+1), URL: url, ContactID: contact,
				Date: sim.Day(2026, 11, 3), DueDate: sim.Day(2026, 12, 20), CurrencyCode: "NZD", LineAmountTypes: sim.AmountsExclusive, Lines: lines,
			})
			if err == nil && i == 3 {
				err = w.Sim.Delete(tenant, id)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		r := review(t, p, ids, true)
		for i, want := range []struct {
			verdict app.Verdict
			cause   ledger.Cause
			says    string
		}{
			{app.VerdictWarning, ledger.FoundAgain, "from an earlier export"},
			{app.VerdictBlocked, ledger.MayBeOurs, "isn't in this database"},
			{app.VerdictBlocked, ledger.NumberTaken, "already has an invoice INV-0003: “Client 0”, NZD 115.00, 2026-11-03"},
			{app.VerdictReady, "", ""},
		} {
			row := r.Rows[i]
			if row.Verdict != want.verdict || want.says == "" && len(row.Messages) > 0 {
				t.Errorf("%s is %s: %+v", row.Invoice.Number, row.Verdict, row.Messages)
			}
			if want.says != "" && (len(row.Messages) != 1 || row.Messages[0].Cause != want.cause || !strings.Contains(row.Messages[0].Text, want.says)) {
				t.Errorf("%s: %+v", row.Invoice.Number, row.Messages)
			}
		}
		apptest.MustComeTrue(t, w.Sim, p.Books, p.App, w.Me, r)
		if all := w.Sim.ByNumber(tenant, "INV-0001"); len(all) != 1 {
			t.Errorf("Xero has %d of what was there already", len(all))
		}
	})
}

// TestEachAskedInvoiceIsToldOnce asks for invoices that can't be exported at all beside one that can.
func TestEachAskedInvoiceIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, p, ids := atADeskOfToday(t, sim.Config{}, 4, 2)
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			if err := tx.Advance(billing.Stage{Status: billing.Draft}, ids[1]); err != nil {
				return err
			}
			return tx.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Held}, ids[2])
		})
		if err != nil {
			t.Fatal(err)
		}
		by := p.World.Me
		reviews, results, err := p.App.Review(t.Context(), by, append(ids, ids[0], "no such invoice"), true)
		if err != nil || len(reviews) != 1 || len(reviews[0].Rows) != 2 {
			t.Fatalf("%+v, %v", reviews, err)
		}
		told := map[billing.InvoiceID]bool{}
		for _, r := range results {
			told[r.Invoice] = r.Err != nil
		}
		if want := map[billing.InvoiceID]bool{ids[1]: true, ids[2]: true, "no such invoice": true}; !maps.Equal(told, want) || len(results) != 3 {
			t.Errorf("what can't be exported is %+v", results)
		}
		if text := results[len(results)-1].Err.Error(); text == "" {
			t.Error("nothing says why")
		}
	})
}

// TestTheDaysCallsAreCounted exports what a review said would take so many calls, and warns where the day has fewer.
func TestTheDaysCallsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, ids := atADeskOfToday(t, sim.Config{Limits: true, DayLimit: 44}, 120, 120)
		r := review(t, p, ids, true)
		if r.DayLeft < 0 || r.Count(app.VerdictReady) != 120 {
			t.Fatalf("%d calls are left, and %d are ready: %+v", r.DayLeft, r.Count(app.VerdictReady), r.Rows[0].Messages)
		}
		w.Sim.ResetCalls()
		p.Export(ids[:100]...)
		if n := w.Sim.TotalCalls(); n > r.Calls {
			t.Errorf("the export took %d calls, and the review said %d: %v", n, r.Calls, w.Sim.Calls())
		}
		mapping := ledger.Mapping{AttachPaper: true}
		if err := p.App.SetMapping(t.Context(), w.Me, w.Tenant, mapping); err != nil {
			t.Fatal(err)
		}
		r = review(t, p, ids[100:], false)
		if r.Calls < 20 || r.Calls <= r.DayLeft || r.Count(app.VerdictWarning) != 20 || !r.Rows[0].Attaches {
			t.Errorf("it takes %d calls, %d are left, and %d have a warning", r.Calls, r.DayLeft, r.Count(app.VerdictWarning))
		}
	})
}

// TestTheListOfStricterBlocksIsTheDocs holds the lists of the tests to those of the docs, which give the reasons.
func TestTheListOfStricterBlocksIsTheDocs(t *testing.T) {
	for title, listed := range map[string][]ledger.Cause{"blocked for": keys(apptest.Stricter), "told as": keys(apptest.Worded)} {
		var inDocs []ledger.Cause
		for _, row := range rowsOfTheDocs(t, title) {
			inDocs = append(inDocs, ledger.Cause(strings.Trim(row, "`")))
		}
		slices.Sort(inDocs)
		if !slices.Equal(inDocs, listed) {
			t.Errorf("docs/architecture.md lists %v under %q, and the tests %v", inDocs, title, listed)
		}
	}
}

func keys[V any](m map[ledger.Cause]V) []ledger.Cause {
	var all []ledger.Cause
	for c := range m {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// rowsOfTheDocs returns the first cells of a table of docs/architecture.md.
func rowsOfTheDocs(t *testing.T, title string) (cells []string) {
	t.Helper()
	text, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| "+title+" |")
	if !found {
		t.Fatalf("docs/architecture.md has no table %q", title)
	}
	for i, line := range strings.Split(table, "\n") {
		parts := strings.Split(line, "|")
		if i < 2 {
			continue // the rest of the header, and the rule under it
		}
		if len(parts) < 3 {
			break
		}
		cells = append(cells, strings.TrimSpace(parts[1]))
	}
	return cells
}
