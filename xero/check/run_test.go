package check

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// faulty returns a configuration with these faults.
func faulty(t *testing.T, rules ...string) sim.Config {
	t.Helper()
	var cfg sim.Config
	for _, text := range rules {
		rule, err := sim.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Faults = append(cfg.Faults, rule)
	}
	return cfg
}

// TestNothingIsSentBeforeItIsOnDisk reads the book at each request that makes something.
func TestNothingIsSentBeforeItIsOnDisk(t *testing.T) {
	var book string
	sent := 0
	name := regexp.MustCompile(`(?i)"(?:InvoiceNumber|Name)":"((?:FBC-|Feebridge check )[^"]+)"`)
	bubble(t, sim.Config{}, requested(writes, func(_ *http.Request, body string) {
		text, _ := os.ReadFile(book)
		for _, m := range name.FindAllStringSubmatch(body, -1) {
			if sent++; !strings.Contains(strings.ToLower(string(text)), `"name":"`+strings.ToLower(m[1])+`"`) {
				t.Errorf("%s is sent, and not on disk", m[1])
			}
		}
	}), func(r *rig) {
		book = r.book
		if _, _, err := r.run(r.Context(), true); err != nil {
			r.Error(err)
		}
		r.mustBeGone()
	})
	if sent < 30 {
		t.Errorf("only %d things were looked at", sent)
	}
}

func TestACheckTakesAsMuchAsItSays(t *testing.T) {
	for _, approve := range []bool{false, true} {
		bubble(t, sim.Config{}, nil, func(r *rig) {
			if o, err := Look(r.Context(), r.client, ledger.TenantID(r.tenant)); err != nil || !o.Demo || !o.MayDraft || !o.MayApprove {
				r.Errorf("the organisation is %+v, %v", o, err)
			}
			results, made, err := r.run(r.Context(), approve)
			if err != nil {
				r.Fatal(err)
			}
			if calls, says := r.sim.TotalCalls(), Calls(approve); calls > says || calls < says-8 {
				r.Errorf("approve %v: %d calls, and it says %d", approve, calls, says)
			}
			invoices, contacts := Most(approve)
			kinds := map[Sort]int{}
			for _, m := range made {
				kinds[m.Sort]++
			}
			if kinds[Invoice] > invoices || kinds[Contact] > contacts {
				r.Errorf("approve %v: %v are made, and it says %d and %d", approve, kinds, invoices, contacts)
			}
			if got := results["number.voided"].Verdict; (got == Untried) == approve {
				r.Errorf("approve %v: number.voided is %s", approve, got)
			}
			for _, inv := range r.sim.Invoices(r.tenant) {
				if !approve && inv.Status == sim.StatusVoided {
					r.Errorf("%s was approved and voided", inv.Number)
				}
			}
		})
	}
}

func TestWhatGoesWrongOnTheWayLeavesNothingBehind(t *testing.T) {
	for _, c := range []struct {
		name, fault string
		ends        app.Reason // of the run; "" where it goes on to its end
		unclear     []string   // some of those that could not be told; none where all hold
	}{
		{"a limit that passes", "* /Invoices #5 429:minute:20", "", nil},
		{"a lost answer to the contact", "PUT /Contacts #1 drop-after-commit", "", []string{"create.accepted", "mark.single", "text.email"}},
		{"a lost answer to the first draft", "PUT /Invoices #1 drop-after-commit", "", []string{"create.accepted", "mark.by-id", "number.taken"}},
		{"a lost answer to many drafts", "PUT /Invoices #9 drop-after-commit", "", []string{"amount.half-cent", "removal.answer", "number.deleted"}},
		{"an error after the work", "PUT /Invoices #4 500-after-commit", "", []string{"key.replay"}},
		{"a cut answer", "PUT /Invoices #10 cut", "", []string{"number.deleted"}},
		{"an outage", "GET /Invoices #2-9 503", "", []string{"mark.by-id"}},
		{"the organisation disconnects", "GET /Invoices #4 disconnect", app.NotConnected, []string{"key.replay", "text.email", "page.past-end"}},
		{"the day's limit", "PUT /Invoices #5- 429:day:none", app.DayLimit, []string{"changes.front", "text.email"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, faulty(t, c.fault), nil, func(r *rig) {
				book := r.openBook()
				all, err := Run(r.Context(), Config{Client: r.client, Ear: r.ear, Tenant: ledger.TenantID(r.tenant), Base: app.DefaultMarkBase, Book: book})
				if trouble, ok := errors.AsType[*app.Trouble](err); ok != (c.ends != "") || ok && trouble.Reason != c.ends {
					r.Errorf("the run ends with %v", err)
				}
				for _, result := range all {
					switch {
					case result.Verdict == Differs:
						r.Errorf("%s: no (%s)", result.Name, result.Found)
					case slices.Contains(c.unclear, result.Name) && (result.Verdict != Unclear || result.Reason == ""):
						r.Errorf("%s: %s (%s), want a reason why it could not be told", result.Name, result.Verdict, result.Reason)
					case c.unclear == nil && result.Verdict == Unclear:
						r.Errorf("%s could not be told: %s", result.Name, result.Reason)
					}
				}
				if c.ends != "" {
					if _, err := Clean(r.Context(), r.client, book); err == nil {
						r.Error("there is nothing against cleaning up")
					}
					r.sim.ClearFaults()
					if c.ends == app.NotConnected {
						r.sim.MintToken() // connects
					} else {
						time.Sleep(time.Hour)
					}
				} else {
					r.sim.ClearFaults()
				}
				if _, err := Clean(r.Context(), r.client, r.openBook()); err != nil {
					r.Error(err)
				}
				r.mustBeGone()
			})
		})
	}
}

