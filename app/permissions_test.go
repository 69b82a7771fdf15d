package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
	"feebridge/app/staff"
	"feebridge/data/sqlite"
)

// desk is all that a firm can do, in app and in the rooms beside it.
type desk struct {
	*app.App
	*intake.Intake
	*outbox.Outbox
}

// useCase is a method that asks for a permission.
type useCase struct {
	needs staff.Action
	on    billing.ClientID // "" where the permission concerns no client
	call  func(ctx context.Context, a *desk, by staff.Member) error
}

// useCases are all methods that refuse who may not use them, by name.
var useCases = map[string]useCase{
	"Client": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Client(ctx, by, kauri)
		return err
	}},
	"Invoice": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Invoice(ctx, by, "draft")
		return err
	}},
	"Marked": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Marked(ctx, by, app.DefaultMarkBase+"r")
		return err
	}},
	"Document": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, _, err := a.Document(ctx, by, "draft")
		return err
	}},
	"OpenWriting": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.OpenWriting(ctx, by, "draft")
		return err
	}},
	"SaveWriting": {staff.EditInvoices, kauri, saveWriting},
	"Duplicate": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Duplicate(ctx, by, "draft", 20261104)
		return err
	}},
	"Import": {staff.EditClients, kauri, importAll},
	"Finalize": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return firstOf(a.Finalize(ctx, by, one("draft")))
	}},
	"Redraft": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, results, err := a.Redraft(ctx, by, one("finalized"))
		return firstOf(results, err)
	}},
	"Renumber": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return firstOf(a.Renumber(ctx, by, one("finalized")))
	}},
	"ReleaseMissing": {staff.ReleaseMissing, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return firstOf(a.ReleaseMissing(ctx, by, one("missing")))
	}},
	"LookAgain": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.LookAgain(ctx, by, one("finalized"))
	}},
	"Replace": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Replace(ctx, by, "closed")
		return err
	}},
	"ReplaceView": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.ReplaceView(ctx, by, "replaced")
		return err
	}},
	"VoidInXero": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.VoidInXero(ctx, by, "replaced")
		return err
	}},
	"DeleteReplaced": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.DeleteReplaced(ctx, by, "replaced")
	}},
	"CopyReplaced": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.CopyReplaced(ctx, by, "replaced", 20261104)
		return err
	}},
	"StopReplacing": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.StopReplacing(ctx, by, "replaced")
	}},
	"Gaps": {staff.EditSettings, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Gaps(ctx, by)
		return err
	}},
	"Delete": {staff.EditInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return firstOf(a.Delete(ctx, by, one("draft")))
	}},
	"Hold": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return firstOf(a.Hold(ctx, by, one("finalized")))
	}},
	"Release": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return firstOf(a.Release(ctx, by, one("held")))
	}},
	"Export": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, results, err := a.Export(ctx, by, one("finalized"))
		return firstOf(results, err)
	}},
	"Review": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, results, err := a.Review(ctx, by, one("finalized"), true)
		return firstOf(results, err)
	}},
	"Confirm": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error { return a.Confirm(ctx, by, "run") }},
	"Doubt": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Doubt(ctx, by, "doubtful")
		return err
	}},
	"Claim": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.Claim(ctx, by, "doubtful", "perhaps")
	}},
	"Seen": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.Seen(ctx, by, "warned")
	}},
	"Disown": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.Disown(ctx, by, "doubtful")
	}},
	"Cancel": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Cancel(ctx, by, "run")
		return err
	}},
	"TemplateSheet": {staff.ExportInvoices, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, results, err := a.TemplateSheet(ctx, by, one("finalized"), "")
		return firstOf(results, err)
	}},
	"ClientContact": {staff.See, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.ClientContact(ctx, by, kauri)
		return err
	}},
	"SearchContacts": {staff.LinkContacts, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.SearchContacts(ctx, by, kauri, "joinery")
		return err
	}},
	"ContactByID": {staff.LinkContacts, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.ContactByID(ctx, by, kauri, "c")
		return err
	}},
	"AcceptContacts": {staff.LinkContacts, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.AcceptContacts(ctx, by, []app.ClientContact{{Client: billing.Client{ID: kauri}}})
		return err
	}},
	"RefuseContact": {staff.LinkContacts, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.RefuseContact(ctx, by, kauri, "c")
	}},
	"CreateContact": {staff.LinkContacts, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.CreateContact(ctx, by, kauri, true)
	}},
	"LinkContact": {staff.LinkContacts, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.LinkContact(ctx, by, kauri, ledger.Contact{ID: "c", Name: "Kauri"})
	}},
	"UnlinkContact": {staff.LinkContacts, kauri, func(ctx context.Context, a *desk, by staff.Member) error { return a.UnlinkContact(ctx, by, kauri) }},
	"SaveClient": {staff.EditClients, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.SaveClient(ctx, by, billing.Client{ID: kauri, Version: 1, Code: "KAURI", Name: "Kauri Ltd"})
		return err
	}},
	"ArchiveClient": {staff.EditClients, kauri, func(ctx context.Context, a *desk, by staff.Member) error {
		return a.ArchiveClient(ctx, by, kauri, true)
	}},

	"AskConsent": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, _, err := a.AskConsent(ctx, by, func(string) {})
		return err
	}},
	"Connect": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.Connect(ctx, by, app.Connection{Tenant: ledger.Tenant{ID: "other"}})
		return err
	}},
	"Disconnect": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error { return a.Disconnect(ctx, by, tenant) }},
	"ExportTo":   {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error { return a.ExportTo(ctx, by, tenant) }},
	"ExportClientTo": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.ExportClientTo(ctx, by, kauri, tenant)
	}},
	"Register": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.Register(ctx, by, app.Registration{ClientID: "0123456789ABCDEF0123456789ABCDEF"})
	}},
	"ReadChart": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error { return a.ReadChart(ctx, by, tenant) }},
	"SetMapping": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.SetMapping(ctx, by, tenant, ledger.Mapping{})
	}},

	"SaveFirm": {staff.EditSettings, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.SaveFirm(ctx, by, app.Firm{Name: "Other", Currency: "NZD", Numbering: billing.Numbering{Prefix: "INV-", Next: 50}})
		return err
	}},
	"SetTaxes": {staff.EditSettings, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.SetTaxes(ctx, by, nil, []billing.Tax{{Code: "T", Name: "T"}})
	}},
	"SetBillingCodes": {staff.EditSettings, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.SetBillingCodes(ctx, by, nil, []billing.Code{{Code: "ACC"}})
	}},

	"RoleClients": {staff.ManageStaff, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.RoleClients(ctx, by)
		return err
	}},
	"AddMember": {staff.ManageStaff, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.AddMember(ctx, by, staff.Member{Name: "New"}, "short")
		return err
	}},
	"ChangeMember": {staff.ManageStaff, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.ChangeMember(ctx, by, staff.Member{ID: "viewer", Name: "Other", AllEntities: staff.Owner})
		return err
	}},
	"Deactivate": {staff.ManageStaff, "", func(ctx context.Context, a *desk, by staff.Member) error { return a.Deactivate(ctx, by, "viewer") }},
	"Reactivate": {staff.ManageStaff, "", func(ctx context.Context, a *desk, by staff.Member) error { return a.Reactivate(ctx, by, "gone") }},
	"ResetPassword": {staff.ManageStaff, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.ResetPassword(ctx, by, "viewer", "short")
	}},

	"AuditTrail": {staff.SeeAudit, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.AuditTrail(ctx, by, app.AuditQuery{})
		return err
	}},
	"VerifyAudit": {staff.SeeAudit, "", func(ctx context.Context, a *desk, by staff.Member) error {
		_, err := a.VerifyAudit(ctx, by)
		return err
	}},
	"Backup": {staff.BackUp, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.Backup(ctx, by, os.DevNull, false)
	}},
	"SaveDamaged": {staff.BackUp, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.SaveDamaged(ctx, by, filepath.Join(os.TempDir(), "no such folder", "damaged.db"))
	}},
	"AllowRestore": {staff.BackUp, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.AllowRestore(ctx, by, "copy.db")
	}},
	"AllowCheck": {staff.MapToXero, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.AllowCheck(ctx, by, ledger.Tenant{ID: "tenant", Name: "Demo Company"})
	}},
	"Unlock": {staff.BackUp, "", func(ctx context.Context, a *desk, by staff.Member) error {
		return a.Unlock(ctx, by, "no connection")
	}},
}

