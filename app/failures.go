package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// FailureGroup are invoices that failed for one reason, which is mended once for all of them.
type FailureGroup struct {
	Tenant   ledger.Tenant // the organisation that they were sent to
	Message  ledger.Message
	Place    ledger.Place // where that stands what they failed for; of the first of them
	Invoices []billing.InvoiceID
	Mended   []billing.InvoiceID // of those, the ones for which something was changed since
}

// Failures returns why invoices failed that the member may see, the most frequent reason first. Invoices that
// one mapping or one page of Xero's mends stand together; what is mended invoice by invoice stands together
// by its cause.
func (a *App) Failures(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]FailureGroup, error) {
	var groups []FailureGroup
	err := a.View(ctx, func(r Reader) error {
		groups = nil
		invoices, err := r.Invoices(Distinct(ids))
		if err != nil {
			return err
		}
		invoices = slices.DeleteFunc(invoices, func(v billing.Invoice) bool {
			return v.Stage.Export != billing.Failed || !by.May(staff.See, v.Client)
		})
		if len(invoices) == 0 {
			return nil
		}
		s, err := newSince(r, by, invoices)
		if err != nil {
			return err
		}
		at := map[reason]int{}
		for _, v := range invoices {
			e, failed := s.latest[v.ID]
			msg, told := stopping(e.Messages)
			if !failed || !told {
				continue
			}
			o, err := s.organisation(e.Tenant)
			if err != nil {
				return err
			}
			place := ledger.Locate(msg, v, s.clients[v.Client], o.chart, o.mapping)
			why := reasonOf(e.Tenant, msg, place, v)
			n, known := at[why]
			if !known {
				n = len(groups)
				at[why] = n
				groups = append(groups, FailureGroup{Tenant: o.chart.Tenant, Message: msg, Place: place})
			}
			groups[n].Invoices = append(groups[n].Invoices, v.ID)
			mended, err := s.mended(v, e)
			if err != nil {
				return err
			}
			if mended {
				groups[n].Mended = append(groups[n].Mended, v.ID)
			}
		}
		slices.SortStableFunc(groups, func(a, b FailureGroup) int { return cmp.Compare(len(b.Invoices), len(a.Invoices)) })
		return nil
	})
	return groups, err
}

// reason is what the invoices of a FailureGroup share.
type reason struct {
	tenant  ledger.TenantID
	cause   ledger.Cause
	text    string // Xero's words, where the cause is not known
	subject string
	mapping ledger.MappingRow
	client  billing.ClientID // where it is the client that is mended
}

func reasonOf(t ledger.TenantID, msg ledger.Message, place ledger.Place, v billing.Invoice) reason {
	why := reason{tenant: t, cause: msg.Cause}
	switch msg.Cause {
	case ledger.Other:
		why.text = msg.Text
	case ledger.ContactArchived, ledger.ContactAmbiguous, ledger.ContactUnknown, ledger.ContactTaken,
		ledger.EmailInvalid, ledger.AddressInvalid, ledger.ClientIncomplete:
		why.client = v.Client
	default:
		why.subject, why.mapping = place.Subject, place.Mapping
	}
	return why
}

// stopping returns the first message that stopped the export.
func stopping(all []ledger.Message) (ledger.Message, bool) {
	for _, m := range all {
		if !m.Warning {
			return m, true
		}
	}
	return ledger.Message{}, false
}

// viewFailure fills in where that stands what the newest export's messages are about, and whether it was
// mended since.
func viewFailure(r Reader, by staff.Member, v *InvoiceView) error {
	if len(v.Exports) == 0 {
		return nil
	}
	s, err := newSince(r, by, []billing.Invoice{v.Invoice})
	if err != nil {
		return err
	}
	e := v.Exports[0]
	o, err := s.organisation(e.Tenant)
	if err != nil {
		return err
	}
	for _, m := range e.Messages {
		v.Places = append(v.Places, ledger.Locate(m, v.Invoice, v.Client, o.chart, o.mapping))
	}
	if v.Invoice.Stage.InFlight() {
		v.Waits, err = waits(r, e.Tenant)
	}
	if v.Invoice.Stage.Export == billing.Failed {
		v.Mended, err = s.mended(v.Invoice, e)
	}
	return err
}

// waits returns why nothing is sent to the organisation now, or "".
func waits(r Reader, t ledger.TenantID) (Reason, error) {
	org, err := OrganisationOf(r, t)
	switch {
	case err != nil:
		return "", err
	case org.State == ConsentEnded:
		return NoConsent, nil
	case org.State == Disconnected:
		return NotConnected, nil
	case org.Parked.Until.After(time.Now()):
		return org.Parked.Why, nil
	}
	return "", nil
}

// since tells what was changed since exports failed.
type since struct {
	r       Reader
	by      staff.Member
	latest  map[billing.InvoiceID]Export
	clients map[billing.ClientID]billing.Client
	from    time.Time // when the first of the exports ended
	orgs    map[ledger.TenantID]organisationSince
	touched map[billing.ClientID]time.Time
}

// organisationSince is an organisation as it is known now.
type organisationSince struct {
	chart     ledger.Chart // the zero Chart where it was never read
	mapping   ledger.Mapping
	mapped    time.Time // when the mapping was changed last, since the first failure
	connected time.Time // the same of a connection or a sign-in at Xero
}

