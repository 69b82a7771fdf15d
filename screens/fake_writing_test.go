package screens

import (
	"context"
	"fmt"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// fakeWriting is what invoices are written with, and what was typed and not saved.
type fakeWriting struct {
	firm    app.Firm
	taxes   []billing.Tax
	codes   []billing.Code
	unsaved map[billing.InvoiceID]app.Unsaved
	made    int
}

func newFakeWriting() fakeWriting {
	return fakeWriting{
		firm:  app.Firm{Name: "Hart & Partners", Currency: "NZD", Numbering: billing.Numbering{Prefix: "INV-", Digits: 4, Next: 1}},
		taxes: []billing.Tax{{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}, {Code: "ZERORATED", Name: "Zero Rated"}},
		codes: []billing.Code{
			{Code: "ACC", Description: "Preparation of the annual accounts", UnitAmount: 185_0000, Tax: "OUTPUT2"},
			{Code: "TAX", Description: "Income tax return", UnitAmount: 95_1234, Tax: "ZERORATED", Account: "260"},
		},
		unsaved: map[billing.InvoiceID]app.Unsaved{},
	}
}

func (f *fakeApp) Materials(_ context.Context, by staff.Member) (app.Materials, error) {
	err := f.enter("Materials")
	f.mu.Lock()
	defer f.mu.Unlock()
	m := app.Materials{Taxes: f.writing.taxes, Codes: f.writing.codes, Accounts: []ledger.Account{{Code: "200", Name: "Sales"}, {Code: "260", Name: "Other Revenue"}}}
	for _, c := range f.clients {
		if by.May(staff.EditInvoices, c.ID) {
			c.Currency = "NZD"
			m.Clients = append(m.Clients, app.ClientTerms{Client: c, Due: billing.Term{Rule: billing.AfterDate, Days: 14}, Tax: "15% GST on Income"})
		}
	}
	return m, err
}

func (f *fakeApp) Begin(today billing.Date, c app.ClientTerms) app.Writing {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing.made++
	form := billing.Form{Client: c.ID, Type: billing.Final, Date: today, Due: c.Due.Due(today), Currency: c.Currency, Amounts: "Exclusive"}
	return app.Writing{Invoice: billing.InvoiceID(fmt.Sprintf("new%d", f.writing.made)), Base: form, Form: form}
}

// written returns the stored invoice, or nil. The lock is held.
func (f *fakeApp) written(id billing.InvoiceID) *fakeInvoice {
	for _, v := range f.invoices {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (f *fakeApp) OpenWriting(_ context.Context, _ staff.Member, id billing.InvoiceID) (app.Writing, error) {
	err := f.enter("OpenWriting")
	f.mu.Lock()
	defer f.mu.Unlock()
	var w app.Writing
	if v := f.written(id); v != nil {
		form := billing.FormOf(v.Invoice)
		w = app.Writing{Invoice: id, Number: v.Number, Stage: v.Stage, Version: v.Version, Base: form, Form: form.Clone()}
	}
	if u, kept := f.writing.unsaved[id]; kept {
		w.Invoice, w.Version, w.Base, w.Form, w.Since = id, u.Version, u.Base, u.Form.Clone(), fakeNow
	}
	return w, err
}

func (f *fakeApp) SaveWriting(_ context.Context, _ staff.Member, w app.Writing) (app.Writing, error) {
	if err := f.enter("SaveWriting"); err != nil {
		return app.Writing{}, err
	}
	v, err := w.Form.Read(f.writing.taxes)
	if err != nil {
		return app.Writing{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	was := f.written(w.Invoice)
	if was == nil {
		was = &fakeInvoice{Invoice: billing.Invoice{ID: w.Invoice}}
		f.invoices = append(f.invoices, was)
	}
	if was.Version != w.Version {
		now := billing.FormOf(was.Invoice)
		return app.Writing{}, &app.Overtaken{
			By:      "Hemi Walker",
			Now:     app.Writing{Invoice: was.ID, Stage: was.Stage, Version: was.Version, Base: now, Form: now.Clone()},
			Changes: billing.Differences(w.Base, now),
		}
	}
	v.ID, v.Number, v.Stage, v.Version = was.ID, was.Number, was.Stage, was.Version+1
	was.Invoice = v
	delete(f.writing.unsaved, v.ID)
	form := billing.FormOf(v)
	return app.Writing{Invoice: v.ID, Number: v.Number, Stage: v.Stage, Version: v.Version, Base: form, Form: form.Clone()}, nil
}

func (f *fakeApp) KeepUnsaved(_ context.Context, by staff.Member, w app.Writing) error {
	err := f.enter("KeepUnsaved")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing.unsaved[w.Invoice] = app.Unsaved{Invoice: w.Invoice, By: by.ID, At: fakeNow, Version: w.Version, Base: w.Base, Form: w.Form.Clone()}
	return err
}

func (f *fakeApp) ForgetUnsaved(_ context.Context, _ staff.Member, id billing.InvoiceID) error {
	err := f.enter("ForgetUnsaved")
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.writing.unsaved, id)
	return err
}

func (f *fakeApp) Unsaved(context.Context, staff.Member) ([]app.Unsaved, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []app.Unsaved
	for _, u := range f.writing.unsaved {
		all = append(all, u)
	}
	return all, nil
}

func (f *fakeApp) Duplicate(_ context.Context, _ staff.Member, id billing.InvoiceID, today billing.Date) (billing.InvoiceID, error) {
	err := f.enter("Duplicate")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing.made++
	v := f.written(id).Invoice
	v.ID, v.Number, v.Stage, v.Date, v.Version = billing.InvoiceID(fmt.Sprintf("new%d", f.writing.made)), "", billing.Stage{}, today, 1
	f.invoices = append(f.invoices, &fakeInvoice{Invoice: v})
	return v.ID, err
}

func (f *fakeApp) Delete(_ context.Context, _ staff.Member, ids []billing.InvoiceID) ([]app.Result, error) {
	return f.move(ids, billing.Delete, "Delete")
}

func (f *fakeApp) TemplateSheet(_ context.Context, _ staff.Member, ids []billing.InvoiceID, _ money.LineAmounts) (app.Template, []app.Result, error) {
	err := f.enter("TemplateSheet")
	var results []app.Result
	for _, id := range ids {
		results = append(results, app.Result{Invoice: id})
	}
	return app.Template{Sheets: [][][]app.SheetCell{{{{Text: "*ContactName"}}}}, Amounts: money.Exclusive}, results, err
}