// filters are the methods that show what the member may see and leave out the rest: what
// they need for something of Kauri to be shown, and how much there is.
var filters = map[string]struct {
	needs staff.Action
	count func(ctx context.Context, a *desk, by staff.Member) (int, error)
}{
	"Rows": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (n int, err error) {
		for _, err := range a.Rows(ctx, by, app.Query{Client: kauri}) {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}},
	"Clients": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		return countClients(a.Clients(ctx, by))
	}},
	"ClientContacts": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (n int, err error) {
		all, err := a.ClientContacts(ctx, by)
		for _, c := range all {
			if c.Client.ID == kauri {
				n++
			}
		}
		return n, err
	}},
	"OpenInvoices": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (n int, err error) {
		err = a.Update(ctx, func(tx app.Tx) error {
			return tx.SaveExports(app.Export{ID: "open", Run: "run", Invoice: "closed", Tenant: tenant, Mark: "open", Standing: ledger.Standing{
				ID: "open", Status: ledger.AuthorisedThere, Currency: "NZD", Total: money.New(100, "NZD"), AmountDue: money.New(100, "NZD"),
			}})
		})
		if err != nil {
			return 0, err
		}
		all, err := a.OpenInvoices(ctx, by)
		return all[kauri].Count, err
	}},
	"Lookalikes": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		l, err := a.Lookalikes(ctx, by, billing.Client{Name: "kauri joinery"})
		return len(l), err
	}},
	"LeftOut": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		l, err := a.LeftOut(ctx, by, []billing.InvoiceID{"finalized"})
		return len(l), err
	}},
	"ExportsOfRun": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		l, err := a.ExportsOfRun(ctx, by, "run")
		return len(l), err
	}},
	"Failures": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		l, err := a.Failures(ctx, by, []billing.InvoiceID{"failed"})
		return len(l), err
	}},
	"RemovalsOfRun": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		l, err := a.RemovalsOfRun(ctx, by, "run")
		return len(l), err
	}},
	"RunHistory": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		l, err := a.RunHistory(ctx, by, app.RunQuery{})
		return len(l), err
	}},
	"RunView": {staff.See, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		_, l, err := a.RunView(ctx, by, "run")
		if app.IsCode(err, app.NotFound) { // as a run that is not there
			err = nil
		}
		return len(l), err
	}},
	"Replacements": {staff.EditInvoices, func(ctx context.Context, a *desk, by staff.Member) (int, error) {
		l, err := a.Replacements(ctx, by)
		return len(l), err
	}},
	"Materials": {staff.EditInvoices, func(ctx context.Context, a *desk, by staff.Member) (n int, err error) {
		m, err := a.Materials(ctx, by)
		for _, c := range m.Clients {
			if c.ID == kauri {
				n++
			}
		}
		return n, err
	}},
}

