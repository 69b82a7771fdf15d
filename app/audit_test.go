package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/staff"
)

// TestTheAuditTrailTellsWhoTouchedIt changes the trail with SQLite itself, after the
// triggers that keep it were dropped.
func TestTheAuditTrailTellsWhoTouchedIt(t *testing.T) {
	for name, c := range map[string]struct {
		statements []string
		want       *staff.Broken
	}{
		"nobody":             {nil, nil},
		"who edits an entry": {[]string{"UPDATE audit SET became = 'none' WHERE seq = 3"}, &staff.Broken{Seq: 3, How: staff.EntryChanged}},
		"who names another":  {[]string{"UPDATE audit SET by_name = 'Mere Ngata' WHERE seq = 1"}, &staff.Broken{Seq: 1, How: staff.EntryChanged}},
		"who sets back time": {[]string{"UPDATE audit SET at = at - 86400000 WHERE seq = 5"}, &staff.Broken{Seq: 5, How: staff.EntryChanged}},
		"who removes one":    {[]string{"DELETE FROM audit WHERE seq = 3"}, &staff.Broken{Seq: 3, How: staff.EntryRemoved}},
		"who hides the gap":  {[]string{"DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = seq - 1 WHERE seq > 3"}, &staff.Broken{Seq: 3, How: staff.EntryRemoved}},
		"who cuts off":       {[]string{"DELETE FROM audit WHERE seq = 5"}, &staff.Broken{Seq: 5, How: staff.EntriesCutOff}},
		"who empties it":     {[]string{"DELETE FROM audit"}, &staff.Broken{Seq: 1, How: staff.EntriesCutOff}},
		"who drops the head": {[]string{"DELETE FROM audit_head"}, &staff.Broken{Seq: 6, How: staff.EntriesCutOff}},
		"who exchanges two":  {[]string{"UPDATE audit SET seq = -seq WHERE seq IN (3, 4)", "UPDATE audit SET seq = seq + 7 WHERE seq < 0"}, &staff.Broken{Seq: 3, How: staff.EntryInserted}},
		"who inserts an entry": {[]string{
			"UPDATE audit SET seq = -seq WHERE seq > 3", "UPDATE audit SET seq = 1 - seq WHERE seq < 0",
			"INSERT INTO audit SELECT 4, at, by_id, by_name, 'forge', subject, id, was, became, hash, 'forged' FROM audit WHERE seq = 3",
		}, &staff.Broken{Seq: 4, How: staff.EntryInserted}},
		"who adds an entry": {[]string{
			"INSERT INTO audit SELECT 6, at, by_id, by_name, 'forge', subject, id, was, became, hash, 'forged' FROM audit WHERE seq = 5",
		}, &staff.Broken{Seq: 6, How: staff.EntryInserted}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			for _, client := range []string{"Kauri", "Harbour", "Wairau", "Lambton"} {
				o.update(func(tx app.Tx) error {
					return tx.Record(staff.Entry{By: o.me.ID, ByName: o.me.Name, Action: "add", Subject: "client", ID: client})
				})
			}
			sound, err := o.VerifyAudit(t.Context(), o.me)
			if err != nil || sound.Entries != 5 || sound.Head.Seq != 5 || len(sound.Head.Hash) != 64 || sound.Broken != nil {
				t.Fatalf("before anything is touched: %+v, %v", sound, err)
			}
			if len(c.statements) > 0 {
				o.raw("DROP TRIGGER audit_is_chained")
				o.raw("DROP TRIGGER audit_is_not_changed")
				o.raw("DROP TRIGGER audit_is_not_deleted")
			}
			for _, s := range c.statements {
				o.raw(s)
			}
			report, err := o.VerifyAudit(t.Context(), o.me)
			if err != nil || !cmp.Equal(report.Broken, c.want) {
				t.Errorf("found is %+v, %v; want %+v", report.Broken, err, c.want)
			}
			for range 2 { // which whatever is recorded afterwards does not hide
				o.update(func(tx app.Tx) error {
					e := staff.Entry{By: o.me.ID, ByName: o.me.Name, Action: "add", Subject: "client", ID: "Later"}
					return tx.Record(e, e)
				})
			}
			report, err = o.VerifyAudit(t.Context(), o.me)
			if err != nil || (report.Broken == nil) != (c.want == nil) {
				t.Errorf("after more was recorded, found is %+v, %v", report.Broken, err)
			}
		})
	}
}
