package app

import (
	"context"
	"errors"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// Extra is something that is written to an exported invoice in Xero besides the invoice. It is
// best effort: it is tried once, and its failure changes nothing of the export.
type Extra struct {
	Export ExportID
	Tenant ledger.TenantID
	Kind   ExtraKind
}

// ExtraKind says what an extra is.
type ExtraKind string

// The kinds of extra.
const (
	HistoryNote  ExtraKind = "note"  // who exported it, in the invoice's history
	PrintedPaper ExtraKind = "paper" // the printed invoice, attached
)

// wantExtras notes the extras that an organisation's mapping asks for of an export that Xero
// has.
func (s *sender) wantExtras(tx Tx, e Export) error {
	if !e.Standing.Live() || s.mapping == nil {
		return nil
	}
	if s.mapping.Note {
		if err := tx.SaveExtra(Extra{e.ID, e.Tenant, HistoryNote}); err != nil {
			return err
		}
	}
	if s.mapping.AttachPaper && s.print != nil {
		return tx.SaveExtra(Extra{e.ID, e.Tenant, PrintedPaper})
	}
	return nil
}

// extra writes one extra, and reports whether there was one. It is forgotten before it is
// written, so that it is never written twice; where it provably was not, it waits again.
func (s *sender) extra(ctx context.Context) (bool, error) {
	var next Extra
	var e Export
	var by staff.Member
	var d Document
	err := s.store.View(ctx, func(r Reader) error {
		next = Extra{}
		waiting, err := r.Extras(s.tenant, 1)
		if err != nil || len(waiting) == 0 {
			return err
		}
		next = waiting[0]
		all, err := r.Exports([]ExportID{next.Export})
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
		by = member(members, run.By)
		d, err = document(r, e.Invoice)
		return err
	})
	if err != nil || next.Export == "" {
		return false, err
	}
	if err := s.forgetExtra(ctx, next); err != nil {
		return false, err
	}
	err = s.writeExtra(ctx, next.Kind, e, by, d)
	ctx = context.WithoutCancel(ctx)
	var t *Trouble
	if errors.As(err, &t) && t.Unsent && t.Reason != Refused && t.Reason != NoConsent && t.Reason != NotConnected {
		return true, errors.Join(err, s.Update(ctx, func(tx Tx) error { return tx.SaveExtra(next) }))
	}
	return true, s.tellExtra(ctx, next.Kind, e, err)
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

func (s *sender) forgetExtra(ctx context.Context, x Extra) error {
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		return tx.DeleteExtra(x)
	})
}

func (s *sender) writeExtra(ctx context.Context, kind ExtraKind, e Export, by staff.Member, d Document) error {
	key := NewID()
	if kind == HistoryNote {
		text := "Exported from Feebridge by " + by.Name + " on " + billing.DateOf(time.Now()).String() + " as invoice " + string(e.Number) + "."
		return s.books.AddNote(ctx, s.tenant, e.Standing.ID, text, key)
	}
	content, err := s.print(d)
	if err != nil {
		return err
	}
	return s.books.Attach(ctx, s.tenant, e.Standing.ID, ledger.File{Name: string(e.Number) + ".pdf", Content: content}, key)
}

// tellExtra puts into the history of the invoice what became of an extra.
func (s *sender) tellExtra(ctx context.Context, kind ExtraKind, e Export, failed error) error {
	what, became := "note in Xero", "written"
	if kind == PrintedPaper {
		what, became = "printed invoice in Xero", "attached"
	}
	if failed != nil {
		s.log.Warn("writing besides an invoice", "what", what, "export", e.ID, "error", failed)
		became = "not " + became + ": " + failed.Error()
	}
	return s.Update(ctx, func(tx Tx) error {
		return tx.Record(Entry(itself, what, "invoice", string(e.Invoice), "", became))
	})
}