// free are the methods that need no permission, and why.
var free = map[string]string{
	"Open":        "founds the firm, before there is anybody",
	"Who":         "tells who acts while nobody needs to sign in",
	"NeedsSignIn": "asked before anybody has signed in", "Authenticate": "is how one signs in",
	"ChangePassword": "one's own, with the old one", "Members": "names are for everybody; what else there is, for Admins, has a test of its own",
	"KeepUnsaved": "one's own notes; saving them asks", "ForgetUnsaved": "one's own notes", "Unsaved": "one's own notes",
	"Begin":         "a new form; saving it asks",
	"PreviewImport": "reads the person's file and tells row by row what importing would refuse; importing asks",
	"PreviewCodes":  "reads the person's file; saving asks",
	"Numbers":       "tells an invoice's ID, which opens nothing by itself",
	"Firm":          "everybody works under the firm's name and currency", "Settings": "everybody writes invoices with them; changing them asks",
	"Organisations": "everybody sees where exports go", "Destinations": "everybody sees where exports go", "Consents": "names only; no token",
	"ReadContacts": "reads contacts for the review and the outbox, which ask",
	"XeroPage":     "Xero asks who follows it to sign in there",
	"MappingView":  "everybody sees how lines stand in Xero; changing it asks", "Gauge": "how many calls are left",
	"Progress": "counts, and no invoice", "OpenRuns": "which runs go on, for those who may start some; no invoice",
	"Refreshes": "how fresh it is: everybody should know", "Setup": "how far the firm is set up: what is there, and nothing of it",
	"View": "for the rooms of app, which ask for themselves", "Update": "for the rooms of app, which ask for themselves",
	"Wake": "wakes the outbox", "Woken": "wakes the outbox", "Committed": "wakes the listeners", "ExpireToken": "for the outbox, after Xero refused a token",
	"Subscribe": "which things changed, and nothing of them", "Kept": "about the computer's keyring", "Token": "for the client of Xero",
	"RefreshAll": "reads how our invoices stand in Xero, as the background work does",
	"Send":       "sends what a person queued, who is asked about again", "Finish": "sends what a person queued, who is asked about again",
	"RefreshContacts": "reads Xero's contacts, as an export does; showing and linking ask", "FinishContact": "sends what a person queued, who is asked about again",
	"BackupState": "whether the nightly copy works: everybody should know", "NightlyCopy": "the background work",
	"Damage": "why nothing is saved: everybody should know", "Reconcile": "the background work", "LockState": "why nothing is sent: everybody should know",
	"Policy": "everyone sees what is set for the computer",
}

