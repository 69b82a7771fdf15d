package app_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
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

// inTheTrail are the entries that the use cases leave which change something when the founder of the prepared firm
// calls them, newest first.
var inTheTrail = map[string]string{
	"SaveWriting": "edit invoice", "Duplicate": "duplicate invoice", "Import": "import invoice, import client", "Finalize": "finalize invoice",
	"Redraft": "draft invoice", "ReleaseMissing": "release invoice", "Delete": "delete invoice", "Hold": "hold invoice", "Release": "release invoice",
	"Replace": "replace invoice", "VoidInXero": "void in Xero invoice", "DeleteReplaced": "delete invoice", "CopyReplaced": "replace invoice, copy invoice",
	"StopReplacing": "replace invoice", "Export": "export invoice", "Confirm": "confirm run", "Disown": "disown in Xero invoice", "Seen": "see invoice", "Cancel": "cancel export invoice",
	"TemplateSheet": "template export invoice", "LinkContact": "link contact client", "UnlinkContact": "link contact client", "CreateContact": "create contact client", "SaveClient": "change client",
	"ArchiveClient": "archive client", "Disconnect": "disconnect organisation", "ExportClientTo": "export to client", "Register": "register firm",
	"SetMapping": "map organisation", "SaveFirm": "change firm", "SetTaxes": "change tax", "SetBillingCodes": "change billing code",
	"Deactivate": "deactivate staff", "Reactivate": "reactivate staff", "AllowRestore": "restore firm", "AllowCheck": "check Xero organisation",
}

// TestEveryChangeIsInTheAuditTrail calls every use case that asks for a permission. What succeeds is told, by
// whom, and of what; what is not told changes nothing.
func TestEveryChangeIsInTheAuditTrail(t *testing.T) {
	at := map[string]billing.Stage{ // at which what is to be replaced has come so far
		"DeleteReplaced": {Status: billing.Closed, Export: billing.VoidedInXero}, "CopyReplaced": {Status: billing.Deleted},
	}
	for name, u := range useCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openPrepared(t)
			if stage, there := at[name]; there {
				if err := o.db.Update(t.Context(), func(tx app.Tx) error { return tx.Advance(stage, "replaced") }); err != nil {
					t.Fatal(err)
				}
			}
			trail := func() []staff.Entry {
				t.Helper()
				all, err := o.AuditTrail(t.Context(), o.me, app.AuditQuery{})
				if err != nil {
					t.Fatal(err)
				}
				return all
			}
			before, was := o.content(), len(trail())
			done := u.call(t.Context(), o.desk(), o.me)
			var got []string
			for _, e := range trail()[:len(trail())-was] {
				got = append(got, string(e.Action)+" "+e.Subject)
				if e.By != o.me.ID {
					t.Errorf("it is told as done by %s", e.ByName)
				}
			}
			if diff := cmp.Diff(inTheTrail[name], strings.Join(got, ", ")); diff != "" {
				t.Errorf("it ends with %v (-want +told):\n%s", done, diff)
			}
			if diff := cmp.Diff(before, o.content()); done == nil && inTheTrail[name] == "" && diff != "" {
				t.Errorf("nothing is told, and this has changed:\n%s", diff)
			}
		})
	}
}
