package screens

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/billing"
)

// Stage is what a tour asks of the one who owns the window.
type Stage struct {
	// Capture keeps a picture of the window. It is called on the goroutine that draws,
	// after everything was drawn.
	Capture func(name string) error
	Resize  func(width, height float32)
	// Name and File are a file of invoices to preview; without them that step is left out.
	Name string
	File []byte
	// InXero does in Xero what a person there can do to the invoice with that number:
	// "approve", "pay", "pay a part", "void" or "renumber". It is not called on the goroutine
	// that draws. Without it the tour ends with the export.
	InXero func(act string, n billing.Number) error
}

// tourPatience is how long a tour waits for one thing to happen.
const tourPatience = 2 * time.Minute

// Tour plays the main job in the window through the widgets that a person uses, and has
// a picture of every step captured: a client is chosen, its invoices are exported and
// the rest of the firm's after them, a failed one is opened, a file is previewed, the
// connection and the mapping are looked at, and so are a draft in the editor, the clients,
// the settings, the staff and the audit trail. Then it plays what happens to invoices after
// their export. It runs on a goroutine of its own and returns when it is through, or why it
// is not.
func Tour(ctx context.Context, w *Window, s Stage) error {
	t := &tour{Window: w, Stage: s, ctx: ctx}
	err := t.play([]step{
		{"billing", t.begin},
		{"entity", t.searchClient},
		{"client", t.chooseClient},
		{"selected", t.selectAll},
		{"review-client", t.askExport},
		{"client-exported", t.export},
		{"all-selected", t.selectRest},
		{"review", t.askExport},
		{"progress", t.startReviewed},
		{"summary", t.awaitEnd},
		{"failed", t.openFailed},
		{"menu", t.openMenu},
		{"import", t.previewFile},
		{"connection", t.openConnection},
		{"mapping", t.openMapping},
		{"editor", t.openDraft},
		{"clients", t.openClients},
		{"client-panel", t.openClient},
		{"contact", t.compareContacts},
		{"settings", t.openSettings},
		{"staff", t.openStaff},
		{"history", t.openHistory},
		{"run", t.openFailedRun},
		{"support", t.copyForSupport},
		{"audit", t.openTrail},
		{"dark", t.darken},
		{"narrow-panel", t.narrowDown},
		{"narrow", t.closeNarrowPanel},
		{"no-match", t.searchInVain},
		{"empty", t.showEmpty},
	})
	if err == nil {
		err = t.then(t.billing.reload, "showing the invoices again", t.loaded)
	}
	if err == nil && s.InXero != nil {
		err = t.playSequel()
	}
	return err
}

// step is a part of a tour, with the name of the picture that is taken at its end.
type step struct {
	name string
	play func() error
}

// play plays the steps, and stops at the first that does not come out as it should.
func (t *tour) play(steps []step) error {
	for _, s := range steps {
		err := s.play()
		if errors.Is(err, errLeftOut) {
			continue
		}
		if err == nil {
			err = t.picture(s.name)
		}
		if err != nil {
			return fmt.Errorf("the tour stopped at %q: %w", s.name, err)
		}
	}
	return nil
}

// errLeftOut says that a step has nothing to show.
var errLeftOut = errors.New("left out")

type tour struct {
	*Window
	Stage
	ctx     context.Context
	blocked []billing.InvoiceID // by the review
}

// on runs fn on the goroutine that draws and waits for it.
func (t *tour) on(fn func()) error {
	done := make(chan struct{})
	t.do(func() {
		defer close(done)
		fn()
	})
	select {
	case <-done:
		return nil
	case <-t.ctx.Done():
		return t.ctx.Err()
	case <-t.Window.ctx.Done():
		return t.Window.ctx.Err()
	}
}

// until waits until the condition holds on the goroutine that draws.
func (t *tour) until(what string, holds func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(tourPatience)
	defer limit.Stop()
	for {
		held := false
		if err := t.on(func() { held = holds() }); err != nil || held {
			return err
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return fmt.Errorf("%s did not happen within %s", what, tourPatience)
		case <-t.ctx.Done():
			return t.ctx.Err()
		}
	}
}

