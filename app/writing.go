package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Writing is an invoice that a person writes: the form that they work on, and the one that
// they began with.
type Writing struct {
	Invoice billing.InvoiceID
	Number  billing.Number // "" until it is finalized for the first time
	Stage   billing.Stage
	Version int64        // of the invoice that the writing began with; 0 for one that was never saved
	Base    billing.Form // that invoice's
	Form    billing.Form
	Since   time.Time // when what is not saved was kept last; zero where everything is saved
}

// Materials are what an invoice is written with.
type Materials struct {
	Clients  []ClientTerms // that the member may bill, by name; archived ones are not among them
	Taxes    []billing.Tax
	Codes    []billing.Code
	Accounts []ledger.Account                 // that an organisation takes income on; empty until one is connected
	Charts   map[ledger.TenantID]ledger.Chart // what the organisations have, as far as it was read
}

// ClientTerms are a client and what new invoices of it begin with.
type ClientTerms struct {
	billing.Client                 // with the firm's currency where it has none of its own
	Due            billing.Term    // its own, else its organisation's, else the firm's
	Tax            string          // name of the tax that lines begin with; "" for none
	Tenant         ledger.TenantID // that its invoices go to; "" for none
}

// Materials returns what the member writes invoices with.
func (a *App) Materials(ctx context.Context, by staff.Member) (Materials, error) {
	var m Materials
	err := a.View(ctx, func(r Reader) (err error) {
		m = Materials{}
		if m.Taxes, err = r.Taxes(); err != nil {
			return err
		}
		if m.Codes, err = r.BillingCodes(); err != nil {
			return err
		}
		clients, err := r.Clients()
		if err != nil {
			return err
		}
		terms, err := newTerms(r)
		if err != nil {
			return err
		}
		for _, c := range clients {
			if c.Archived || !by.May(staff.EditInvoices, c.ID) {
				continue
			}
			t, err := terms.of(c)
			if err != nil {
				return err
			}
			m.Clients = append(m.Clients, t)
		}
		m.Accounts, m.Charts, err = charts(r)
		return err
	})
	return m, err
}

