package sim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestActionsOnContacts(t *testing.T) {
	v := visitSeed(t, "demo")
	cafe, uni := v.contact("Harbour Café"), v.contact("Ridgeway University")
	address := "/contacts/" + cafe.ContactID

	p := v.post(address+"/edit", url.Values{"name": {"Harbour Bistro"}, "email": {"hi@harbour.example"}, "number": {"C-7"}})
	got := v.contact("Harbour Bistro")
	if p.location != address || got.EmailAddress != "hi@harbour.example" || got.ContactNumber != "C-7" {
		t.Errorf("edited: to %q, %s, %s", p.location, got.EmailAddress, got.ContactNumber)
	}
	p = v.post(address+"/edit", url.Values{"name": {uni.Name}, "email": {"no address"}, "number": {"C-7"}})
	for _, want := range []string{msgContactTaken(uni.Name), msgEmail, `value="no address"`} {
		if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, want) {
			t.Errorf("status %d, the page does not show %q", p.status, want)
		}
	}
	v.post(address+"/archive", nil)
	if got = v.contact("Harbour Bistro"); got.Status != StatusArchived {
		t.Errorf("archived: %s", got.Status)
	}
	v.post(address+"/restore", nil)
	if got = v.contact("Harbour Bistro"); got.Status != StatusActive {
		t.Errorf("restored: %s", got.Status)
	}
	if p = v.post(address+"/merge", url.Values{"into": {cafe.ContactID}}); p.status != http.StatusUnprocessableEntity {
		t.Errorf("merging a contact into itself: status %d", p.status)
	}
	v.post(address+"/merge", url.Values{"into": {uni.ContactID}})
	got = v.contact("Harbour Bistro")
	if got.Status != StatusArchived || got.MergedToContactID != uni.ContactID || v.invoice("INV-0026").ContactID != uni.ContactID {
		t.Errorf("merged: %s into %s", got.Status, got.MergedToContactID)
	}
	wantShown(t, v.get(address), "Merged into", uni.Name)
}

func TestSettings(t *testing.T) {
	v := visitSeed(t, "demo")
	org := func() Org {
		o, _ := v.sim.Org(v.tenant())
		return o
	}
	form := func(pairs ...string) url.Values {
		f := url.Values{"org": {v.tenant()}}
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	v.post("/settings/locks", form("period", "2026-09-30", "end", "2026-03-31"))
	if o := org(); !o.PeriodLockDate.Equal(Day(2026, 9, 30)) || !o.EndOfYearLockDate.Equal(Day(2026, 3, 31)) {
		t.Errorf("locked on %s and %s", o.PeriodLockDate, o.EndOfYearLockDate)
	}
	if p := v.post("/settings/locks", form("period", "soon")); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "Period lock date: &#34;soon&#34;") {
		t.Errorf("a lock date that is none: status %d", p.status)
	}
	v.post("/settings/locks", form("period", "", "end", ""))
	if o := org(); !o.PeriodLockDate.IsZero() || !o.EndOfYearLockDate.IsZero() {
		t.Errorf("unlocked, but %s and %s", o.PeriodLockDate, o.EndOfYearLockDate)
	}

	o := org()
	sales, debtors := o.accountByCode("200").AccountID, o.accountByCode("610").AccountID
	if p := v.post("/settings/accounts/archive", form("account", sales)); !strings.HasSuffix(p.location, "#"+sales) {
		t.Errorf("to %q", p.location)
	}
	if o = org(); o.accountByID(sales).Status != StatusArchived {
		t.Error("the account is not archived")
	}
	v.post("/settings/accounts/restore", form("account", sales))
	if o = org(); o.accountByID(sales).Status != StatusActive {
		t.Error("the account is not restored")
	}
	if p := v.post("/settings/accounts/archive", form("account", debtors)); !strings.Contains(p.body, msgSystemAccount) {
		t.Errorf("a system account: status %d", p.status)
	}

	v.post("/settings/currencies", form("code", "EUR"))
	if o = org(); !o.hasCurrency("EUR") {
		t.Error("the currency was not added")
	}
	for code, want := range map[string]string{"EUR": msgCurrencyTaken, "XYZ": msgCurrencyUnknown} {
		if p := v.post("/settings/currencies", form("code", code)); !strings.Contains(p.body, want) {
			t.Errorf("adding %s: status %d", code, p.status)
		}
	}

	v.sim.MintToken()
	wantShown(t, v.get("/settings?org="+v.tenant()), "Feebridge is connected", "since 3 Nov 2026, 12:30")
	v.post("/settings/disconnect", form())
	if v.sim.Connected(v.tenant()) {
		t.Error("still connected")
	}
	if p := v.post("/settings/locks", url.Values{"org": {"nobody"}}); p.status != http.StatusNotFound {
		t.Errorf("an unknown organisation: status %d", p.status)
	}
}