// TestACheckIsInterruptedAnywhere ends a run at each of its calls in turn, some with the answer on its way.
func TestACheckIsInterruptedAnywhere(t *testing.T) {
	for stop := 8; stop < 52; stop += 5 {
		var calls atomic.Int32
		var interrupt context.CancelFunc
		bubble(t, sim.Config{Observe: func(c sim.Call) {
			if c.Committed && calls.Add(1) == int32(stop) {
				interrupt()
			}
		}}, nil, func(r *rig) {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			interrupt = cancel
			results, _, err := r.run(ctx, true)
			if !errors.Is(err, context.Canceled) && !errors.As(err, new(*app.Trouble)) {
				r.Errorf("stopped at %d, it ends with %v", stop, err)
			}
			for _, result := range results {
				if result.Verdict == Differs {
					r.Errorf("stopped at %d, %s is no: %s", stop, result.Name, result.Found)
				}
			}
			time.Sleep(underWay)
			if _, err := Clean(r.Context(), r.client, r.openBook()); err != nil {
				r.Error(err)
			}
			r.mustBeGone()
		})
	}
}

// TestWhatArrivesLateIsWaitedFor loses a connection whose request Xero works on later.
func TestWhatArrivesLateIsWaitedFor(t *testing.T) {
	bubble(t, faulty(t, "PUT /Invoices #9 late-commit:4m"), nil, func(r *rig) {
		_, made, err := r.run(r.Context(), false)
		if err != nil {
			r.Fatal(err)
		}
		waits := 0
		for _, m := range made {
			if m.Fate == MayArrive && m.Reason != "" {
				waits++
			}
		}
		if waits < 5 || r.openBook().Empty() {
			r.Errorf("%d things may come, and the book is empty: %v", waits, r.openBook().Empty())
		}
		time.Sleep(underWay)
		made, err = Clean(r.Context(), r.client, r.openBook())
		if err != nil || slices.ContainsFunc(made, func(m Made) bool { return !m.Fate.Gone() }) {
			r.Errorf("after they came: %v, %v", made, err)
		}
		r.mustBeGone()
	})
}

// TestWhatAPersonTookOverStays lets a person approve one draft of a check and renumber another.
func TestWhatAPersonTookOverStays(t *testing.T) {
	bubble(t, sim.Config{}, nil, func(r *rig) {
		book := r.openBook()
		_, err := Run(r.Context(), Config{Client: r.client, Ear: r.ear, Tenant: ledger.TenantID(r.tenant), Base: app.DefaultMarkBase, Book: book})
		if err != nil {
			r.Fatal(err)
		}
		var drafts []sim.Invoice
		for _, inv := range r.sim.Invoices(r.tenant) {
			if inv.Status == sim.StatusDraft {
				drafts = append(drafts, inv)
			}
		}
		if err := errors.Join(r.sim.Approve(r.tenant, drafts[0].InvoiceID), r.sim.Renumber(r.tenant, drafts[1].InvoiceID, "MINE-1")); err != nil {
			r.Fatal(err)
		}
		made, err := Clean(r.Context(), r.client, book)
		if err != nil {
			r.Fatal(err)
		}
		stays := map[string]string{}
		for _, m := range made {
			if m.Fate == Stays {
				stays[m.Name] = m.Reason
			}
		}
		if len(stays) != 2 || !strings.Contains(stays[drafts[0].Number], "AUTHORISED") || !strings.Contains(stays["MINE-1"], "another number") {
			r.Errorf("what stays is %v", stays)
		}
		for i, want := range []string{sim.StatusAuthorised, sim.StatusDraft} {
			if inv, _ := r.sim.Invoice(r.tenant, drafts[i].InvoiceID); inv.Status != want {
				r.Errorf("%s is %s, want %s", inv.Number, inv.Status, want)
			}
		}
		if r.openBook().Empty() {
			r.Error("the book forgets what stays")
		}
	})
}

