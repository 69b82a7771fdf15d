package screens

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/sheet"
)

// sequel is what a tour plays after the export: what is done in Xero shows here, an exported
// invoice is taken back and exported again, and a closed one is replaced. Each step is
// checked by where its invoice stands at the end.
type sequel struct {
	*tour
	approved, redrafted, replaced, drifted, paid, partPaid role
	anew                                                   role // in the place of the replaced one
}

// role is an invoice that plays a part, under the number that it has at the beginning.
type role struct {
	id     billing.InvoiceID
	number billing.Number
}

// playSequel plays what happens to invoices after their export.
func (t *tour) playSequel() error {
	s := &sequel{tour: t}
	if err := s.cast(); err != nil {
		return err
	}
	return t.play([]step{
		{"closed-by-itself", s.approve},
		{"draft-confirm", s.askDraft},
		{"draft-again", s.redraft},
		{"line-changed", s.changeLine},
		{"finalized-again", s.finalizeAgain},
		{"exported-again", s.exportAgain},
		{"replace", s.beginReplacing},
		{"replace-voided", s.voidThere},
		{"replace-deleted", s.deleteHere},
		{"replace-draft", s.copyReplaced},
		{"replaced", s.exportCopy},
		{"changed-in-xero", s.renumber},
		{"paid", s.pay},
		{"gaps", s.listGaps},
	})
}

// cast chooses an exported invoice for each part, from the top of the list.
func (s *sequel) cast() error {
	parts := []*role{&s.approved, &s.paid, &s.partPaid, &s.redrafted, &s.replaced, &s.drifted}
	left := parts
	err := s.on(func() {
		s.billing.entity.choose(allClients)
		s.billing.clearFilter()
		for r := range s.billing.grid.Shown() {
			if len(left) > 0 && r.Stage == exportedStage && r.Total.Currency() == s.firm.Currency && redrafting.possible(s.me(), r) {
				*left[0], left = role{r.ID, r.Number}, left[1:]
			}
		}
	})
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("the tour needs %d exported invoices that are not approved, and there are %d", len(parts), len(parts)-len(left))
	}
	return err
}

// The stages in which steps end.
var (
	exportedStage = billing.Stage{Status: billing.Finalized, Export: billing.Exported}
	closedStage   = billing.Stage{Status: billing.Closed, Export: billing.Exported}
	driftedStage  = billing.Stage{Status: billing.Finalized, Export: billing.Changed}
)

// inXero has something done to the invoices in Xero, and the statuses read as F5 does.
func (s *sequel) inXero(act string, roles ...role) error {
	for _, r := range roles {
		if err := s.InXero(act, r.number); err != nil {
			return fmt.Errorf("%s invoice %s in Xero: %w", act, r.number, err)
		}
	}
	b := s.billing
	return s.then(func() {
		b.grid.Focus()
		s.key(fyne.KeyF5)
	}, "reading the statuses in Xero", func() bool { return !b.refreshing && s.loaded() })
}

// becomes waits until the list shows the invoice in that stage, and so far paid.
func (s *sequel) becomes(r role, want billing.Stage, how ledger.Settlement) error {
	is := "not listed"
	err := s.until(fmt.Sprintf("that invoice %s is %s, %s", r.number, want.Status, want.Export), func() bool {
		row, listed := s.billing.grid.Row(r.id)
		if !listed || !s.loaded() {
			return false
		}
		is = row.Stage.Status.String() + ", " + row.Stage.Export.String()
		return row.Stage == want && row.Settlement == how
	})
	if err != nil {
		return fmt.Errorf("%w: it is %s", err, is)
	}
	return nil
}

// stands fails unless the list shows the invoice in that stage by now, under its number.
func (s *sequel) stands(r role, want billing.Stage) (err error) {
	shown := s.on(func() {
		row, listed := s.billing.grid.Row(r.id)
		switch {
		case !listed:
			err = fmt.Errorf("invoice %s is not listed", r.number)
		case row.Stage != want || row.Number != r.number:
			err = fmt.Errorf("invoice %s is %s, %s, under the number %s: it should be %s, %s",
				r.number, row.Stage.Status, row.Stage.Export, row.Number, want.Status, want.Export)
		}
	})
	if shown != nil {
		return shown
	}
	return err
}