const tenant ledger.TenantID = "tenant"

const kauri billing.ClientID = "kauri"

func one(id billing.InvoiceID) []billing.InvoiceID { return []billing.InvoiceID{id} }

func firstOf(results []app.Result, err error) error {
	if err == nil && len(results) > 0 {
		err = results[0].Err
	}
	return err
}

func countClients(all []billing.Client, err error) (n int, _ error) {
	for _, c := range all {
		if c.ID == kauri {
			n++
		}
	}
	return n, err
}

func saveWriting(ctx context.Context, a *desk, by staff.Member) error {
	was := billing.FormOf(invoiceOf("draft"))
	is := was.Clone()
	is.Reference = "changed"
	_, err := a.SaveWriting(ctx, by, app.Writing{Invoice: "draft", Version: 1, Base: was, Form: is})
	return err
}

func importAll(ctx context.Context, a *desk, by staff.Member) error {
	v := invoiceOf("imported")
	v.Number = "INV-0099"
	c := billing.Client{ID: kauri, Version: 1, Code: "KAURI", Name: "Kauri Joinery", Email: "new@kauri.example"}
	_, err := a.Import(ctx, by, intake.Preview{Clients: []billing.Client{c}, Invoices: []intake.Imported{{Invoice: v}}})
	return err
}

// TestNoUseCaseIsForgotten fails for a method that nobody has thought about.
func TestNoUseCaseIsForgotten(t *testing.T) {
	listed := map[string]bool{}
	for _, names := range []iter.Seq[string]{maps.Keys(useCases), maps.Keys(filters), maps.Keys(free)} {
		for name := range names {
			if listed[name] {
				t.Errorf("%s is listed twice", name)
			}
			listed[name] = true
		}
	}
	methods := reflect.TypeFor[desk]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		if !listed[name] {
			t.Errorf("%s: say in this file which permission it asks for, or why it needs none", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("%s is listed, and there is no such method", name)
	}
}

// TestEveryUseCaseAsks calls each use case as every kind of staff: who may is not refused;
// who may not is, nothing changes, and the audit trail tells of it.
func TestEveryUseCaseAsks(t *testing.T) {
	for name, u := range useCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusing := openPrepared(t)
			before := refusing.content()
			for _, by := range kinds() {
				if by.May(u.needs, u.on) {
					o := openPrepared(t)
					if err := u.call(t.Context(), o.desk(), by); app.IsCode(err, app.Forbidden) {
						t.Errorf("%s is refused: %v", by.Name, err)
					}
					if denied := o.denied(); len(denied) > 0 {
						t.Errorf("%s was let through, and the trail says %q", by.Name, denied)
					}
					continue
				}
				told := len(refusing.denied())
				if err := u.call(t.Context(), refusing.desk(), by); !app.IsCode(err, app.Forbidden) {
					t.Errorf("%s: %v", by.Name, err)
				}
				if diff := cmp.Diff(before, refusing.content()); diff != "" {
					t.Errorf("%s was refused, and changed:\n%s", by.Name, diff)
				}
				want := fmt.Sprintf("%s: %s %s", by.Name, u.needs.Doing(), u.on)
				if denied := refusing.denied(); len(denied) != told+1 || denied[0] != want {
					t.Errorf("the audit trail says %q, want %q", denied, want)
				}
			}
		})
	}
}

