package app

import (
	"context"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Client returns a client.
func (a *App) Client(ctx context.Context, by staff.Member, id billing.ClientID) (billing.Client, error) {
	var c billing.Client
	err := a.View(ctx, func(r Reader) (err error) {
		if err := Allow(by, staff.See, id); err != nil {
			return err
		}
		c, err = r.Client(id)
		return err
	})
	return c, err
}

// SaveClient adds a client that has no ID yet, or changes one. Without a code a new client
// gets one made of its name. It returns the client as saved. A stale Version is a Conflict.
func (a *App) SaveClient(ctx context.Context, by staff.Member, c billing.Client) (billing.Client, error) {
	var saved billing.Client
	err := a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.EditClients, c.ID); err != nil {
			return err
		}
		all, err := tx.Clients()
		if err != nil {
			return err
		}
		saved = tidy(c)
		if saved.ID == "" {
			saved.ID = billing.ClientID(NewID())
			saved.Code = codeFor(saved, all)
		}
		if err := saved.Check(); err != nil {
			return err
		}
		if err := checkDefaults(tx, saved); err != nil {
			return err
		}
		was := clientIn(all, saved.ID)
		if saved.Version, err = tx.SaveClient(saved); err != nil {
			return err
		}
		action := staff.AuditChange
		if was.ID == "" {
			action = staff.AuditAdd
		}
		from, to := tellChanges(clientWords(was), clientWords(saved))
		return tx.Record(Entry(by, action, "client", string(saved.ID), from, to))
	})
	return saved, err
}

// Open is what a client has to pay of its invoices, as far as Xero has said.
type Open struct {
	Count int            // invoices that are approved in Xero and not paid in full
	Due   []money.Amount // what is due of them, one amount a currency
}

// OpenInvoices returns what each client that the member sees has to pay; one that has nothing to pay is not in the map.
func (a *App) OpenInvoices(ctx context.Context, by staff.Member) (map[billing.ClientID]Open, error) {
	all := map[billing.ClientID]Open{}
	for row, err := range a.Rows(ctx, by, Query{}) {
		if err != nil {
			return nil, err
		}
		if row.XeroStatus != ledger.AuthorisedThere {
			continue
		}
		o := all[row.ClientID]
		o.Count++
		if err := o.add(row.AmountDue); err != nil {
			return nil, err
		}
		all[row.ClientID] = o
	}
	return all, nil
}

func (o *Open) add(due money.Amount) error {
	for i, sum := range o.Due {
		if sum.Currency() == due.Currency() {
			var err error
			o.Due[i], err = sum.Add(due)
			return err
		}
	}
	o.Due = append(o.Due, due)
	return nil
}

// Lookalikes returns the clients that one may be a duplicate of, since their names are the
// same but for case, spaces and accents.
func (a *App) Lookalikes(ctx context.Context, by staff.Member, c billing.Client) ([]billing.Client, error) {
	all, err := a.Clients(ctx, by)
	var alike []billing.Client
	for _, other := range all {
		if other.ID != c.ID && billing.PlainName(other.Name) == billing.PlainName(c.Name) {
			alike = append(alike, other)
		}
	}
	return alike, err
}

// ArchiveClient says that a client gets no new invoices, or takes that back. An archived
// client keeps its invoices.
func (a *App) ArchiveClient(ctx context.Context, by staff.Member, id billing.ClientID, archived bool) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.EditClients, id); err != nil {
			return err
		}
		c, err := tx.Client(id)
		if err != nil || c.Archived == archived {
			return err
		}
		c.Archived = archived
		if _, err := tx.SaveClient(c); err != nil {
			return err
		}
		action := staff.AuditArchive
		if !archived {
			action = staff.AuditUnarchive
		}
		return tx.Record(Entry(by, action, "client", string(id), "", c.Name))
	})
}

// tidy takes away needless spaces.
func tidy(c billing.Client) billing.Client {
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	for _, text := range []*string{
		&c.Code, &c.Email, &c.Address.City, &c.Address.Region, &c.Address.PostalCode, &c.Address.Country,
		&c.Address.Lines[0], &c.Address.Lines[1], &c.Address.Lines[2], &c.Address.Lines[3], &c.BillingCode,
	} {
		*text = strings.TrimSpace(*text)
	}
	return c
}

func codeFor(c billing.Client, all []billing.Client) string {
	if c.Code != "" {
		return c.Code
	}
	codes := billing.ClientCodes{}
	for _, other := range all {
		codes.Take(other.Code)
	}
	return codes.Suggest(c.Name)
}

// checkDefaults refuses what new invoices could not begin with.
func checkDefaults(r Reader, c billing.Client) error {
	if c.BillingCode == "" {
		return nil
	}
	codes, err := r.BillingCodes()
	if err != nil {
		return err
	}
	for _, code := range codes {
		if strings.EqualFold(code.Code, c.BillingCode) {
			return nil
		}
	}
	return Errorf(Invalid, "problem.no-such-code", "Code", translations.Quoted(c.BillingCode))
}

func clientIn(all []billing.Client, id billing.ClientID) billing.Client {
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	return billing.Client{}
}

// word is a part of something and what it says, for the audit trail.
type word struct{ what, says string }

func clientWords(c billing.Client) []word {
	if c.ID == "" {
		return nil
	}
	return []word{
		{translations.Text("changed.name"), c.Name}, {translations.Text("changed.code"), c.Code}, {translations.Text("changed.email"), c.Email},
		{translations.Text("changed.address"), c.Address.String()}, {translations.Text("changed.currency"), string(c.Currency)},
		{translations.Text("changed.terms"), c.Term.String()}, {translations.Text("changed.billing-code"), c.BillingCode},
	}
}

// tellChanges tells the parts that differ, as they were and as they became. Both have the
// same parts, or there was nothing before.
func tellChanges(was, is []word) (from, to string) {
	var before, after []string
	for i, w := range is {
		old := ""
		if was != nil {
			old = was[i].says
		}
		if old == w.says {
			continue
		}
		before = append(before, w.what+": "+old)
		after = append(after, w.what+": "+w.says)
	}
	if was == nil {
		before = nil
	}
	return strings.Join(before, "\n"), strings.Join(after, "\n")
}
