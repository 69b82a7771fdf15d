package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // a logo may be one
	_ "image/png"  // a logo may be one
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// Settings are what the firm has set, beside its connection and mapping.
type Settings struct {
	Firm  Firm
	Taxes []billing.Tax  // by name
	Codes []billing.Code // by code
}

// Settings returns the firm's settings.
func (a *App) Settings(ctx context.Context) (Settings, error) {
	var s Settings
	err := a.store.View(ctx, func(r Reader) (err error) {
		if s.Firm, err = r.Firm(); err != nil {
			return err
		}
		if s.Taxes, err = r.Taxes(); err != nil {
			return err
		}
		s.Codes, err = r.BillingCodes()
		return err
	})
	return s, err
}

// MaxLogo is the largest logo in bytes.
const MaxLogo = 1 << 20

// SaveFirm changes what the firm is called, its currency, numbering, payment term and
// letterhead. What belongs to its connection stays as it is.
func (a *App) SaveFirm(ctx context.Context, by staff.Member, f Firm) (Firm, error) {
	var saved Firm
	err := a.update(ctx, func(tx Tx) error {
		if err := allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		was, err := tx.Firm()
		if err != nil {
			return err
		}
		saved = was
		saved.Name = strings.TrimSpace(f.Name)
		saved.Currency, saved.Numbering, saved.Term, saved.Letterhead = f.Currency, f.Numbering, f.Term, f.Letterhead
		saved.Numbering.Prefix = strings.TrimLeft(saved.Numbering.Prefix, " ")
		if err := saved.check(); err != nil {
			return err
		}
		if err := tx.SaveFirm(saved); err != nil {
			return err
		}
		from, to := tellChanges(firmWords(was), firmWords(saved))
		if to == "" {
			return nil
		}
		return tx.Record(entry(by, "change", "firm", saved.Name, from, to))
	})
	return saved, err
}

// check completes what a person may write in more than one way.
func (f *Firm) check() error {
	if f.Name == "" {
		return Errorf(Invalid, "The firm has no name: enter one.")
	}
	currency, err := money.ParseCurrency(string(f.Currency))
	if err != nil {
		return Errorf(Invalid, "%q is not a currency: enter its code of three letters, such as NZD.", string(f.Currency))
	}
	f.Currency = currency
	if err := f.Numbering.Check(); err != nil {
		return err
	}
	if err := f.Term.Check(); err != nil {
		return err
	}
	if err := billing.CheckEmail(f.Email); err != nil {
		return err
	}
	return checkLogo(f.Logo)
}

func checkLogo(logo []byte) error {
	if len(logo) == 0 {
		return nil
	}
	if len(logo) > MaxLogo {
		return Errorf(Invalid, "The logo has %d kilobytes, and at most %d are taken: choose a smaller picture.", len(logo)>>10, MaxLogo>>10)
	}
	if _, _, err := image.DecodeConfig(bytes.NewReader(logo)); err != nil {
		return Errorf(Invalid, "The logo cannot be read: choose a PNG or JPEG picture.")
	}
	return nil
}

func firmWords(f Firm) []word {
	return []word{
		{"name", f.Name}, {"currency", string(f.Currency)}, {"payment term", f.Term.String()},
		{"next number", string(f.Numbering.Number())}, {"address", f.Address.String()}, {"phone", f.Phone}, {"e-mail", f.Email},
		{"tax number", f.TaxNumber}, {"payment", f.Payment}, {"logo", fmt.Sprintf("%d bytes", len(f.Logo))},
	}
}

// SaveTax adds a tax, or changes the one of that code. Lines that have it keep it as it
// was.
func (a *App) SaveTax(ctx context.Context, by staff.Member, t billing.Tax) error {
	t.Name, t.Code = strings.TrimSpace(t.Name), strings.TrimSpace(t.Code)
	return a.update(ctx, func(tx Tx) error {
		if err := allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		if err := t.Check(); err != nil {
			return err
		}
		taxes, err := tx.Taxes()
		if err != nil {
			return err
		}
		was := ""
		for _, other := range taxes {
			switch {
			case other.Code == t.Code:
				was = taxText(other)
			case billing.FoldName(other.Name) == billing.FoldName(t.Name):
				return Errorf(Conflict, "Another tax is called %q: choose another name.", t.Name)
			case strings.EqualFold(other.Code, t.Code):
				return Errorf(Conflict, "Another tax has the code %s: choose another code.", t.Code)
			}
		}
		if was == taxText(t) {
			return nil
		}
		if err := tx.SaveTax(t); err != nil {
			return err
		}
		return tx.Record(entry(by, "change", "tax", t.Code, was, taxText(t)))
	})
}

func taxText(t billing.Tax) string {
	text := t.Name + " " + t.Rate.String()
	for _, p := range t.Parts {
		text += ", " + p.Name + " " + p.Rate.String()
	}
	return text
}

// DeleteTax takes a tax off the list. Lines that have it keep it.
func (a *App) DeleteTax(ctx context.Context, by staff.Member, code string) error {
	return a.update(ctx, func(tx Tx) error {
		if err := allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		taxes, err := tx.Taxes()
		if err != nil {
			return err
		}
		for _, t := range taxes {
			if t.Code == code {
				if err := tx.DeleteTax(code); err != nil {
					return err
				}
				return tx.Record(entry(by, "delete", "tax", code, taxText(t), ""))
			}
		}
		return Errorf(NotFound, "There is no tax with the code %s.", code)
	})
}

// SaveBillingCodes adds billing codes, and changes those that there are: all of them or
// none. The error names the code.
func (a *App) SaveBillingCodes(ctx context.Context, by staff.Member, codes ...billing.Code) error {
	return a.update(ctx, func(tx Tx) error {
		if err := allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		known, err := tx.BillingCodes()
		if err != nil {
			return err
		}
		taxes, err := tx.Taxes()
		if err != nil {
			return err
		}
		for _, c := range codes {
			c.Code, c.Description, c.Account = strings.TrimSpace(c.Code), strings.TrimSpace(c.Description), strings.TrimSpace(c.Account)
			if err := c.Check(); err != nil {
				return err
			}
			if c.Tax != "" && !slices.ContainsFunc(taxes, func(t billing.Tax) bool { return t.Code == c.Tax }) {
				return Errorf(NotFound, "There is no tax with the code %s.", c.Tax)
			}
			was := ""
			for _, k := range known {
				if strings.EqualFold(k.Code, c.Code) {
					was = codeText(k)
				}
			}
			if was == codeText(c) {
				continue
			}
			if err := tx.SaveBillingCode(c); err != nil {
				return err
			}
			if err := tx.Record(entry(by, "change", "billing code", c.Code, was, codeText(c))); err != nil {
				return err
			}
		}
		return nil
	})
}

func codeText(c billing.Code) string {
	return strings.Join([]string{c.Code, c.Description, c.UnitAmount.String(), c.Tax, c.Account}, " · ")
}

// DeleteBillingCode takes a billing code off the list. Lines that have it keep it.
func (a *App) DeleteBillingCode(ctx context.Context, by staff.Member, code string) error {
	return a.update(ctx, func(tx Tx) error {
		if err := allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		codes, err := tx.BillingCodes()
		if err != nil {
			return err
		}
		for _, c := range codes {
			if strings.EqualFold(c.Code, code) {
				if err := tx.DeleteBillingCode(code); err != nil {
					return err
				}
				return tx.Record(entry(by, "delete", "billing code", c.Code, codeText(c), ""))
			}
		}
		return Errorf(NotFound, "There is no billing code %s.", code)
	})
}
