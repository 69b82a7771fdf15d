package screens

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/assets/translations"
	"feebridge/screens/style"
)

// termField chooses a payment term.
type termField struct {
	rule    *dropDown
	days    *entry
	content fyne.CanvasObject
}

// newTermField shows a term; none says what holds where there is none.
func newTermField(k *keyboard, t billing.Term, none string) *termField {
	f := &termField{days: newEntry(k)}
	f.rule = newDropDown(k, "", []option{
		{text: none},
		{value: string(billing.AfterDate), text: lang.L("term.after-date")},
		{value: string(billing.OfNextMonth), text: lang.L("term.next-month")},
	}, string(t.Rule), func(rule string) { show(f.days, rule != "") })
	if t.Rule != "" {
		f.days.SetText(strconv.Itoa(t.Days))
	}
	show(f.days, t.Rule != "")
	f.content = container.New(bar{stretch: 0, gap: style.Gap}, outlined(f.rule), container.New(fixedWidth{width: 64, least: 64}, f.days))
	return f
}

func (f *termField) read() (billing.Term, error) {
	t := billing.Term{Rule: billing.TermRule(f.rule.chosen)}
	if t.Rule == "" {
		return t, nil
	}
	days, err := strconv.Atoi(strings.TrimSpace(f.days.Text))
	if err != nil {
		return t, app.Errorf(app.Invalid, "term.days-number")
	}
	t.Days = days
	return t, t.Check()
}

// termWords tells a payment term; "" for none.
func termWords(t billing.Term) string {
	switch t.Rule {
	case billing.AfterDate:
		return lang.N("term.days-after", t.Days, with{"Count": t.Days})
	case billing.OfNextMonth:
		return lang.L("term.day-of-month", with{"Day": t.Days})
	}
	return ""
}

// readCurrency reads the code of a currency; none is fine.
func readCurrency(text string) (money.Currency, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	c, err := money.ParseCurrency(text)
	if err != nil {
		return "", app.Errorf(app.Invalid, "problem.currency", "Currency", translations.Quoted(text))
	}
	return c, nil
}