// TestListsShowWhatMayBeSeen does the same for what leaves out instead of refusing: that
// is no denial.
func TestListsShowWhatMayBeSeen(t *testing.T) {
	o := openPrepared(t)
	for name, f := range filters {
		for _, by := range kinds() {
			n, err := f.count(t.Context(), o.desk(), by)
			if err != nil || (n > 0) != by.May(f.needs, kauri) {
				t.Errorf("%s shows %s %d things of Kauri, %v", name, by.Name, n, err)
			}
		}
	}
	if denied := o.denied(); len(denied) > 0 {
		t.Errorf("the audit trail says %q", denied)
	}
}

func TestTheSameRefusalIsNotRecordedAllTheTime(t *testing.T) {
	o := openPrepared(t)
	viewer := kinds()[slices.IndexFunc(kinds(), func(m staff.Member) bool { return m.ID == "viewer" })]
	for range 10 {
		for _, name := range []string{"Finalize", "Redraft", "Export", "Deactivate", "SaveFirm"} {
			_ = useCases[name].call(t.Context(), o.desk(), viewer) // is refused
		}
	}
	want := []string{"viewer: change the firm's settings ", "viewer: manage staff ", "viewer: export invoices to Xero kauri", "viewer: edit invoices kauri"}
	if diff := cmp.Diff(want, o.denied()); diff != "" {
		t.Errorf("the audit trail:\n%s", diff)
	}
}

// kinds are members of staff of every kind that firms have; each is called like its ID.
func kinds() []staff.Member {
	times := func(all ...staff.TimePermission) map[staff.TimePermission]bool {
		m := map[staff.TimePermission]bool{}
		for _, p := range all {
			m[p] = true
		}
		return m
	}
	on := func(c billing.ClientID, r staff.Role) map[billing.ClientID]staff.Role {
		return map[billing.ClientID]staff.Role{c: r}
	}
	gone := staff.Founder("gone", "gone")
	gone.Deactivated = true
	return []staff.Member{
		staff.Founder("founder", "founder"), gone,
		{ID: "owner", Name: "owner", Time: times(staff.ProcessTime), Roles: on(kauri, staff.Owner)},
		{ID: "editor", Name: "editor", Time: times(staff.ProcessTime), AllEntities: staff.Editor},
		{ID: "exporter", Name: "exporter", Time: times(staff.ExportToAccounting), Roles: on(kauri, staff.Viewer)},
		{ID: "viewer", Name: "viewer", AllEntities: staff.Viewer},
		{ID: "other", Name: "other", Time: times(staff.ProcessTime, staff.ExportToAccounting), Roles: on("harbour", staff.Owner)},
		{ID: "settings", Name: "settings", SettingsAdmin: true, Time: times(staff.ProcessAllStaffEntries)},
		{ID: "timeless", Name: "timeless", SettingsAdmin: true, AllEntities: staff.Owner},
		{ID: "admin", Name: "admin", Admin: true},
	}
}

// offline are books that cannot be reached.
type offline struct{ app.Books }

func (offline) Chart(context.Context, ledger.TenantID) (ledger.Chart, error) {
	return ledger.Chart{}, &app.Trouble{Reason: app.Offline, Unsent: true}
}