// charts returns what the organisations have, and the accounts that lines may name, each code once.
func charts(r Reader) ([]ledger.Account, map[ledger.TenantID]ledger.Chart, error) {
	organisations, err := r.Organisations()
	if err != nil {
		return nil, nil, err
	}
	var all []ledger.Account
	seen, read := map[string]bool{}, map[ledger.TenantID]ledger.Chart{}
	for _, o := range organisations {
		chart, err := r.Chart(o.Tenant.ID)
		if IsCode(err, NotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		read[o.Tenant.ID] = chart
		for _, account := range chart.Incomes() {
			if !seen[account.Code] {
				seen[account.Code] = true
				all = append(all, account)
			}
		}
	}
	return all, read, nil
}

// terms tell what new invoices of a client begin with.
type terms struct {
	r            Reader
	firm         Firm
	destinations destinations
	mapped       map[ledger.TenantID]ledger.Mapping
	taxes        []billing.Tax
}

func newTerms(r Reader) (*terms, error) {
	t := &terms{r: r, mapped: map[ledger.TenantID]ledger.Mapping{}}
	var err error
	if t.firm, err = r.Firm(); err != nil {
		return nil, err
	}
	if t.taxes, err = r.Taxes(); err != nil {
		return nil, err
	}
	t.destinations, err = readDestinations(r)
	return t, err
}

func (t *terms) of(c billing.Client) (ClientTerms, error) {
	if c.Currency == "" {
		c.Currency = t.firm.Currency
	}
	m, err := t.mapping(c.ID)
	if err != nil {
		return ClientTerms{}, err
	}
	with := ClientTerms{Client: c, Due: c.Term}
	if org, connected := t.destinations.find(c.ID); connected {
		with.Tenant = org.Tenant.ID
	}
	for _, term := range []billing.Term{m.Term, t.firm.Term} {
		if with.Due == (billing.Term{}) {
			with.Due = term
		}
	}
	if tax, known := billing.FindTax(t.taxes, m.DefaultTax); known && m.DefaultTax != "" {
		with.Tax = tax.Name
	}
	return with, nil
}

// mapping returns the mapping of the organisation that a client's invoices go to; an
// empty one where there is none yet.
func (t *terms) mapping(c billing.ClientID) (ledger.Mapping, error) {
	org, connected := t.destinations.find(c)
	if !connected {
		return ledger.Mapping{}, nil
	}
	id := org.Tenant.ID
	if m, known := t.mapped[id]; known {
		return m, nil
	}
	m, err := t.r.Mapping(id)
	t.mapped[id] = m
	return m, err
}

// Begin returns a new invoice to write. Nothing of it is stored until KeepUnsaved or Save.
func (a *App) Begin(today billing.Date, client ClientTerms) Writing {
	f := billing.Form{
		Client: client.ID, Type: billing.Final, Date: today, Due: client.Due.Due(today),
		Currency: client.Currency, Amounts: money.Exclusive,
	}
	return Writing{Invoice: billing.InvoiceID(NewID()), Base: f, Form: f.Clone()}
}

// OpenWriting returns an invoice to write on, with what the member typed and did not
// save. Of an invoice that is no draft the form is to be read only.
func (a *App) OpenWriting(ctx context.Context, by staff.Member, id billing.InvoiceID) (Writing, error) {
	var w Writing
	err := a.View(ctx, func(r Reader) error {
		unsaved, err := r.Unsaved(by.ID)
		if err != nil {
			return err
		}
		v, err := r.Invoice(id)
		switch {
		case IsCode(err, NotFound):
		case err != nil:
			return err
		default:
			if err := Allow(by, staff.See, v.Client); err != nil {
				return err
			}
			f := billing.FormOf(v)
			w = Writing{Invoice: id, Number: v.Number, Stage: v.Stage, Version: v.Version, Base: f, Form: f.Clone()}
		}
		for _, u := range unsaved {
			if u.Invoice == id && w.Stage.Status == billing.Draft {
				w.Invoice, w.Version, w.Base, w.Form, w.Since = id, u.Version, u.Base, u.Form, u.At
				return nil
			}
		}
		return err
	})
	return w, err
}

// KeepUnsaved stores what is being typed, without changing the invoice. It is called all
// the time, and so leaves no trace in the audit trail.
func (a *App) KeepUnsaved(ctx context.Context, by staff.Member, w Writing) error {
	return a.Update(ctx, func(tx Tx) error {
		return tx.SaveUnsaved(Unsaved{Invoice: w.Invoice, By: by.ID, Version: w.Version, Base: w.Base, Form: w.Form})
	})
}

// ForgetUnsaved gives up what was typed and not saved.
func (a *App) ForgetUnsaved(ctx context.Context, by staff.Member, id billing.InvoiceID) error {
	return a.Update(ctx, func(tx Tx) error { return tx.DeleteUnsaved(id, by.ID) })
}

// Unsaved returns what the member has typed and not saved, newest first.
func (a *App) Unsaved(ctx context.Context, by staff.Member) ([]Unsaved, error) {
	var all []Unsaved
	err := a.View(ctx, func(r Reader) (err error) {
		all, err = r.Unsaved(by.ID)
		return err
	})
	return all, err
}

// Overtaken is why a Writing cannot be saved: the invoice was changed since it was opened.
type Overtaken struct {
	By      string  // who changed it last; "" where that is not known
	Now     Writing // as it is stored, without anything that was typed here
	Changes []billing.Difference
}

// Error says so in English.
func (o *Overtaken) Error() string {
	if o.Now.Stage.Status != billing.Draft {
		return translations.Text("refused.overtaken-stage", "Stage", stagePhrase(o.Now.Stage))
	}
	return translations.Text("refused.overtaken", "Name", o.Name())
}

// Name is what a message calls who changed the invoice.
func (o *Overtaken) Name() translations.Phrase {
	if o.By == "" {
		return translations.Say("person.unknown")
	}
	return translations.Say("person.name", "Name", o.By)
}

// SaveWriting saves a draft. The error is billing.Problems where a cell cannot be read,
// and *Overtaken where the invoice is not as it was when the writing began: with its
// Version and Base the person may then save over it knowingly.
func (a *App) SaveWriting(ctx context.Context, by staff.Member, w Writing) (Writing, error) {
	var saved Writing
	err := a.Update(ctx, func(tx Tx) error {
		taxes, err := tx.Taxes()
		if err != nil {
			return err
		}
		v, err := w.Form.Read(taxes)
		if err != nil {
			return err
		}
		was, err := tx.Invoice(w.Invoice)
		switch {
		case IsCode(err, NotFound) && w.Version == 0:
		case err != nil:
			return err
		default:
			if err := Allow(by, staff.EditInvoices, was.Client); err != nil {
				return err
			}
			if was.Version != w.Version || was.Stage.Status != billing.Draft {
				now := billing.FormOf(was)
				by, err := lastToChange(tx, was.ID)
				if err != nil {
					return err
				}
				return &Overtaken{
					By:      by,
					Now:     Writing{Invoice: was.ID, Number: was.Number, Stage: was.Stage, Version: was.Version, Base: now, Form: now.Clone()},
					Changes: billing.Differences(w.Base, now),
				}
			}
		}
		if err := Allow(by, staff.EditInvoices, v.Client); err != nil {
			return err
		}
		v.ID, v.Number, v.Stage, v.Version = w.Invoice, was.Number, was.Stage, was.Version
		if v.Version, err = tx.SaveInvoice(v); err != nil {
			return err
		}
		if err := tx.DeleteUnsaved(v.ID, by.ID); err != nil {
			return err
		}
		now := billing.FormOf(v)
		saved = Writing{Invoice: v.ID, Number: v.Number, Stage: v.Stage, Version: v.Version, Base: now, Form: now.Clone()}
		if was.Version == 0 {
			return tx.Record(Entry(by, staff.AuditWrite, "invoice", string(v.ID), "", translations.Text("stage.draft")))
		}
		changes := billing.Differences(billing.FormOf(was), now)
		if len(changes) == 0 {
			return nil
		}
		return tx.Record(Entry(by, staff.AuditEdit, "invoice", string(v.ID), "", listDifferences(changes)))
	})
	return saved, err
}

// lastToChange names who changed an invoice last; "" where the audit trail does not tell.
func lastToChange(r Reader, id billing.InvoiceID) (string, error) {
	entries, err := r.Audit(AuditQuery{Subject: "invoice", ID: string(id)})
	if err != nil || len(entries) == 0 {
		return "", err
	}
	return slices.MaxFunc(entries, func(a, b staff.Entry) int { return cmp.Compare(a.Seq, b.Seq) }).ByName, nil
}

// longestNote is the most characters of one entry of the audit trail that tells an edit.
const longestNote = 4000

func listDifferences(all []billing.Difference) string {
	lines := make([]string, len(all))
	for i, d := range all {
		lines[i] = d.String()
	}
	text := []rune(strings.Join(lines, "\n"))
	if len(text) > longestNote {
		text = append(text[:longestNote], '…')
	}
	return string(text)
}

// Duplicate makes a new draft of what an invoice bills, with today's date and no number.
func (a *App) Duplicate(ctx context.Context, by staff.Member, id billing.InvoiceID, today billing.Date) (billing.InvoiceID, error) {
	var made billing.InvoiceID
	err := a.Update(ctx, func(tx Tx) error {
		v, err := tx.Invoice(id)
		if err != nil {
			return err
		}
		if err := Allow(by, staff.EditInvoices, v.Client); err != nil {
			return err
		}
		from := v.Number
		if v, err = copyToDraft(tx, v, today, v.Reference); err != nil {
			return err
		}
		made = v.ID
		return tx.Record(Entry(by, staff.AuditDuplicate, "invoice", string(v.ID), string(from), translations.Text("stage.draft")))
	})
	return made, err
}

// copyToDraft stores a new draft of what an invoice bills, without a number.
func copyToDraft(tx Tx, v billing.Invoice, today billing.Date, reference string) (billing.Invoice, error) {
	client, err := tx.Client(v.Client)
	if err != nil {
		return v, err
	}
	if client.Archived {
		return v, Errorf(Conflict, "refused.archived", "Client", client.Name)
	}
	terms, err := newTerms(tx)
	if err != nil {
		return v, err
	}
	with, err := terms.of(client)
	if err != nil {
		return v, err
	}
	v.ID, v.Number, v.Version, v.Stage = billing.InvoiceID(NewID()), "", 0, billing.Stage{}
	due := with.Due.Due(today)
	if due.IsZero() && !v.Due.IsZero() { // without a term, in as many days as before
		due = today.AddDays(v.Date.DaysTo(v.Due))
	}
	v.Date, v.Due, v.Reference = today, due, reference
	v.Version, err = tx.SaveInvoice(v)
	return v, err
}
