package outbox

import (
	"context"
	"errors"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// wantExtras notes the extras that an organisation's mapping asks for of an export that Xero
// has. marks is what is known of marks there, but for what e tells.
func (o *Outbox) wantExtras(e *effects, export app.Export, mapping ledger.Mapping, marks app.Marks) {
	if !export.Standing.Live() {
		return
	}
	if mapping.Note || marks.Worse(e.marks) == app.MarksDropped {
		e.wantNote(export)
	}
	if mapping.AttachPaper && o.paper != nil {
		e.extras = append(e.extras, app.Extra{Export: export.ID, Tenant: export.Tenant, Kind: app.PrintedPaper})
	}
}

// wantNote notes that the invoice's history in Xero is to mention the export.
func (e *effects) wantNote(export app.Export) {
	e.extras = append(e.extras, app.Extra{Export: export.ID, Tenant: export.Tenant, Kind: app.HistoryNote})
}

// extra writes one extra, and reports whether there was one. It is forgotten before it is
// written, so that it is never written twice; where it provably was not, it waits again.
func (s *sender) extra(ctx context.Context) (bool, error) {
	var next app.Extra
	var e app.Export
	var by staff.Member
	var d app.Document
	err := s.store.Look(ctx, func(r Reader) error {
		next = app.Extra{}
		waiting, err := r.Extras(s.tenant, 1)
		if err != nil || len(waiting) == 0 {
			return err
		}
		next = waiting[0]
		all, err := r.Exports([]app.ExportID{next.Export})
		if err != nil {
			return err
		}
		e = all[0]
		run, err := r.Run(e.Run)
		if err != nil {
			return err
		}
		members, err := r.Staff()
		if err != nil {
			return err
		}
		by = memberOf(members, run.By)
		d, err = app.ReadDocument(r, e.Invoice)
		return err
	})
	if err != nil || next.Export == "" {
		return false, err
	}
	if next.Kind == app.PrintedPaper {
		if unshown := s.paper.Unshown(d); len(unshown) > 0 {
			return true, s.leaveOut(ctx, next, app.TellUnshown(unshown))
		}
	}
	if err := s.forgetExtra(ctx, next); err != nil {
		return false, err
	}
	err = s.writeExtra(ctx, next.Kind, e, by, d)
	ctx = context.WithoutCancel(ctx)
	if t, ok := errors.AsType[*app.Trouble](err); ok && t.Unsent && t.Reason != app.Refused && t.Reason != app.NoConsent && t.Reason != app.NotConnected {
		return true, errors.Join(err, s.decide(ctx, func(_ Tx, e *effects) error {
			e.extras = append(e.extras, next)
			return nil
		}))
	}
	return true, s.tellExtra(ctx, next.Kind, e, err)
}

// leaveOut forgets the PDF of an invoice that it cannot show all of, and says so on the invoice and in its history: nobody
// is to read boxes for a name. What the PDF can show is for the computer that sends to say, which has its own fonts.
func (s *sender) leaveOut(ctx context.Context, x app.Extra, what translations.Phrase) error {
	why := ledger.Message{Text: translations.Text("message.no-pdf", "What", what), Cause: ledger.PDFIncomplete, Warning: true}
	return s.decide(ctx, func(tx Tx, e *effects) error {
		if err := tx.DeleteExtra(x); err != nil {
			return err
		}
		all, err := tx.TrackedExports([]app.ExportID{x.Export})
		if err != nil {
			return err
		}
		e.warn(all[0], why)
		e.record(staff.AuditAttach, "invoice", string(all[0].Invoice.ID), "", translations.Text("trail.not-done",
			"What", translations.Say("trail.pdf-attached"), "Why", translations.Say("pdf.unshown", "What", what)))
		return nil
	})
}

// writeExtras writes what is left to write besides the invoices. A failure ends it, and nothing else.
func (s *sender) writeExtras(ctx context.Context) {
	for worked := true; worked; {
		var err error
		if worked, err = s.extra(ctx); err != nil {
			s.log.Warn("writing besides the invoices", "tenant", s.tenant, "error", err)
			return
		}
	}
}

func (s *sender) forgetExtra(ctx context.Context, x app.Extra) error {
	return s.decide(ctx, func(tx Tx, _ *effects) error { return tx.DeleteExtra(x) })
}

func (s *sender) writeExtra(ctx context.Context, kind app.ExtraKind, e app.Export, by staff.Member, d app.Document) error {
	key := app.NewID()
	if kind == app.HistoryNote {
		text := translations.Text("note.exported", "Name", by.Name, "Date", billing.DateOf(time.Now()), "Number", e.Number)
		if s.org.Marks == app.MarksDropped {
			text += " " + e.Mark // by which a copy of the database recognises the invoice
		}
		return s.books.AddNote(ctx, s.tenant, e.Standing.ID, text, key)
	}
	content, err := s.paper.Print(d)
	if err != nil {
		return err
	}
	return s.books.Attach(ctx, s.tenant, e.Standing.ID, ledger.File{Name: string(e.Number) + ".pdf", Content: content}, key)
}

// tellExtra puts the result of an extra into the history of the invoice.
func (s *sender) tellExtra(ctx context.Context, kind app.ExtraKind, e app.Export, failed error) error {
	what, became := staff.AuditNote, translations.Say("trail.note-added")
	if kind == app.PrintedPaper {
		what, became = staff.AuditAttach, translations.Say("trail.pdf-attached")
	}
	if failed != nil {
		s.log.Warn("writing besides an invoice", "what", what, "export", e.ID, "error", failed)
		became = translations.Say("trail.not-done", "What", became, "Why", failed)
	}
	return s.app.Update(ctx, func(tx app.Tx) error {
		return tx.Record(app.Entry(app.Itself, what, "invoice", string(e.Invoice), "", became.String()))
	})
}