// then runs fn and waits until the condition holds.
func (t *tour) then(fn func(), what string, holds func() bool) error {
	if err := t.on(fn); err != nil {
		return err
	}
	return t.until(what, holds)
}

// picture has the window captured once it has been drawn as it is now: an animation
// ticks once before each frame.
func (t *tour) picture(name string) error {
	drawn := make(chan struct{})
	err := t.on(func() {
		frames := 0
		var frame *fyne.Animation
		frame = fyne.NewAnimation(time.Second, func(done float32) {
			frames++
			if frames == 4 || done == 1 && frames < 4 {
				frames = 4
				frame.Stop()
				close(drawn)
			}
		})
		frame.Start()
	})
	if err != nil {
		return err
	}
	select {
	case <-drawn:
	case <-t.ctx.Done():
		return t.ctx.Err()
	case <-t.Window.ctx.Done():
		return t.Window.ctx.Err()
	}
	var captured error
	if err := t.on(func() { captured = t.Capture(name) }); err != nil {
		return err
	}
	return captured
}

// key types a key as the driver would.
func (t *tour) key(name fyne.KeyName) {
	ev := &fyne.KeyEvent{Name: name}
	if focused := t.window.Canvas().Focused(); focused != nil {
		focused.TypedKey(ev)
		return
	}
	t.typed(ev)
}

// text types a text as the driver would.
func (t *tour) text(s string) {
	for _, r := range s {
		if focused := t.window.Canvas().Focused(); focused != nil {
			focused.TypedRune(r)
		}
	}
}

// loaded reports whether the whole list is shown as it stands.
func (t *tour) loaded() bool {
	b := t.billing
	return b.tally != nil && !b.loading.running() && !b.patching && len(b.changed.keys) == 0 && len(b.figures.keys) == 0
}

func (t *tour) begin() error {
	return t.then(func() {
		applyTheme("light")
		t.Resize(1280, 760)
	}, "loading the invoices", func() bool {
		return t.loaded() && len(t.frame.entity.options) > 1 && t.frame.org != nil && t.window.Canvas().Size().Width >= 1200
	})
}

// busiest returns the client with the most invoices that can be exported.
func (t *tour) busiest() (client billing.ClientID, name string) {
	counts := map[billing.ClientID]int{}
	for r := range t.billing.grid.Shown() {
		if !exporting.possible(t.me(), r) {
			continue
		}
		counts[r.ClientID]++
		if n, most := counts[r.ClientID], counts[client]; n > most || n == most && r.Client < name {
			client, name = r.ClientID, r.Client
		}
	}
	return client, name
}