// pick chooses from More actions, for one invoice, what begins with those words.
func (s *sequel) pick(r role, words string) (err error) {
	b := s.billing
	shown := s.on(func() {
		b.grid.Select(r.id)
		b.grid.Reveal()
		b.more.Tapped(nil)
		menu, open := s.window.Canvas().Focused().(*widget.PopUpMenu)
		at := slices.IndexFunc(b.actionsMenu(b.selected()).Items, func(i *fyne.MenuItem) bool {
			return strings.HasPrefix(i.Label, words) && !i.Disabled
		})
		if !open || at < 0 {
			err = fmt.Errorf("%q cannot be chosen for invoice %s", words, r.number)
			return
		}
		menu.Items[at].(fyne.Tappable).Tapped(nil)
	})
	if shown != nil {
		return shown
	}
	return err
}

// selectRoles selects invoices in the list, and has the first in sight.
func (s *sequel) selectRoles(roles ...role) error {
	ids := make([]billing.InvoiceID, len(roles))
	for i, r := range roles {
		ids[i] = r.id
	}
	return s.on(func() {
		s.billing.grid.Select(ids...)
		s.billing.grid.Reveal()
	})
}

// show shows an invoice in the list and in the panel.
func (s *sequel) show(r role) error {
	b := s.billing
	return s.then(func() {
		s.openBilling()
		b.showInvoice(r.id)
	}, "showing the invoice", func() bool {
		return s.pages.front == b.page && b.panel.id == r.id && !b.panel.loading.running() && s.loaded()
	})
}

// approve shows that an invoice closes which is approved in Xero, and that this is told.
func (s *sequel) approve() error {
	n := s.billing.news
	return inTurn(
		func() error { return s.inXero("approve", s.approved) },
		func() error { return s.becomes(s.approved, closedStage, ledger.Approved) },
		func() error {
			return s.until("telling that an invoice was approved",
				func() bool { return n.strip.Visible() && n.shown[s.approved.id] == event{approvedThere, true} })
		},
		func() error { return s.selectRoles(s.approved) },
	)
}

func (s *sequel) askDraft() error {
	return inTurn(
		func() error { return s.on(s.billing.news.dismiss) },
		func() error { return s.pick(s.redrafted, lang.L("menu.draft")) },
		func() error {
			return s.until("asking before the removal", func() bool { return s.dialogs.top() != nil })
		},
	)
}

func (s *sequel) redraft() error {
	begin := func() error { return s.start(func() { s.press(lang.L("draft.yes.in-xero")) }) }
	return inTurn(begin, s.awaitEnd, func() error { return s.stands(s.redrafted, billing.Stage{}) })
}

// changeLine opens the draft and types another quantity into a line.
func (s *sequel) changeLine() error {
	e := s.editor
	return inTurn(s.closeSummary,
		func() error {
			return s.then(func() { s.billing.openRow(s.redrafted.id) }, "opening the draft",
				func() bool { return s.pages.front == e.page && e.draft.Invoice == s.redrafted.id })
		},
		func() error {
			return s.then(func() {
				lines := e.draft.Form.Lines
				at := slices.IndexFunc(lines, func(l billing.FormLine) bool { return l.UnitAmount != "" })
				e.lines.SetCursor(sheet.Cell{Row: at, Column: quantityColumn})
				e.lines.Focus()
				quantity := "2"
				if lines[at].Quantity == quantity {
					quantity = "3"
				}
				s.text(quantity)
				s.key(fyne.KeyReturn)
			}, "changing a line", func() bool { return e.draft.dirty() })
		},
	)
}

// finalize finalizes the draft that is open in the editor, and returns it under its number.
func (s *sequel) finalize() (r role, err error) {
	e := s.editor
	err = s.then(func() { e.finalize.Tapped(nil) }, "finalizing the draft", func() bool {
		r = role{e.draft.Invoice, e.draft.Number}
		return e.draft.Stage.Status == billing.Finalized && !e.saving && s.loaded()
	})
	return r, err
}

func (s *sequel) finalizeAgain() error {
	now, err := s.finalize()
	if err == nil && now != s.redrafted {
		err = fmt.Errorf("invoice %s was finalized as %s", s.redrafted.number, now.number)
	}
	return err
}

// exportOpen exports the invoice that is open in the editor, and shows it in the list.
func (s *sequel) exportOpen(r role) error {
	return inTurn(
		func() error {
			return s.then(s.editor.exportNow, "reviewing the export", s.reviewed)
		},
		s.export,
		func() error { return s.show(r) },
		func() error { return s.stands(r, exportedStage) },
	)
}

