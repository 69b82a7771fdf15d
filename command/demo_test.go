package command

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/demo"
)

func TestTheDemoFirmMeetsItsCases(t *testing.T) {
	t.Parallel()
	meetCases(t, &simFlags{seed: "demo", limits: "xero", deleted: "free"}, "")
}

// TestADifferingTotalIsAWarning meets a Xero that rounds each component of a tax, and so comes to a cent more.
func TestADifferingTotalIsAWarning(t *testing.T) {
	t.Parallel()
	meetCases(t, &simFlags{seed: "demo", limits: "xero", deleted: "free", odds: words{"components-rounded"}}, ledger.TotalDiffers)
}

// meetCases exports what the demo firm has due. The invoice with a tax of two components arrives with this cause.
func meetCases(t *testing.T, f *simFlags, ofTwo ledger.Cause) {
	ctx := t.Context()
	s := newSession(Face{Out: io.Discard, Err: io.Discard})
	there, end, err := s.openDemo(ctx, f)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	var due []billing.InvoiceID
	rows := map[billing.Number]app.InvoiceRow{}
	collect := func() {
		due = nil
		for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			rows[row.Number] = row
			if row.Stage == (billing.Stage{Status: billing.Finalized}) {
				due = append(due, row.ID)
			}
		}
	}
	collect()
	for _, n := range demo.Approved() {
		if rows[n].Stage.Status != billing.Closed {
			t.Errorf("%s is %s, not closed", n, rows[n].Stage.Status)
		}
	}
	runs, _, err := s.app.Export(ctx, s.me, due)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.app.Finish(ctx, runs[0].ID, time.Minute); err != nil {
		t.Fatal(err)
	}
	collect()
	arranged, ofTwoMet := map[billing.Number]string{}, false
	for _, c := range demo.Cases() {
		cause := ledger.Cause(c.Expect)
		if strings.Contains(c.Why, "two components") {
			cause, ofTwoMet = ofTwo, true
		}
		arranged[c.Number] = c.Expect
		want := billing.Failed
		switch cause {
		case ledger.Other:
			want = billing.Exported
		case ledger.TotalDiffers:
			want = billing.Warned
		}
		if got := rows[c.Number]; got.Cause != cause || got.Stage.Export != want {
			t.Errorf("%s, where %s, is %s with the cause %q, want %q: %s", c.Number, c.Why, got.Stage.Export, got.Cause, cause, got.Message)
		}
	}
	if !ofTwoMet {
		t.Error("no case has a tax of two components")
	}
	for n, row := range rows {
		if _, ok := arranged[n]; !ok && row.Stage.Export == billing.Failed {
			t.Errorf("%s failed: %s", n, row.Message)
		}
	}
	tenant := there.addresses().Tenants[0].ID
	for n, row := range rows {
		if row.Stage.Export != billing.Exported {
			continue
		}
		inv := there.ByNumber(tenant, string(n))
		if len(inv) != 1 || inv[0].Total.StringFixed(2) != row.Total.String() {
			t.Errorf("%s is %s here, and Xero has %d of it", n, row.Total, len(inv))
		}
	}
}

// TestTheDemoFirmHasStaffOfEachKind looks for a member who may, and one who may not, do each
// thing that there is to do.
func TestTheDemoFirmHasStaffOfEachKind(t *testing.T) {
	all := append(demo.Staff(), staff.Founder("founder", demo.Founder))
	names := map[string]bool{}
	var deactivated []string
	for _, m := range all {
		if err := m.Check(); err != nil || names[m.Name] {
			t.Errorf("%s, twice %v: %v", m.Name, names[m.Name], err)
		}
		names[m.Name] = true
		if m.Deactivated {
			deactivated = append(deactivated, m.Name)
		}
	}
	if diff := cmp.Diff([]string{"Hemi Walker"}, deactivated); diff != "" {
		t.Errorf("deactivated are:\n%s", diff)
	}
	clients := demo.Clients()
	roles := map[staff.Role]bool{}
	for _, m := range all {
		for id, r := range m.Roles {
			roles[r] = true
			if !slices.ContainsFunc(clients, func(c billing.Client) bool { return c.ID == id }) {
				t.Errorf("%s has a role on a client of nowhere", m.Name)
			}
		}
	}
	if !roles[staff.Owner] || !roles[staff.Viewer] {
		t.Errorf("roles on single clients are %v", roles)
	}
	for _, action := range staff.Actions() {
		may := map[bool]int{}
		for _, m := range all {
			if !m.Deactivated {
				may[m.May(action, clients[7].ID)]++ // Wairau Vineyards
			}
		}
		if may[true] == 0 || may[false] == 0 {
			t.Errorf("%d may %s, and %d may not", may[true], action, may[false])
		}
	}
}

// TestTheDemoActsAsAnybody lets --as choose a member without a password.
func TestTheDemoActsAsAnybody(t *testing.T) {
	t.Parallel()
	s := newSession(Face{Out: io.Discard, Err: io.Discard})
	s.common.as = "tom ashworth"
	_, end, err := s.openDemo(t.Context(), &simFlags{seed: "demo", limits: "off", deleted: "free"})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	seen, err := s.app.Clients(t.Context(), s.me)
	if err != nil || s.me.Name != "Tom Ashworth" || len(seen) != 2 {
		t.Errorf("%s sees %d clients, %v", s.me.Name, len(seen), err)
	}
	if err := s.app.Deactivate(t.Context(), s.me, s.me.ID); !app.IsCode(err, app.Forbidden) {
		t.Errorf("deactivating themselves: %v", err)
	}
}

// TestTheAuditTrailHasAllOfTheDemoFirm looks for an entry of everything that the demo firm
// begins with.
func TestTheAuditTrailHasAllOfTheDemoFirm(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := newSession(Face{Out: io.Discard, Err: io.Discard})
	_, end, err := s.openDemo(ctx, &simFlags{seed: "demo", limits: "off", deleted: "free"})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	entries, err := s.app.AuditTrail(ctx, s.me, app.AuditQuery{})
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, e := range entries {
		told[e.Subject+" "+e.ID] = true
		told[string(e.Action)+" "+e.Subject+" "+e.ID] = true
	}
	must := func(what string) {
		if !told[what] {
			t.Errorf("no entry for: %s", what)
		}
	}
	for _, c := range demo.Clients() {
		must("client " + string(c.ID))
	}
	for _, c := range demo.Codes() {
		must("billing code " + strings.ToLower(c.Code))
	}
	exported := append(demo.Approved(), demo.Exported()...)
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		must("import invoice " + string(row.ID))
		if slices.Contains(exported, row.Number) {
			must("export invoice " + string(row.ID))
		}
	}
	members, err := s.app.Members(ctx, s.me)
	if err != nil {
		t.Fatal(err)
	}
	if len(members) != 1+len(demo.Staff()) {
		t.Errorf("the firm has %d members of staff", len(members))
	}
	for _, m := range members[1:] {
		must("add staff " + string(m.ID))
		must("change staff " + string(m.ID))
		if m.Deactivated {
			must("deactivate staff " + string(m.ID))
		}
	}
	if report, err := s.app.VerifyAudit(ctx, s.me); err != nil || report.Broken != nil {
		t.Errorf("the audit trail: %+v, %v", report, err)
	}
}