func (t *tour) searchClient() error {
	return t.on(func() {
		_, name := t.busiest()
		t.frame.entity.Tapped(nil)
		t.text(strings.ToLower(firstWord(name)))
	})
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

func (t *tour) chooseClient() error {
	return t.then(func() {
		client, _ := t.busiest()
		e := t.frame.entity
		for at, i := range e.shown {
			if e.options[i].value == string(client) {
				e.move(at - e.at)
			}
		}
		t.key(fyne.KeyReturn)
	}, "choosing the client", func() bool { return t.billing.client != "" })
}

func (t *tour) selectAll() error {
	return t.then(t.billing.selectShown, "selecting the invoices", func() bool { return t.billing.grid.SelectedCount() > 0 })
}

func (t *tour) askExport() error {
	return inTurn(
		func() error { return t.then(t.billing.exportSelected, "reviewing the export", t.reviewed) },
		func() error {
			return t.on(func() {
				for r := range t.billing.exports.reviews.shown.grid.All() {
					if r.Verdict == app.VerdictBlocked {
						t.blocked = append(t.blocked, r.Invoice.ID)
					}
				}
			})
		},
	)
}

// reviewed reports whether a review is shown, with the detail of its first row.
func (t *tour) reviewed() bool {
	d := t.billing.exports.reviews.shown
	return d != nil && d.at != ""
}

// press presses a button of the dialog that is in front.
func (t *tour) press(text string) {
	for _, b := range t.dialogs.top().buttons {
		if b.Text == text {
			b.Tapped(nil)
			return
		}
	}
}

// startReviewed exports what the review leaves ticked, and waits for the first figures.
func (t *tour) startReviewed() error { return t.start(t.dialogs.submitted) }

func (t *tour) start(agree func()) error {
	x := t.billing.exports
	var before, done app.RunID
	return t.then(func() {
		before, done = x.run, x.last
		agree()
	}, "starting the export", func() bool { return x.run != before && x.progress.Tally.All > 0 || x.last != done })
}

func (t *tour) awaitEnd() error {
	x := t.billing.exports
	// Where all of it was done, there is no summary.
	return t.until("the end of the export", func() bool { return (x.ended || x.run == "") && t.loaded() })
}

func (t *tour) export() error { return inTurn(t.startReviewed, t.awaitEnd, t.closeSummary) }

func (t *tour) closeSummary() error {
	return t.then(func() {
		if t.dialogs.top() != nil {
			t.key(fyne.KeyEscape)
		}
	}, "closing the summary", func() bool { return t.dialogs.top() == nil })
}

// inTurn runs one after the other, up to the first that fails.
func inTurn(all ...func() error) error {
	for _, do := range all {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// selectRest selects every finalized invoice of the firm.
func (t *tour) selectRest() error {
	return t.then(func() {
		t.frame.entity.choose(allClients)
		t.billing.chips.choose(int(toExportChip))
		t.billing.selectShown()
	}, "selecting every finalized invoice", func() bool {
		return slices.ContainsFunc(t.billing.selected(), func(r *app.InvoiceRow) bool { return exporting.possible(t.me(), r) })
	})
}

// exportBlocked exports what the review stopped, as the command export does without one: it fails.
func (t *tour) exportBlocked() error {
	if len(t.blocked) == 0 {
		return nil
	}
	return inTurn(
		func() error { return t.start(func() { t.billing.exports.start(t.blocked) }) },
		t.awaitEnd, t.closeSummary)
}

// openFailed lists the failed invoices and opens the first.
func (t *tour) openFailed() error {
	b := t.billing
	if err := inTurn(t.closeSummary, t.exportBlocked); err != nil {
		return err
	}
	return t.then(func() {
		b.chips.choose(int(failedChip))
		b.grid.ClearSelection()
		b.grid.Focus()
		t.key(fyne.KeyHome)
		t.key(fyne.KeySpace)
		t.key(fyne.KeyReturn)
	}, "opening a failed invoice", func() bool { return b.panel.id == "" || !b.panel.loading.running() })
}

func (t *tour) openMenu() error {
	return t.on(func() { t.billing.more.Tapped(nil) })
}

// previewFile shows what the import of the file would do.
func (t *tour) previewFile() error {
	if err := t.on(func() { t.key(fyne.KeyEscape) }); err != nil {
		return err
	}
	if t.File == nil {
		return errLeftOut
	}
	m := t.imports
	err := t.then(func() {
		m.open(t.Name, func() ([]byte, error) { return t.File, nil })
	},
		"reading the file", func() bool { return m.shown != nil })
	if err != nil {
		return err
	}
	return t.then(func() { m.shown.amounts.choose(0) }, "previewing the file", func() bool {
		d := m.shown
		if !d.previewing.running() && d.preview.AskDates {
			d.orders.choose(0)
			return false
		}
		return !d.previewing.running()
	})
}

func (t *tour) leaveDialogs() {
	for t.dialogs.top() != nil {
		t.dialogs.top().hide()
	}
}

func (t *tour) openConnection() error {
	c := t.connections
	return t.then(func() {
		t.leaveDialogs()
		t.frame.badge.pressed()
	}, "showing the connection", func() bool { return !c.loading.running() && len(c.standing.orgs) > 0 })
}

func (t *tour) openMapping() error {
	m := t.mappings
	return t.then(func() {
		t.leaveDialogs()
		m.open("")
	}, "showing the mapping", func() bool { return m.shown != nil && len(m.shown.rows) > 0 })
}

// openDraft opens the newest draft of all clients in the editor.
func (t *tour) openDraft() error {
	return t.then(func() {
		t.leaveDialogs()
		t.billing.entity.choose(allClients)
		t.billing.clearFilter()
		for r := range t.billing.grid.Shown() {
			if r.Stage.Status == billing.Draft {
				t.billing.openRow(r.ID)
				return
			}
		}
	}, "opening a draft", func() bool { return t.pages.front == t.editor.page })
}

func (t *tour) openClients() error {
	return t.then(func() { t.pages.open(t.register.page) }, "showing the clients",
		func() bool { return t.pages.front == t.register.page && !t.register.loading.running() })
}

// openClient opens the panel of the first client that is to match, or else of the first.
func (t *tour) openClient() error {
	c := t.register
	return t.then(func() {
		id := billing.ClientID("")
		for r := range c.grid.Shown() {
			if id == "" || r.ToMatch() && len(r.Found.Choices) > 0 {
				id = r.Client.ID
			}
			if r.ToMatch() && len(r.Found.Choices) > 0 {
				break
			}
		}
		c.grid.Select(id)
		c.grid.Reveal()
		c.openPanel(id)
	}, "showing a client", func() bool { return c.panes.open })
}

// compareContacts opens the choice of that client's contact.
func (t *tour) compareContacts() error {
	c := t.register
	return t.then(func() { c.chooseContact(c.panel.id) }, "comparing a client with contacts",
		func() bool { return c.chooser != nil && t.dialogs.top() == c.chooser.box })
}

func (t *tour) openSettings() error {
	return t.then(func() {
		t.leaveDialogs()
		t.settings.open()
	}, "showing the settings", func() bool { return t.dialogs.top() != nil })
}

func (t *tour) openStaff() error {
	return t.then(func() {
		t.leaveDialogs()
		t.team.open()
	}, "showing the staff", func() bool { return len(t.team.members) > 0 })
}

func (t *tour) openHistory() error {
	return t.then(func() {
		t.leaveDialogs()
		t.pages.open(t.history.page)
	}, "showing the export history", func() bool {
		return t.pages.front == t.history.page && !t.history.loading.running() && len(t.history.shown) > 0
	})
}

// openFailedRun opens the newest run in which something failed.
func (t *tour) openFailedRun() error {
	h := t.history
	return t.then(func() {
		for _, s := range h.shown {
			if s.Failed > 0 && h.run == nil {
				h.openRun(s.Run.ID)
			}
		}
	}, "showing a run", func() bool { return h.run != nil && len(h.run.rows) > 0 })
}

func (t *tour) copyForSupport() error {
	return t.then(func() { t.history.run.copy.OnTapped() }, "showing what is copied for support", func() bool { return t.dialogs.top() != nil })
}

func (t *tour) openTrail() error {
	return t.then(func() {
		t.leaveDialogs()
		t.pages.open(t.trail.page)
	}, "showing the audit trail", func() bool { return t.pages.front == t.trail.page && !t.trail.loading.running() })
}

// darken leads back to the list and shows everything dark.
func (t *tour) darken() error {
	return t.then(func() {
		t.leaveDialogs()
		t.openBilling()
		applyTheme("dark")
	}, "leaving the dialogs", func() bool { return t.dialogs.top() == nil && t.pages.front == t.billing.page })
}

func (t *tour) narrowDown() error {
	return t.then(func() {
		applyTheme("light")
		t.Resize(640, 560)
	}, "making the window narrow", func() bool { return t.window.Canvas().Size().Width < 700 && t.narrow })
}

func (t *tour) closeNarrowPanel() error {
	return t.on(func() {
		if t.billing.panes.open {
			t.billing.closePanel()
		}
	})
}

func (t *tour) searchInVain() error {
	return t.then(func() {
		t.Resize(1280, 760)
		t.billing.grid.ClearSelection()
		t.window.Canvas().Focus(t.billing.search)
		t.text("no such invoice")
	}, "making the window wide", func() bool { return t.window.Canvas().Size().Width >= 1200 })
}

// showEmpty shows the list as a firm without invoices sees it, for the picture alone.
func (t *tour) showEmpty() error {
	b := t.billing
	return t.on(func() {
		b.clearFilter()
		b.tally = newTally(nil)
		b.grid.SetModel(b.schema.Build(nil))
		b.showFigures()
		b.showSelection()
	})
}
