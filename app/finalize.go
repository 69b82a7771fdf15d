package app

import (
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// finishing completes drafts that are finalized in one transaction.
type finishing struct {
	Tx
	terms *terms
}

func newFinishing(tx Tx) (*finishing, error) {
	t, err := newTerms(tx)
	return &finishing{Tx: tx, terms: t}, err
}

// finish gives a draft the due date and the number that it lacks, and stores them, or
// says why the draft is not complete; then it is as it was, and no number is taken.
func (f *finishing) finish(draft billing.Invoice) (billing.Invoice, error) {
	v := draft
	if v.Due.IsZero() {
		client, err := f.Client(v.Client)
		if err != nil {
			return draft, err
		}
		with, err := f.terms.of(client)
		if err != nil {
			return draft, err
		}
		v.Due = with.Due.Due(v.Date)
	}
	if err := v.CheckComplete(); err != nil {
		return draft, err
	}
	if err := f.checkTaxes(v); err != nil {
		return draft, err
	}
	var err error
	if v.Number == "" {
		v.Number, err = f.takeNumber()
	} else {
		err = f.checkNumber(v.Number)
	}
	if err != nil {
		return draft, err
	}
	if v.Number != draft.Number || v.Due != draft.Due {
		_, err = f.SaveInvoice(v)
	}
	return v, err
}

// checkTaxes refuses a line with several taxes while Xero has no rate that is made of
// several.
func (f *finishing) checkTaxes(v billing.Invoice) error {
	for i, l := range v.Lines {
		if len(l.Tax.Parts) == 0 || v.Amounts == money.NoTax {
			continue
		}
		mapped, err := f.severalMapped(v.Client, l.Tax)
		if err != nil {
			return err
		}
		if !mapped {
			return Errorf(Invalid, "refused.several-taxes", "Line", i+1, "Tax", translations.Quoted(l.Tax.Name))
		}
	}
	return nil
}

// severalMapped reports whether the organisation of a client has a rate of several
// components for the tax.
func (f *finishing) severalMapped(client billing.ClientID, t billing.Tax) (bool, error) {
	org, connected := f.terms.destinations.find(client)
	if !connected {
		return false, nil
	}
	m, err := f.Mapping(org.Tenant.ID)
	if err != nil {
		return false, err
	}
	chart, err := f.Chart(org.Tenant.ID)
	if IsCode(err, NotFound) {
		return false, nil
	}
	rate, known := chart.TaxRate(m.TaxType(t))
	return known && len(rate.Components) > 1, err
}
