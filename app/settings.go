package app

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg" // a logo may be one
	_ "image/png"  // a logo may be one
	"maps"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
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
	err := a.View(ctx, func(r Reader) (err error) {
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

// MaxLogoPoints is how many points a logo may have: those of more take seconds and gigabytes to decode.
const MaxLogoPoints = 4000 * 4000

// SaveFirm changes what the firm is called, its currency, numbering, payment term and
// letterhead. What belongs to its connection stays as it is.
func (a *App) SaveFirm(ctx context.Context, by staff.Member, f Firm) (Firm, error) {
	var saved Firm
	err := a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.EditSettings, ""); err != nil {
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
		return tx.Record(Entry(by, staff.AuditChange, "firm", saved.Name, from, to))
	})
	return saved, err
}

// check completes what a person may write in more than one way.
func (f *Firm) check() error {
	if f.Name == "" {
		return Errorf(Invalid, "problem.firm.no-name")
	}
	currency, err := money.ParseCurrency(string(f.Currency))
	if err != nil {
		return Errorf(Invalid, "problem.currency", "Currency", translations.Quoted(string(f.Currency)))
	}
	f.Currency = currency
	if err := f.Numbering.Check(); err != nil {
		return err
	}
	if err := f.Term.Check(); err != nil {
		return err
	}
	if err := f.checkTexts(); err != nil {
		return err
	}
	if err := billing.CheckEmail(f.Email); err != nil {
		return err
	}
	return CheckLogo(f.Logo)
}

func (f *Firm) checkTexts() error {
	for _, one := range []struct{ place, text string }{{"field.firm-name", f.Name}, {"field.phone", f.Phone}, {"field.tax-number", f.TaxNumber}} {
		if err := billing.CheckLine(translations.Say(one.place), one.text); err != nil {
			return err
		}
	}
	if err := f.Address.Check(); err != nil {
		return err
	}
	f.Payment = billing.TidyLines(f.Payment)
	return billing.CheckLines(translations.Say("field.how-to-pay"), f.Payment)
}

// CheckLogo returns why a picture cannot be the firm's logo, or nil. It decodes none: a small file can
// hold a picture that fills the memory.
func CheckLogo(logo []byte) error {
	if len(logo) == 0 {
		return nil
	}
	if len(logo) > MaxLogo {
		return Errorf(Invalid, "problem.logo.large", "Size", len(logo)>>10, "Most", MaxLogo>>10)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(logo))
	if err != nil {
		return Errorf(Invalid, "problem.logo.unreadable")
	}
	if int64(size.Width)*int64(size.Height) > MaxLogoPoints {
		return Errorf(Invalid, "problem.logo.points", "Width", size.Width, "Height", size.Height)
	}
	return nil
}

func firmWords(f Firm) []word {
	return []word{
		{translations.Text("changed.name"), f.Name}, {translations.Text("changed.currency"), string(f.Currency)},
		{translations.Text("changed.terms"), f.Term.String()}, {translations.Text("changed.next-number"), string(f.Numbering.Number())},
		{translations.Text("changed.address"), f.Address.String()}, {translations.Text("changed.phone"), f.Phone},
		{translations.Text("changed.email"), f.Email}, {translations.Text("changed.tax-number"), f.TaxNumber},
		{translations.Text("changed.how-to-pay"), f.Payment},
		{translations.Text("changed.logo"), translations.Text("changed.logo-size", "Count", len(f.Logo))},
	}
}

// SetTaxes replaces the firm's taxes, which were was when the person began to change
// them; if they are others by now, it is a Conflict. Lines that have a tax keep it as it
// was. The order does not count.
func (a *App) SetTaxes(ctx context.Context, by staff.Member, was, taxes []billing.Tax) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		now, err := tx.Taxes()
		if err != nil {
			return err
		}
		kept := texts(now, taxID, taxText)
		if !maps.Equal(kept, texts(was, taxID, taxText)) {
			return Errorf(Conflict, "refused.taxes-changed")
		}
		names := map[string]bool{}
		for _, t := range taxes {
			if err := t.Check(); err != nil {
				return err
			}
			if name := billing.FoldName(t.Name); names[name] {
				return Errorf(Invalid, "problem.tax.same-name", "Name", translations.Quoted(t.Name))
			}
			names[billing.FoldName(t.Name)] = true
		}
		if twice := repeated(taxes, taxID); twice != "" {
			return Errorf(Invalid, "problem.tax.same-code", "Code", translations.Quoted(twice))
		}
		d := setting[billing.Tax]{tx, by, "tax", taxID, taxText, tx.SaveTax, func(t billing.Tax) error { return tx.DeleteTax(t.Code) }}
		return d.replace(now, taxes)
	})
}

