package app_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// TestNoTextWithAHiddenCharacterIsStored puts one into every text, one after the other, of all that
// a person enters. A field that is added is tried by itself.
func TestNoTextWithAHiddenCharacterIsStored(t *testing.T) {
	a, _, me := apptest.Firm(t)
	ctx := t.Context()
	client, err := a.SaveClient(ctx, me, billing.Client{Name: "Kauri Joinery"})
	if err != nil {
		t.Fatal(err)
	}
	settings, err := a.Settings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	invoice := billing.Invoice{
		ID: "new", Client: client.ID, Type: billing.Final, Number: "INV-1", Currency: "NZD", Amounts: money.Exclusive,
		Reference: "r", BrandingTheme: "t", Note: "n",
		Lines: []billing.Line{{
			Code: "c", Description: "d", Account: "a", Item: "i", Quantity: 1_0000, UnitAmount: 1_0000, Tracking: []billing.Tracking{{Category: "c", Option: "o"}},
		}},
	}
	for _, c := range []struct {
		what  string
		value any
		store func(any) error
		skip  []string // what no person enters as a text
	}{
		{"client", client, func(v any) error { return second(a.SaveClient(ctx, me, v.(billing.Client))) }, []string{"ID"}},
		{"member", me, func(v any) error { return second(a.ChangeMember(ctx, me, v.(staff.Member))) }, []string{"ID"}},
		{"new member", staff.Member{Name: "Mere"}, func(v any) error {
			return v.(staff.Member).Check() // who cannot be added before the first Admin has a password
		}, []string{"ID"}},
		{"firm", settings.Firm, func(v any) error { return second(a.SaveFirm(ctx, me, v.(app.Firm))) }, []string{"ID", "MarkBase", "Registration.ClientID"}},
		{"registration", app.Registration{ClientID: "id"}, func(v any) error { return a.Register(ctx, me, v.(app.Registration)) }, nil},
		{"tax", billing.Tax{Code: "GST", Name: "GST", Rate: 2, Parts: []billing.TaxPart{{Name: "a", Rate: 1}, {Name: "b", Rate: 1}}}, func(v any) error {
			return a.SetTaxes(ctx, me, settings.Taxes, append(slices.Clone(settings.Taxes), v.(billing.Tax)))
		}, nil},
		{"billing code", billing.Code{Code: "ACC", Description: "d", Tax: "NONE", Account: "200"}, func(v any) error {
			return a.SetBillingCodes(ctx, me, nil, []billing.Code{v.(billing.Code)})
		}, nil},
		{"form", billing.FormOf(invoice), func(v any) error {
			return second(a.SaveWriting(ctx, me, app.Writing{Invoice: "written", Form: v.(billing.Form)}))
		}, []string{"Client", "Type", "Amounts", "Lines[0].Written.Code", "Lines[0].Written.Name"}},
		{"import of an invoice", invoice, func(v any) error {
			_, err := intake.New(a).Import(ctx, me, intake.Preview{Invoices: []intake.Imported{{Invoice: v.(billing.Invoice)}}})
			return err
		}, []string{"ID", "Client", "Type", "Number", "Currency", "Amounts", "Stage.Status", "Stage.Export", "Lines[0].Tax.Code", "Lines[0].Tax.Name"}},
		{"import of a client", billing.Client{ID: "n", Code: "N", Name: "N"}, func(v any) error {
			_, err := intake.New(a).Import(ctx, me, intake.Preview{Clients: []billing.Client{v.(billing.Client)}, Invoices: []intake.Imported{{Invoice: invoice}}})
			return err
		}, []string{"ID"}},
		{"mapping", ledger.Mapping{Codes: map[string]ledger.Target{"c\u202e": {}}}, func(v any) error { return v.(ledger.Mapping).Check(ledger.Chart{}, ledger.Mapping{}) }, nil},
		{"mapping of a tax", ledger.Mapping{Taxes: map[string]string{"t\u202e": ""}}, func(v any) error { return v.(ledger.Mapping).Check(ledger.Chart{}, ledger.Mapping{}) }, nil},
		{"reason", struct{ Reason string }{"why"}, func(v any) error {
			return a.Unlock(ctx, me, v.(struct{ Reason string }).Reason)
		}, nil},
	} {
		if strings.HasPrefix(c.what, "mapping") {
			if err := c.store(c.value); err == nil || !strings.Contains(err.Error(), "U+202E") {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		places := 0
		eachText(reflect.ValueOf(c.value), "", func(path string, spoilt func() any) {
			if slices.Contains(c.skip, path) {
				return
			}
			places++
			err := c.store(spoilt())
			if _, cell := errors.AsType[billing.Problems](err); !cell && !app.IsCode(err, app.Invalid) {
				t.Errorf("%s, %s: %v", c.what, path, err)
			}
		})
		if places == 0 {
			t.Errorf("%s has no text", c.what)
		}
	}
}

// eachText calls fn for each text in a value, with what makes a copy of the value in which that
// text has a hidden character.
func eachText(v reflect.Value, path string, fn func(path string, spoilt func() any)) {
	root := v
	var walk func(at reflect.Value, path string, within func(reflect.Value) reflect.Value)
	walk = func(at reflect.Value, path string, within func(reflect.Value) reflect.Value) {
		switch at.Kind() {
		case reflect.String:
			fn(path, func() any {
				c := reflect.New(root.Type()).Elem()
				c.Set(deepCopy(root))
				text := within(c)
				text.SetString(text.String() + "x\u202ey")
				return c.Interface()
			})
		case reflect.Struct:
			for i := range at.NumField() {
				f := at.Type().Field(i)
				if !f.IsExported() {
					continue
				}
				name := strings.TrimPrefix(path+"."+f.Name, ".")
				if f.Anonymous {
					name = path
				}
				walk(at.Field(i), name, func(c reflect.Value) reflect.Value { return within(c).Field(i) })
			}
		case reflect.Array, reflect.Slice:
			for i := range at.Len() {
				walk(at.Index(i), fmt.Sprintf("%s[%d]", path, i), func(c reflect.Value) reflect.Value { return within(c).Index(i) })
			}
		}
	}
	walk(v, path, func(c reflect.Value) reflect.Value { return c })
}

// deepCopy copies a value with the slices in it.
func deepCopy(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				c.Index(i).Set(deepCopy(v.Index(i)))
			}
		}
	}
	return c
}