func (offline) Contacts(context.Context, ledger.TenantID, ledger.ContactQuery) iter.Seq2[ledger.Contact, error] {
	return func(yield func(ledger.Contact, error) bool) {
		yield(ledger.Contact{}, &app.Trouble{Reason: app.Offline, Unsent: true})
	}
}

func (offline) ByNumber(context.Context, ledger.TenantID, []billing.Number) ([]ledger.Standing, error) {
	return nil, &app.Trouble{Reason: app.Offline, Unsent: true}
}

func (offline) ByID(context.Context, ledger.TenantID, []ledger.InvoiceID) ([]ledger.Standing, error) {
	return nil, &app.Trouble{Reason: app.Offline, Unsent: true}
}

func (offline) Link(ledger.Chart, ledger.InvoiceID) string { return "" }

// openPrepared opens a copy of the firm of these tests.
func openPrepared(t *testing.T) *office {
	t.Helper()
	o := openLocked(t)
	if err := o.Unlock(t.Context(), o.me, "made for a test"); err != nil {
		t.Fatal(err)
	}
	return o
}

// openLocked does the same, and leaves it locked, as a copy is.
func openLocked(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, path: filepath.Join(t.TempDir(), "firm.db"), me: kinds()[0]}
	if err := os.WriteFile(o.path, preparedDatabase(), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.db, err = sqlite.Open(context.Background(), o.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.db.Close() })
	o.App = app.New(app.Params{Store: o.db, Backups: o.db, Books: offline{}, Paper: boxes{}, Log: slog.New(slog.DiscardHandler)})
	return o
}

// desk is all that can be done in the office.
func (o *office) desk() *desk {
	return &desk{o.App, intake.New(o.App), outbox.New(outbox.Params{App: o.App, Store: o.db, Books: offline{}, Log: apptest.Quiet})}
}

// preparedDatabase is a connected firm with staff of every kind and an invoice of Kauri
// in every state that matters.
var preparedDatabase = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "feebridge-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "firm.db")
	if err := os.WriteFile(path, apptest.EmptyDatabase(), 0o600); err != nil {
		panic(err)
	}
	db, err := sqlite.Open(context.Background(), path)
	if err != nil {
		panic(err)
	}
	if err := db.Update(context.Background(), prepare); err != nil {
		panic(err)
	}
	if err := db.Close(); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
})

func prepare(tx app.Tx) error {
	if err := tx.SaveFirm(app.Firm{ID: "f", Name: "Tui", Currency: "NZD", MarkBase: app.DefaultMarkBase, Numbering: billing.Numbering{Prefix: "INV-", Next: 50}}); err != nil {
		return err
	}
	for _, m := range kinds() {
		if err := tx.SaveMember(m); err != nil {
			return err
		}
	}
	for _, c := range []billing.Client{{ID: kauri, Code: "KAURI", Name: "Kauri Joinery"}, {ID: "harbour", Code: "HARBOUR", Name: "Harbour Café"}} {
		if _, err := tx.SaveClient(c); err != nil {
			return err
		}
	}
	if err := tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: tenant, Name: "Tui"}, Default: true, State: app.Connected}); err != nil {
		return err
	}
	if err := tx.SaveChart(ledger.Chart{Tenant: ledger.Tenant{ID: tenant, Name: "Tui"}}); err != nil {
		return err
	}
	for _, id := range []billing.InvoiceID{"draft", "finalized", "held", "queued", "closed", "replaced", "doubtful", "missing", "failed", "warned"} {
		if _, err := tx.SaveInvoice(invoiceOf(id)); err != nil {
			return err
		}
	}
	if err := tx.SaveRuns(app.Run{ID: "run", Tenant: tenant, By: "founder", Started: tx.Now(), Confirmed: tx.Now()}); err != nil {
		return err
	}
	replaced := app.Export{ID: "replaced", Run: "run", Invoice: "replaced", Number: "INV-replaced", Tenant: tenant, Mark: app.DefaultMarkBase + "r", Ended: tx.Now()}
	replaced.Standing.ID, replaced.Standing.Status = "there", ledger.AuthorisedThere
	doubtful := app.Export{
		ID: "doubtful", Run: "run", Invoice: "doubtful", Number: "INV-doubtful", Tenant: tenant, Mark: app.DefaultMarkBase + "d", Ended: tx.Now(),
		Result: billing.MayBeOurs, Candidates: []ledger.Standing{{ID: "perhaps", Number: "INV-doubtful"}},
	}
	failed := app.Export{
		ID: "failed", Run: "run", Invoice: "failed", Number: "INV-failed", Tenant: tenant, Mark: app.DefaultMarkBase + "f", Ended: tx.Now(),
		Result: billing.Failed, Messages: []ledger.Message{{Text: "The date is locked.", Cause: ledger.LockedDate}},
	}
	return errors.Join(
		tx.SaveMapping(tenant, ledger.Mapping{AttachPaper: true}),
		tx.SaveExports(failed, app.Export{ID: "export", Run: "run", Invoice: "queued", Number: "INV-queued", Tenant: tenant, Mark: app.DefaultMarkBase + "m"}, replaced, doubtful),
		tx.SaveRemovals(app.Removal{ID: "removal", Run: "run", Invoice: "replaced", Export: "replaced", Tenant: tenant, There: "there", To: ledger.VoidedThere, Ended: tx.Now(), Result: app.KeptThere}),
		tx.SaveReplacement(app.Replacement{Invoice: "replaced", By: "founder", Began: tx.Now()}),
	)
}

