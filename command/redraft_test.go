package command

import (
	"strings"
	"testing"

	"feebridge/xero/sim"
)

func TestAfterTheExportByCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.must(exitDone, "import", d.file(3), "--amounts", "exclusive", "--finalize")
	d.must(exitDone, "export", "--all")
	if changed := d.must(exitDone, "refresh"); len(changed) != 0 {
		t.Errorf("nothing happened, and refresh tells %v", changed)
	}

	if back := d.must(exitDone, "redraft", "INV-0001"); back[0]["state"] != "draft" {
		t.Errorf("redraft: %v", back)
	}
	if inv := d.there("INV-0001"); inv.Status != sim.StatusDeleted {
		t.Errorf("INV-0001 is %s in Xero", inv.Status)
	}
	d.must(exitDone, "finalize", "INV-0001")
	d.must(exitDone, "export", "--number", "INV-0001")
	if inv := d.there("INV-0001"); inv.Status != sim.StatusDraft {
		t.Errorf("INV-0001 is %s in Xero", inv.Status)
	}

	first := d.there("INV-0002")
	d.approve("INV-0002")
	changed := d.must(exitDone, "refresh")
	if len(changed) != 1 || changed[0]["number"] != "INV-0002" || changed[0]["status"] != "closed" || changed[0]["xero_status"] != "AUTHORISED" {
		t.Errorf("refresh tells %v", changed)
	}
	if back := d.must(exitSomeFailed, "redraft", "INV-0002"); back[0]["state"] != "skipped" || !strings.Contains(back[0]["messages"].([]any)[0].(string), "Replace") {
		t.Errorf("redraft of an approved one: %v", back)
	}
	if step := d.must(exitSomeFailed, "replace", "INV-0002"); step[0]["state"] != "void" {
		t.Errorf("replace: %v", step)
	}
	if err := d.xero.Void(d.tenant(), first.InvoiceID); err != nil {
		t.Fatal(err)
	}
	if done := d.must(exitDone, "replace", "INV-0002", "--finalize"); done[0]["state"] != "replaced" || done[0]["messages"].([]any)[0] != "INV-0004 replaces it." {
		t.Errorf("replace: %v", done)
	}
	d.must(exitDone, "export", "--number", "INV-0004")
	if inv := d.there("INV-0004"); inv.Total.StringFixed(2) != "126.50" {
		t.Errorf("INV-0004 is %s in Xero", inv.Total)
	}

	d.approve("INV-0003")
	d.must(exitDone, "refresh")
	if done := d.must(exitDone, "replace", "INV-0003", "--void", "--finalize"); done[0]["state"] != "replaced" {
		t.Errorf("replace with --void: %v", done)
	}
	if inv := d.there("INV-0003"); inv.Status != sim.StatusVoided {
		t.Errorf("INV-0003 is %s in Xero", inv.Status)
	}
}