func taxID(t billing.Tax) string { return strings.ToLower(t.Code) }

func taxText(t billing.Tax) string {
	text := t.Code + " · " + t.Name + " · " + t.Rate.String()
	for _, p := range t.Parts {
		text += " · " + p.Name + " " + p.Rate.String()
	}
	return text
}

// SetBillingCodes replaces the firm's billing codes, which were was when the person began
// to change them; if they are others by now, it is a Conflict. Lines that have one keep
// it. The order does not count.
func (a *App) SetBillingCodes(ctx context.Context, by staff.Member, was, codes []billing.Code) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		now, err := tx.BillingCodes()
		if err != nil {
			return err
		}
		if !maps.Equal(texts(now, codeID, codeText), texts(was, codeID, codeText)) {
			return Errorf(Conflict, "refused.codes-changed")
		}
		taxes, err := tx.Taxes()
		if err != nil {
			return err
		}
		known := texts(taxes, taxID, taxText)
		for _, c := range codes {
			if err := c.Check(); err != nil {
				return err
			}
			if _, there := known[strings.ToLower(c.Tax)]; c.Tax != "" && !there {
				return Errorf(Invalid, "problem.code.no-such-tax", "Code", translations.Quoted(c.Code), "Tax", translations.Quoted(c.Tax))
			}
		}
		if twice := repeated(codes, codeID); twice != "" {
			return Errorf(Invalid, "problem.code.twice", "Code", translations.Quoted(twice))
		}
		d := setting[billing.Code]{tx, by, "billing code", codeID, codeText, tx.SaveBillingCode, func(c billing.Code) error { return tx.DeleteBillingCode(c.Code) }}
		return d.replace(now, codes)
	})
}

func codeID(c billing.Code) string { return strings.ToLower(c.Code) }

func codeText(c billing.Code) string {
	return strings.Join([]string{c.Code, c.Description, c.UnitAmount.String(), c.Tax, c.Account}, " · ")
}

// setting replaces one list of the settings by another.
type setting[T any] struct {
	tx     Tx
	by     staff.Member
	what   string // as the audit trail names it
	id     func(T) string
	text   func(T) string
	save   func(T) error
	remove func(T) error
}

// replace stores what differs, and records it.
func (s setting[T]) replace(was, is []T) error {
	before, after := texts(was, s.id, s.text), texts(is, s.id, s.text)
	for _, v := range was {
		if _, stays := after[s.id(v)]; !stays {
			if err := errors.Join(s.remove(v), s.tx.Record(Entry(s.by, staff.AuditDelete, s.what, s.id(v), s.text(v), ""))); err != nil {
				return err
			}
		}
	}
	for _, v := range is {
		old := before[s.id(v)]
		if old == s.text(v) {
			continue
		}
		if err := errors.Join(s.save(v), s.tx.Record(Entry(s.by, staff.AuditChange, s.what, s.id(v), old, s.text(v)))); err != nil {
			return err
		}
	}
	return nil
}

// texts are the values in words by their identifier.
func texts[T any](all []T, id, text func(T) string) map[string]string {
	words := make(map[string]string, len(all))
	for _, v := range all {
		words[id(v)] = text(v)
	}
	return words
}

// repeated returns an identifier that two of the values have, or "".
func repeated[T any](all []T, id func(T) string) string {
	seen := map[string]bool{}
	for _, v := range all {
		if seen[id(v)] {
			return id(v)
		}
		seen[id(v)] = true
	}
	return ""
}