func (s *sequel) exportAgain() error { return s.exportOpen(s.redrafted) }

func (s *sequel) beginReplacing() error {
	return inTurn(
		func() error { return s.on(s.billing.closePanel) },
		func() error { return s.inXero("approve", s.replaced) },
		func() error { return s.becomes(s.replaced, closedStage, ledger.Approved) },
		func() error { return s.on(s.billing.news.dismiss) },
		func() error { return s.pick(s.replaced, lang.L("menu.replace")) },
		func() error { return s.awaitStep(app.VoidFirst) },
	)
}

// awaitStep waits until the dialog of the replacement is at a step.
func (s *sequel) awaitStep(want app.ReplaceStep) error {
	return s.until(fmt.Sprintf("the step %q of the replacement", want), func() bool {
		r := s.billing.replacing
		return r != nil && r.box != nil && r.view.Step == want && s.loaded()
	})
}

// voidThere has the invoice voided in Xero, which the dialog notices when it is asked to look.
func (s *sequel) voidThere() error {
	if err := s.InXero("void", s.replaced.number); err != nil {
		return fmt.Errorf("void invoice %s in Xero: %w", s.replaced.number, err)
	}
	return inTurn(
		func() error { return s.on(func() { s.billing.replacing.check() }) },
		func() error { return s.awaitStep(app.DeleteHere) },
	)
}

func (s *sequel) deleteHere() error {
	return inTurn(
		func() error { return s.on(func() { s.press(lang.L("replace.delete")) }) },
		func() error { return s.awaitStep(app.CopyNow) },
		func() error {
			return s.until("taking the invoice off the list", func() bool {
				_, listed := s.billing.grid.Row(s.replaced.id)
				return !listed && s.loaded()
			})
		},
	)
}

func (s *sequel) copyReplaced() error {
	e := s.editor
	err := s.then(func() { s.key(fyne.KeyReturn) }, "opening the new draft", func() bool {
		return s.pages.front == e.page && e.draft.Invoice != s.replaced.id && e.draft.Stage.Status == billing.Draft && s.loaded()
	})
	if err != nil {
		return err
	}
	reference := ""
	err = s.on(func() { reference = e.draft.Form.Reference })
	if err == nil && !strings.Contains(reference, string(s.replaced.number)) {
		err = fmt.Errorf("the new draft refers to %q, and not to invoice %s", reference, s.replaced.number)
	}
	return err
}

func (s *sequel) exportCopy() (err error) {
	if s.anew, err = s.finalize(); err != nil {
		return err
	}
	if s.anew.number == s.replaced.number || s.anew.id == s.replaced.id {
		return fmt.Errorf("invoice %s was not replaced by another one", s.replaced.number)
	}
	return s.exportOpen(s.anew)
}

// renumber shows an invoice that was given another number in Xero: both stand in the panel.
func (s *sequel) renumber() error {
	return inTurn(
		func() error { return s.inXero("renumber", s.drifted) },
		func() error { return s.becomes(s.drifted, driftedStage, ledger.NotApproved) },
		func() error { return s.show(s.drifted) },
	)
}

func (s *sequel) pay() error {
	b := s.billing
	return inTurn(
		func() error {
			return s.on(func() {
				b.closePanel()
				b.news.dismiss()
			})
		},
		func() error { return s.inXero("approve", s.paid, s.partPaid) },
		func() error { return s.inXero("pay", s.paid) },
		func() error { return s.inXero("pay a part", s.partPaid) },
		func() error { return s.becomes(s.paid, closedStage, ledger.Paid) },
		func() error { return s.becomes(s.partPaid, closedStage, ledger.PartPaid) },
		func() error { return s.selectRoles(s.paid, s.partPaid) },
	)
}

// listGaps shows which numbers no invoice has: that of the replaced one is among them.
func (s *sequel) listGaps() error {
	return inTurn(
		func() error { return s.on(s.billing.news.dismiss) },
		s.openSettings,
		func() error {
			return s.then(func() {
				s.settings.parts.choose(1)
				s.settings.openGaps()
			}, "showing the numbers that no invoice has", func() bool { return len(s.dialogs.open) > 1 })
		},
	)
}