// invoiceOf is an invoice of Kauri in the state that its ID says.
func invoiceOf(id billing.InvoiceID) billing.Invoice {
	stages := map[billing.InvoiceID]billing.Stage{
		"finalized": {Status: billing.Finalized}, "held": {Status: billing.Finalized, Export: billing.Held}, "queued": {Status: billing.Finalized, Export: billing.Queued},
		"closed": {Status: billing.Closed, Export: billing.Exported}, "replaced": {Status: billing.Closed, Export: billing.Exported},
		"doubtful": {Status: billing.Finalized, Export: billing.MayBeOurs}, "missing": {Status: billing.Finalized, Export: billing.NotFoundInXero},
		"failed": {Status: billing.Finalized, Export: billing.Failed}, "warned": {Status: billing.Finalized, Export: billing.Warned},
	}
	description := "Accounts"
	if id == "finalized" {
		description = "Accounts, 会計" // which the PDF can't show
	}
	return billing.Invoice{
		ID: id, Client: kauri, Type: billing.Final, Number: billing.Number("INV-" + id), Date: 20261103, Due: 20261120, Currency: "NZD",
		Amounts: money.Exclusive, Stage: stages[id],
		Lines: []billing.Line{{Description: description, Quantity: 1_0000, UnitAmount: 100_0000, Account: "200", Tax: billing.Tax{Code: "NONE", Name: "No GST"}}},
	}
}

// denied returns the refusals that the audit trail tells of, newest first.
func (o *office) denied() []string {
	o.t.Helper()
	entries, err := o.AuditTrail(o.t.Context(), o.me, app.AuditQuery{Action: "denied"})
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%s: %s %s", e.ByName, e.To, e.ID))
	}
	return all
}

// content returns everything in the database but the audit trail, row by row.
func (o *office) content() map[string][]string {
	o.t.Helper()
	db, err := sql.Open("sqlite", "file:"+o.path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	all := map[string][]string{}
	for _, table := range o.rows(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('audit', 'audit_head', 'commits', 'sqlite_sequence')") {
		name := table[1 : len(table)-1]
		all[name] = o.rows(db, "SELECT * FROM "+name)
	}
	return all
}

// rows returns what a query finds, each row as a text.
func (o *office) rows(db *sql.DB, query string) []string {
	o.t.Helper()
	found, err := db.QueryContext(o.t.Context(), query)
	if err != nil {
		o.t.Fatal(err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for found.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := found.Scan(values...); err != nil {
			o.t.Fatal(err)
		}
		for i, v := range values {
			values[i] = *v.(*any)
		}
		all = append(all, fmt.Sprint(values))
	}
	if err := found.Err(); err != nil {
		o.t.Fatal(err)
	}
	return all
}
