package app

import (
	"context"
	"strconv"

	"feebridge/app/staff"
)

// AuditReport says whether the audit trail is as it was written.
type AuditReport struct {
	Entries int64
	// Head is the last entry as it is kept apart from the trail. Who has noted it down
	// elsewhere can tell later that all of the trail before it is still the same.
	Head   staff.Head
	Broken *staff.Broken // the first entry that is not as it was written; nil for none
}

// VerifyAudit checks the whole audit trail.
func (a *App) VerifyAudit(ctx context.Context, by staff.Member) (AuditReport, error) {
	var report AuditReport
	err := a.View(ctx, func(r Reader) (err error) {
		if err := Allow(by, staff.SeeAudit, ""); err != nil {
			return err
		}
		var chain staff.Chain
		report.Head, err = r.Chain(func(e staff.Entry, hash string) error {
			chain.Add(e, hash)
			return nil
		})
		report.Entries, report.Broken = chain.Close(report.Head)
		return err
	})
	return report, err
}

// AuditTrail returns the entries of the audit trail that q asks for, newest first.
func (a *App) AuditTrail(ctx context.Context, by staff.Member, q AuditQuery) ([]staff.Entry, error) {
	var found []staff.Entry
	err := a.View(ctx, func(r Reader) (err error) {
		if err := Allow(by, staff.SeeAudit, ""); err != nil {
			return err
		}
		found, err = r.Audit(q)
		return err
	})
	return found, err
}

// AuditSheet returns the entries as cells, under a header.
func AuditSheet(entries []staff.Entry) [][]SheetCell {
	cells := [][]SheetCell{textCells("Entry", "At", "By", "Action", "Subject", "ID", "From", "To", "Hash")}
	for _, e := range entries {
		cells = append(cells, textCells(strconv.FormatInt(e.Seq, 10), Stamp(e.At), e.ByName, string(e.Action), e.Subject, e.ID, e.From, e.To, e.Hash()))
	}
	return cells
}