func newSince(r Reader, by staff.Member, invoices []billing.Invoice) (*since, error) {
	s := &since{r: r, by: by, orgs: map[ledger.TenantID]organisationSince{}, touched: map[billing.ClientID]time.Time{}}
	ids, of := make([]billing.InvoiceID, len(invoices)), make([]billing.ClientID, len(invoices))
	for i, v := range invoices {
		ids[i], of[i] = v.ID, v.Client
	}
	var err error
	if s.latest, err = r.LatestExports(ids); err != nil {
		return nil, err
	}
	for _, e := range s.latest {
		if s.from.IsZero() || e.Ended.Before(s.from) {
			s.from = e.Ended
		}
	}
	s.clients, err = r.ClientsByID(Distinct(of))
	return s, err
}

func (s *since) organisation(t ledger.TenantID) (organisationSince, error) {
	if o, known := s.orgs[t]; known {
		return o, nil
	}
	var o organisationSince
	var err error
	if o.chart, err = s.r.Chart(t); err != nil && !IsCode(err, NotFound) {
		return o, err
	}
	if o.mapping, err = s.r.Mapping(t); err != nil {
		return o, err
	}
	for _, q := range []AuditQuery{
		{Subject: "organisation", ID: string(t), Action: staff.AuditConnect, From: s.from, Limit: 1},
		{Action: staff.AuditSignIn, From: s.from, Limit: 1}, // at Xero, perhaps as another user
	} {
		at, err := s.lastEntry(q)
		if err != nil {
			return o, err
		}
		if at.After(o.connected) {
			o.connected = at
		}
	}
	if o.mapped, err = s.lastEntry(AuditQuery{Subject: "organisation", ID: string(t), Action: staff.AuditMap, From: s.from, Limit: 1}); err != nil {
		return o, err
	}
	s.orgs[t] = o
	return o, nil
}

// client returns when the client, its contact or where it is exported to was changed last, since the first failure.
func (s *since) client(id billing.ClientID) (time.Time, error) {
	if at, known := s.touched[id]; known {
		return at, nil
	}
	at, err := s.lastEntry(AuditQuery{Subject: "client", ID: string(id), From: s.from, Limit: 1})
	s.touched[id] = at
	return at, err
}

func (s *since) lastEntry(q AuditQuery) (time.Time, error) {
	found, err := s.r.Audit(q)
	if err != nil || len(found) == 0 {
		return time.Time{}, err
	}
	return found[0].At, nil
}

// mended reports whether something was changed for each cause that the export failed for, so that another
// try is worth it. What a check can tell is checked again: with an account that is archived still, no try is
// worth it, however often the mapping was changed. What was mended in Xero is known once the chart was read
// again; where Xero itself refused what the check before had passed, the chart tells nothing.
func (s *since) mended(v billing.Invoice, e Export) (bool, error) {
	o, err := s.organisation(e.Tenant)
	if err != nil {
		return false, err
	}
	touched, err := s.client(v.Client)
	if err != nil {
		return false, err
	}
	after := func(at time.Time) bool { return at.After(e.Ended) }
	mapped, client, connected := after(o.mapped), after(touched), after(o.connected)
	read := after(o.chart.Read) && e.Sent.IsZero()
	var now []ledger.Message
	if !o.chart.Read.IsZero() {
		_, now = ledger.Resolve(v, o.chart, o.mapping)
	}
	for _, m := range e.Messages {
		if m.Warning {
			continue
		}
		changed := false
		switch m.Cause {
		case ledger.AccountMissing, ledger.AccountUnknown, ledger.AccountArchived, ledger.ItemUnknown, ledger.TaxMissing, ledger.TaxUnknown,
			ledger.TaxInactive, ledger.TaxRateDiffers, ledger.TaxAgainstAccount, ledger.TrackingUnknown, ledger.ThemeUnknown:
			changed = (mapped || read) && !ledger.HasCause(now, m.Cause)
		case ledger.CurrencyUnknown, ledger.LockedDate:
			changed = read && !ledger.HasCause(now, m.Cause)
		case ledger.ContactArchived, ledger.ContactAmbiguous, ledger.ContactUnknown, ledger.ContactTaken,
			ledger.EmailInvalid, ledger.AddressInvalid, ledger.ClientIncomplete:
			changed = client
		case ledger.NumberTaken:
			changed = v.Number != e.Number
		case ledger.PlanLimit:
			changed = mapped
		case ledger.NoRightsThere:
			changed = connected
		case ledger.NotPermitted:
			changed = s.by.May(staff.ExportInvoices, v.Client)
		case ledger.XeroTrouble, ledger.Disowned, ledger.NotFoundThere:
			changed = true // nothing of it can be mended here: the next try tells
		case ledger.Other:
			changed = mapped || read || client || connected
		}
		if !changed {
			return false, nil
		}
	}
	return true, nil
}

// XeroPage returns the address of a page on which a person changes something in the organisation.
func (a *App) XeroPage(ctx context.Context, t ledger.TenantID, page XeroPage) (string, error) {
	if a.books == nil {
		return "", Unconnected()
	}
	var chart ledger.Chart
	err := a.View(ctx, func(r Reader) (err error) {
		chart, err = r.Chart(t)
		return err
	})
	return a.books.Page(chart, page), err
}