// TestNoNamesAreKept plants texts wherever an organisation has some, and looks for them in what a check
// keeps and says.
func TestNoNamesAreKept(t *testing.T) {
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	o := orgs[0]
	n := 0
	plant := func(into ...*string) {
		for _, text := range into {
			n++
			*text = strings.Repeat("q", 3) + "planted" + string(rune('a'+n/26)) + string(rune('a'+n%26))
		}
	}
	plant(&o.Name, &o.LegalName, &o.ShortCode, &o.TaxNumber)
	for i := range o.Accounts {
		plant(&o.Accounts[i].Name, &o.Accounts[i].Description, &o.Accounts[i].BankAccountNumber, &o.Accounts[i].ReportingCode)
	}
	for i := range o.TaxRates {
		plant(&o.TaxRates[i].Name, &o.TaxRates[i].Components[0].Name)
	}
	for i := range o.Tracking {
		plant(&o.Tracking[i].Name, &o.Tracking[i].Options[0].Name)
	}
	for i := range o.Themes {
		plant(&o.Themes[i].Name, &o.Themes[i].LogoURL)
	}
	for i := range o.Items {
		plant(&o.Items[i].Code, &o.Items[i].Name, &o.Items[i].Description)
	}
	client := sim.Contact{EmailAddress: "qqqplanted@example.com"}
	plant(&client.Name, &client.ContactNumber, &client.FirstName, &client.LastName, &client.BankAccount, &client.TaxNumber)
	contact := o.AddContact(client)
	inv := sim.Invoice{
		ContactID: contact.ContactID, Date: sim.Day(2026, time.December, 1), DueDate: sim.Day(2026, time.December, 9),
		UpdatedUTC: time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC), // the newest change there is
		Lines:      []sim.Line{{Quantity: decimal.NewFromInt(1), UnitAmount: decimal.New(987654321, -2), AccountCode: "200"}},
	}
	plant(&inv.Number, &inv.Reference, &inv.URL, &inv.Lines[0].Description)
	o.AddInvoice(inv)
	id := o.AddInvoice(sim.Invoice{Number: "qqqplanted-2", ContactID: contact.ContactID, Date: sim.Day(2026, time.December, 1)}).InvoiceID

	var meddled atomic.Bool
	var simulated *sim.Sim
	before := requested(single, func(r *http.Request, _ string) {
		if !meddled.Swap(true) { // a person gives the first draft their own contact and words
			of := "qqqplanted by hand"
			_ = simulated.EditInvoice(o.TenantID, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], sim.InvoiceEdit{Reference: &of})
		}
	})
	name := o.Name
	inWords := edited(writes, func(e map[string]any) { // Xero's words may name the organisation
		for _, m := range element(e).list("ValidationErrors") {
			m["Message"] = m.text("Message") + " Ask " + name + "."
		}
	})
	bubble(t, sim.Config{Orgs: orgs}, func(next http.Handler) http.Handler { return inWords(before(next)) }, func(r *rig) {
		simulated = r.sim
		results, _, err := r.run(r.Context(), true)
		if err != nil {
			r.Fatal(err)
		}
		said, err := json.Marshal(results)
		if err != nil {
			r.Fatal(err)
		}
		kept := strings.ToLower(r.answers.String() + string(said))
		for _, planted := range []string{"qqqplanted", "qqq", "9876543.21", id, contact.ContactID, r.tenant, "bearer", "authorization"} {
			if at := strings.Index(kept, strings.ToLower(planted)); at >= 0 {
				r.Errorf("%q is kept: …%s…", planted, kept[max(0, at-200):min(len(kept), at+80)])
			}
		}
		if n < 200 || !meddled.Load() || !strings.Contains(kept, `"others left out":`) {
			r.Errorf("%d texts were planted, edited: %v; the foreign invoice was listed: %v", n, meddled.Load(), strings.Contains(kept, "others left out"))
		}
		for line := range strings.Lines(r.answers.String()) {
			if !json.Valid([]byte(line)) {
				r.Errorf("this line is no JSON: %s", line)
			}
		}
	})
}

// TestAnswersThatCannotBeKeptEndTheCheck fills the disk.
func TestAnswersThatCannotBeKeptEndTheCheck(t *testing.T) {
	bubble(t, sim.Config{}, nil, func(r *rig) {
		r.ear.to = &fullDisk{left: 60_000}
		results, _, err := r.run(r.Context(), false)
		if !errors.Is(err, errFull) || results["page.past-end"].Verdict != Unclear {
			r.Errorf("the run ends with %v, and page.past-end is %s", err, results["page.past-end"].Verdict)
		}
		r.mustBeGone()
	})
}

var errFull = errors.New("the disk is full")

type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errFull
	}
	return io.Discard.Write(p)
}

// TestABookThatWasCut opens a book whose last line was not written to its end.
func TestABookThatWasCut(t *testing.T) {
	path := t.TempDir() + "/made"
	b, err := OpenBook(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.begin("tenant"), b.will(Invoice, true, "FBC-1"), b.made(Invoice, "FBC-1", "id")); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString(`{"sort":"invoice","name":"FB`)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is written after the cut is read, too
		if b, err = OpenBook(path); err != nil {
			t.Fatal(err)
		}
		if err := b.will(Contact, false, "A"); err != nil {
			t.Fatal(err)
		}
	}
	if b.Tenant() != "tenant" || len(b.entries) != 2 || b.entries[0].ids[0] != "id" || !b.entries[0].approves {
		t.Errorf("the book has %+v of %s", b.entries, b.Tenant())
	}
}