// TestWhatWasStoredBeforeStillOpens stores a draft with a hidden character past the use cases, as an
// earlier version did. It opens, and is saved once the character is gone.
func TestWhatWasStoredBeforeStillOpens(t *testing.T) {
	a, db, me := apptest.Firm(t)
	old := billing.Invoice{ID: "old", Client: "kauri", Type: billing.Final, Currency: "NZD", Amounts: money.Exclusive, Reference: "PO\u202e 7",
		Lines: []billing.Line{{Description: "Work\x1b", Quantity: 1_0000, UnitAmount: 1_0000}}}
	err := db.Update(t.Context(), func(tx app.Tx) error {
		if _, err := tx.SaveClient(billing.Client{ID: "kauri", Code: "K", Name: "Kauri\u200b"}); err != nil {
			return err
		}
		_, err := tx.SaveInvoice(old)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.OpenWriting(t.Context(), me, "old")
	if err != nil || w.Form.Reference != old.Reference {
		t.Fatalf("%v, %+v", err, w)
	}
	_, err = a.SaveWriting(t.Context(), me, w)
	problems, _ := err.(billing.Problems) //nolint:errorlint // it is wrapped by nothing
	if len(problems) != 2 || problems[0].Field != billing.ReferenceField || problems[1].Line != 0 || problems[1].Field != billing.DescriptionField {
		t.Errorf("the problems are %v", err)
	}
	w.Form.Reference, w.Form.Lines[0].Description = "PO 7", "Work"
	if _, err := a.SaveWriting(t.Context(), me, w); err != nil {
		t.Error(err)
	}
	if err := a.ArchiveClient(t.Context(), me, "kauri", true); err != nil {
		t.Error(err)
	}
}
