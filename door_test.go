package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/command"
	"feebridge/data/sqlite"
	"feebridge/screens"
	"feebridge/xero"
)

// doorway is a window that is not drawn, over a firm whose invoice Xero leads to.
type doorway struct {
	*testing.T
	*seat
	base string

	mu     sync.Mutex
	posted []func() // to the goroutine that draws, which is the test's
	woken  chan struct{}
}

// newDoorway opens a firm with one exported invoice, whose links lead to a free port. The
// window is empty.
func newDoorway(t *testing.T) *doorway {
	t.Helper()
	deadline.Watch(t)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &doorway{T: t, base: fmt.Sprintf("http://localhost:%d/open/", l.Addr().(*net.TCPAddr).Port), woken: make(chan struct{}, 1)}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), t.TempDir()+"/firm.db")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	listening := make(chan struct{}, 10)
	firm := command.Opened{App: command.NewDesk(app.Params{Log: log}, db), Door: xero.NewDoor(xero.DoorConfig{
		Log: log, Listen: func(network, address string) (net.Listener, error) {
			l, err := new(net.ListenConfig).Listen(t.Context(), network, address)
			if err == nil {
				listening <- struct{}{}
			}
			return l, err
		},
	})}
	if err := firm.App.Open(t.Context(), app.Firm{Name: "Tui", Currency: "NZD", MarkBase: d.base}, "Olivia Hart"); err != nil {
		t.Fatal(err)
	}
	if firm.Firm, err = firm.App.Firm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), d.export); err != nil {
		t.Fatal(err)
	}
	fyneApp := test.NewTempApp(t)
	d.seat = &seat{Opened: firm, window: fyneApp.NewWindow("Feebridge"), preferences: fyneApp.Preferences(), do: d.post}
	d.window.Resize(fyne.NewSize(1280, 760))

	ctx, quit := context.WithCancel(context.Background())
	var linked sync.WaitGroup
	linked.Go(func() { firm.Door.Links(ctx, firm.Firm.MarkBase, d.follow) })
	t.Cleanup(func() {
		quit()
		deadline.Wait(t, linked.Wait, "the end of listening for links")
		d.clear()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	deadline.Receive(t, listening, "the port at which links arrive")
	return d
}

// export keeps an invoice that was exported.
func (d *doorway) export(tx app.Tx) error {
	if err := tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "tenant", Name: "Tui"}, State: app.Connected}); err != nil {
		return err
	}
	if _, err := tx.SaveClient(billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery"}); err != nil {
		return err
	}
	invoice := billing.Invoice{
		ID: "one", Client: "kauri", Type: billing.Final, Number: "INV-0001", Date: 20261103, Due: 20261120, Currency: "NZD",
		Amounts: money.Exclusive, Stage: billing.Stage{Status: billing.Finalized, Export: billing.Exported},
		Lines: []billing.Line{{Description: "Accounts", Quantity: 1_0000, UnitAmount: 100_0000}},
	}
	if _, err := tx.SaveInvoice(invoice); err != nil {
		return err
	}
	members, err := tx.Staff()
	if err != nil {
		return err
	}
	if err := tx.SaveRuns(app.Run{ID: "run", Tenant: "tenant", By: members[0].ID, Started: tx.Now(), Confirmed: tx.Now()}); err != nil {
		return err
	}
	return tx.SaveExports(app.Export{ID: "export", Run: "run", Invoice: "one", Number: "INV-0001", Tenant: "tenant", Mark: d.mark(), Ended: tx.Now()})
}

// mark is the address that the invoice carries in Xero.
func (d *doorway) mark() string { return d.base + "one.0123456789abcdef0123456789abcdef" }

// fill fills the window for a member of staff, as sit does.
func (d *doorway) fill(me staff.Member) {
	d.clear()
	content := screens.New(screens.Params{App: d.App, Me: me, Firm: d.Firm, Window: d.window, Preferences: d.preferences, Do: d.post})
	d.content.Store(content)
	d.end = content.Close
}

func (d *doorway) post(fn func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.posted = append(d.posted, fn)
	select {
	case d.woken <- struct{}{}:
	default:
	}
}

