package screens

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"feebridge/app/billing"
	"feebridge/screens/style"
)

// replacements tells in a strip which replacements are under way: once it is deleted here,
// the old invoice is not in the list any more.
type replacements struct {
	*billingScreen
	loading task
	open    []replaced
	strip   *fyne.Container
	text    *badge
	goOn    *button
}

// replaced is an invoice that is being replaced.
type replaced struct {
	id     billing.InvoiceID
	number billing.Number
}

// namedReplacements is how many of the invoices the strip names.
const namedReplacements = 5

func newReplacements(b *billingScreen) *replacements {
	r := &replacements{billingScreen: b, loading: task{ui: b.ui}}
	r.text = newBadge(b.keys, 2000, r.choose)
	r.goOn = newButton(b.keys, lang.L("action.continue"), r.choose)
	r.strip = newStrip(r.text, r.goOn)
	return r
}

// load reads which replacements are under way.
func (r *replacements) load() {
	known := map[billing.InvoiceID]billing.Number{}
	for _, o := range r.open {
		known[o.id] = o.number
	}
	load(&r.loading, func(ctx context.Context) ([]replaced, error) {
		all, err := r.app.Replacements(ctx, r.me())
		if err != nil {
			return nil, err
		}
		open := make([]replaced, len(all))
		for i, one := range all {
			number, has := known[one.Invoice]
			if !has {
				v, err := r.app.Invoice(ctx, r.me(), one.Invoice)
				if err != nil {
					return nil, err
				}
				number = v.Invoice.Number
			}
			open[i] = replaced{one.Invoice, number}
		}
		return open, nil
	}, func(open []replaced, err error) {
		if err != nil {
			r.notice(say(err))
			return
		}
		r.show(open)
	})
}

func (r *replacements) show(open []replaced) {
	if slices.Equal(r.open, open) {
		return
	}
	r.open = open
	var names []string
	for _, o := range open[:min(len(open), namedReplacements)] {
		names = append(names, string(o.number))
	}
	if len(open) > namedReplacements {
		names = append(names, "…")
	}
	r.text.set(style.Queued, lang.N("replace.open", len(open),
		with{"Count": r.format.Count(len(open)), "Numbers": strings.Join(names, ", ")}))
	r.strip.Refresh()
	if visible := len(open) > 0; visible != r.strip.Visible() {
		show(r.strip, visible)
		lay(r.content)
	}
}

// choose goes on with the replacement, or has the person choose with which.
func (r *replacements) choose() {
	if len(r.open) == 1 {
		r.replace(r.open[0].id)
		return
	}
	var items []*fyne.MenuItem
	for _, o := range r.open {
		items = append(items, fyne.NewMenuItem(lang.L("invoice.title", with{"Number": o.number}), func() { r.replace(o.id) }))
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.goOn)
	openMenu(fyne.NewMenu("", items...), r.window.Canvas(), at)
}
