package xero_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// exported is an organisation with one invoice, and its ID.
func exported(t *testing.T, rules ...string) (books, ledger.InvoiceID) {
	t.Helper()
	b := simulate(t, "empty", sim.Config{}, rules...)
	made, err := b.post(t.Context(), t, sale("FB-1", b.contact(t.Context(), t, "Kauri Joinery Ltd")))
	if err != nil {
		t.Fatal(err)
	}
	return b, made[0].Standing.ID
}

func TestANoteGoesIntoTheHistory(t *testing.T) {
	b, id := exported(t)
	for i, test := range []struct{ text, want string }{
		{`Exported by Ann <of "Kauri" & Co>` + "\n", `Exported by Ann <of "Kauri" & Co>` + "\n"},
		{strings.Repeat("ā", 2500), strings.Repeat("ā", 2500)},
		{strings.Repeat("ā", 2501), strings.Repeat("ā", 2500)},
	} {
		if err := b.AddNote(t.Context(), b.tenant, id, test.text, fmt.Sprint("note-", i)); err != nil {
			t.Fatal(err)
		}
		inv, _ := b.sim.Invoice(string(b.tenant), string(id))
		if last := inv.History[len(inv.History)-1]; last.Details != test.want {
			t.Errorf("of %d bytes, the history has %.80q", len(test.text), last.Details)
		}
	}
}

func TestAFileIsAttached(t *testing.T) {
	b, id := exported(t)
	type attached struct {
		Name, Type, Content string
		Online              bool
	}
	for i, test := range []struct {
		name string
		want attached
	}{
		{"FB-1.pdf", attached{Name: "FB-1.pdf", Type: "application/pdf"}},
		{"FB-1.PDF", attached{Name: "FB-1.PDF", Type: "application/pdf"}}, // the same name: Xero replaces it
		{`a<b>c:d"e/f\g|h?i*j+k` + "\x00.pdf", attached{Name: "a-b-c-d-e-f-g-h-i-j-k-.pdf", Type: "application/pdf"}},
		{"100% of Ā & B #1.xlsx", attached{Name: "100% of Ā & B #1.xlsx", Type: "application/octet-stream"}},
	} {
		content := "%PDF-1.7 " + strings.Repeat("\x00\xff", i)
		if err := b.Attach(t.Context(), b.tenant, id, ledger.File{Name: test.name, Content: []byte(content)}, fmt.Sprint("file-", i)); err != nil {
			t.Fatal(err)
		}
		inv, _ := b.sim.Invoice(string(b.tenant), string(id))
		var got attached
		for _, a := range inv.Attachments {
			if a.FileName == test.want.Name {
				got = attached{a.FileName, a.MimeType, string(a.Content), a.IncludeOnline}
			}
		}
		test.want.Content = content
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(diff)
		}
	}
	if inv, _ := b.sim.Invoice(string(b.tenant), string(id)); len(inv.Attachments) != 3 {
		t.Errorf("%d files are attached", len(inv.Attachments))
	}
}

func TestNotesAndFilesGoOutOnceUnderTheirKey(t *testing.T) {
	note := func(ctx context.Context, b books, id ledger.InvoiceID) error {
		return b.AddNote(ctx, b.tenant, id, "Exported", "key-1")
	}
	file := func(ctx context.Context, b books, id ledger.InvoiceID) error {
		return b.Attach(ctx, b.tenant, id, ledger.File{Name: "FB-1.pdf", Content: []byte("%PDF")}, "key-1")
	}
	for _, test := range []struct {
		name, path string
		write      func(context.Context, books, ledger.InvoiceID) error
	}{
		{"a note", "/Invoices/*/History", note},
		{"a file", "/Invoices/*/Attachments/*", file},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, id := exported(t, "PUT "+test.path+" #1 drop-after-commit")
				b.sim.ResetCalls()
				if got := troubleIn(t, test.write(t.Context(), b, id)); got.Reason != app.Interrupted || got.Unsent {
					t.Errorf("a lost answer: %+v", got)
				}
				if n := b.sim.TotalCalls(); n != 1 {
					t.Errorf("it went out %d times", n)
				}
				if err := test.write(t.Context(), b, id); err != nil {
					t.Errorf("again: %v", err)
				}
				inv, _ := b.sim.Invoice(string(b.tenant), string(id))
				if extras := len(inv.History) - 1 + len(inv.Attachments); extras != 1 {
					t.Errorf("the same key added %d of them", extras)
				}
				unknown := ledger.InvoiceID("11111111-0000-4000-8000-000000000001")
				b.sim.ClearFaults()
				if got := troubleIn(t, test.write(t.Context(), b, unknown)); got.Reason != app.Refused || !got.Unsent {
					t.Errorf("for an invoice that is not there: %+v", got)
				}
			})
		})
	}
}

func TestAFileGoesOutAsItIs(t *testing.T) {
	var got *http.Request
	var body string
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		got, body = r, string(read)
		answers(http.StatusOK, envelope(`"Attachments":[]`)).ServeHTTP(w, r)
	}), xero.Config{})
	if err := c.Attach(t.Context(), "tenant", "id-1", ledger.File{Name: "FB 1.pdf", Content: []byte("%PDF\x00")}, "key-1"); err != nil {
		t.Fatal(err)
	}
	if got.Method != http.MethodPut || got.URL.String() != "/api.xro/2.0/Invoices/id-1/Attachments/FB%201.pdf" || body != "%PDF\x00" {
		t.Errorf("it went out as %s %s with %q", got.Method, got.URL, body)
	}
	for name, want := range map[string]string{"Content-Type": "application/pdf", "Idempotency-Key": "key-1", "Accept": "application/json"} {
		if got.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
		}
	}
}