// drawUntil runs what is posted until the window shows the text.
func (d *doorway) drawUntil(text string) {
	d.Helper()
	for overdue := time.After(deadline.Thing); !d.shows(text); {
		select {
		case <-d.woken:
		case <-overdue:
			d.Fatalf("the window does not show %q within %v", text, deadline.Thing)
		}
		d.mu.Lock()
		posted := d.posted
		d.posted = nil
		d.mu.Unlock()
		for _, fn := range posted {
			fn()
		}
	}
}

// shows reports whether the window or a dialog in it shows the text.
func (d *doorway) shows(text string) bool {
	return shows(d.window.Canvas().Content(), text) || slices.ContainsFunc(d.window.Canvas().Overlays().List(),
		func(o fyne.CanvasObject) bool { return shows(o, text) })
}

// shows reports whether a label below an object is seen and has the text.
func shows(o fyne.CanvasObject, text string) bool {
	if o == nil || !o.Visible() {
		return false
	}
	if l, ok := o.(*widget.Label); ok && l.Text == text {
		return true
	}
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, c := range children {
		if shows(c, text) {
			return true
		}
	}
	return false
}

// followed follows an address as a browser does, and returns its answer.
func (d *doorway) followed(address string) (status int, page string) {
	d.Helper()
	browser := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: deadline.Thing}
	r, err := http.NewRequestWithContext(d.Context(), http.MethodGet, address, nil)
	if err != nil {
		d.Fatal(err)
	}
	got, err := browser.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		d.Fatal(err)
	}
	if text := string(body); strings.Contains(text, "INV-0001") || strings.Contains(text, "Kauri") {
		d.Errorf("the page tells of the invoice:\n%s", text)
	}
	return got.StatusCode, html.UnescapeString(string(body))
}

func TestALinkInXeroOpensTheInvoiceForWhoeverSitsThere(t *testing.T) {
	d := newDoorway(t)
	founder, err := d.App.Who(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mayNot := staff.Member{ID: "other", Name: "Vera Blum", Roles: map[billing.ClientID]staff.Role{"harbour": staff.Owner}}
	const nothing = "Feebridge can't show this invoice"
	check := func(address string, wantStatus int, want string) {
		t.Helper()
		if status, page := d.followed(address); status != wantStatus || !strings.Contains(page, want) {
			t.Errorf("%s: status %d, and the page:\n%s", address, status, page)
		}
	}
	check(d.mark(), http.StatusServiceUnavailable, "Nobody is signed in to Feebridge.")

	d.fill(mayNot)
	check(d.mark(), http.StatusForbidden, nothing)

	d.fill(founder)
	check(strings.TrimSuffix(d.mark(), "f"), http.StatusNotFound, nothing)
	check(d.mark(), http.StatusOK, "Feebridge is showing the invoice")
	d.drawUntil("Invoice INV-0001")

	d.clear()
	check(d.mark(), http.StatusServiceUnavailable, nothing)
}

// calls is a second start that asks the window for an invoice.
func (d *doorway) calls(key string) {
	d.Helper()
	deadline.Wait(d.T, func() { d.called(d.Context(), key) }, "the answer to a second start")
}

const doorwayKey = "0123456789abcdef0123456789abcdef"

func TestASecondStartShowsTheInvoiceOfALink(t *testing.T) {
	d := newDoorway(t)
	founder, err := d.App.Who(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.calls("")
	d.calls(doorwayKey) // nobody is signed in: it waits
	d.fill(founder)
	d.calls("")
	d.drawUntil("Invoice INV-0001")

	d.fill(founder)
	d.calls(doorwayKey)
	d.drawUntil("Invoice INV-0001")

	d.fill(founder)
	d.calls("f" + doorwayKey[1:])
	d.drawUntil("This link doesn't belong to an invoice of this firm. Search for its number instead.")

	d.fill(staff.Member{ID: "other", Name: "Vera Blum", Roles: map[billing.ClientID]staff.Role{"harbour": staff.Owner}})
	d.calls(doorwayKey)
	d.drawUntil("Feebridge can't show this invoice")
}
