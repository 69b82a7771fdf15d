package screens

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/billing"
)

// chipAt chooses a chip with the mouse.
func (b *trial) chipAt(i int) {
	c := b.w.billing.chips
	x := c.width(i) / 2
	for before := range i {
		x += c.width(before) + chipGap
	}
	test.TapAt(c, fyne.NewPos(x, c.Size().Height/2))
	b.settle()
}

// find types a search in the place of the one before.
func (b *trial) find(text string) {
	b.control(fyne.KeyF)
	b.w.billing.search.SetText("")
	b.typeText(text)
}

func TestWhatIsNotSeenIsLeftAlone(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.click("0001078", 0)
	b.click("0001077", fyne.KeyModifierShortcutDefault)
	b.click("0001073", fyne.KeyModifierShortcutDefault) // a draft
	b.notSee("not shown")
	b.find("0001077")
	b.see("3 selected, 2 not shown", "1 selected · NZD", "Export 1 to Xero")
	b.tap("action.more")
	b.see("Delete…", "Copy rows · Ctrl+C")
	b.notSee("Delete… (3)", "Copy rows (")
	b.pick("menu.delete")
	b.see("Delete invoice 0001077?", "0001077")
	b.notSee("0001078", "0001073")
	b.tap("delete.yes")
	if diff := cmp.Diff([]billing.InvoiceID{fake.number("0001077").ID}, fake.touched); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	b.see("2 selected, 2 not shown", "Export to Xero")
	b.control(fyne.KeyD)
	b.see("Select invoices first")
	b.control(fyne.KeyC)
	if got := fyne.CurrentApp().Clipboard().Content(); strings.Contains(got, "0001078") {
		t.Errorf("copied is %q", got)
	}
}

func TestWhatIsNotSeenIsShownOrLetGo(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	choose := func() {
		b.chipAt(int(allChip))
		b.key(fyne.KeyEscape)
		b.click("0001078", 0)
		b.click("0001073", fyne.KeyModifierShortcutDefault) // a draft
		b.chipAt(int(draftChip))
		b.see("2 selected, 1 not shown")
	}
	choose()
	b.tap("unseen.clear")
	b.notSee("selected")
	b.see("Showing 2 of 24")
	choose()
	b.find("no such invoice")
	b.see("2 selected, 2 not shown", "Showing 0 of 24")
	b.tap("action.show")
	b.see("Showing 2 of 24", "0001078", "0001073", "Showing the 2 selected invoices.", "2 selected · NZD")
	b.notSee("not shown", "no such invoice")
	b.control(fyne.KeyD)
	b.see("Take invoice 0001078 back to draft?", "1 invoice won't change: already a draft.")
	b.key(fyne.KeyEscape)

	b.tap("Show all invoices")
	b.see("Showing 24 of 24", "2 selected")
	b.notSee("not shown", "selected invoices")
}

// TestAnotherClientLetsGoOfWhatIsHidden selects for two clients, and goes from one to the other and to all.
func TestAnotherClientLetsGoOfWhatIsHidden(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	client := fake.number("0001078").Client
	b.click("0001078", 0)
	b.click("0001077", fyne.KeyModifierShortcutDefault)
	b.w.billing.entity.choose(string(client))
	b.settle()
	b.see("1 selected")
	b.notSee("not shown")
	b.w.billing.entity.choose(allClients)
	b.settle()
	b.see("1 selected")
	b.w.billing.chips.choose(int(draftChip))
	b.settle()
	b.see("1 selected, 1 not shown")
	b.w.billing.entity.choose("c00")
	b.settle()
	b.notSee("not shown")
}

func TestTheSelectionOfTwoClientsIsShownAtOnce(t *testing.T) {
	fake := newFake().fill(24)
	b := newTrial(t, fake)
	b.w.billing.entity.choose(string(fake.number("0001078").Client))
	b.settle()
	b.click("0001078", 0)
	fake.mu.Lock()
	fake.number("0001078").Client = fake.number("0001077").Client // at another desk
	fake.mu.Unlock()
	fake.tell("invoice", string(fake.number("0001078").ID))
	b.settle()
	b.see("1 selected, 1 not shown")
	b.tap("action.show")
	b.see("All clients", "0001078", "1 selected · NZD")
}

// TestManyAreNamedUpToTen asks about 25 invoices in two currencies.
func TestManyAreNamedUpToTen(t *testing.T) {
	fake := newFake().fill(25)
	for _, v := range fake.invoices {
		v.Stage = billing.Stage{Status: billing.Finalized}
	}
	b := newTrial(t, fake)
	b.control(fyne.KeyA)
	for _, ask := range []struct {
		open        func()
		title, more string
	}{
		{func() { b.control(fyne.KeyD) }, "Take 25 invoices back to draft?", "25 invoices aren't in Xero"},
		{func() { b.tap("action.more"); b.pick("menu.delete") }, "Delete 25 invoices?", "Delete"},
	} {
		ask.open()
		b.see(ask.title, ask.more, "0001079", "0001070", "and 15 more", "Total NZD 27,414.10 · AUD 729.22", "Ridgeway University")
		b.notSee("0001069")
		b.key(fyne.KeyEscape)
	}
	if len(fake.touched) > 0 {
		t.Errorf("changed are %v", fake.touched)
	}
}

// TestEnterTakesNothingBackThatCannotBe opens every question about what can't be undone, and presses Enter.
func TestEnterTakesNothingBackThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		call string
		ask  func(b *trial)
	}{
		"draft": {"Redraft", func(b *trial) { b.click("0001076", 0); b.control(fyne.KeyD) }},
		"some": {"Redraft", func(b *trial) {
			b.click("0001076", 0)
			b.click("0001078", fyne.KeyModifierShortcutDefault)
			b.control(fyne.KeyD)
		}},
		"delete":  {"Delete", func(b *trial) { b.click("0001078", 0); b.tap("action.more"); b.pick("menu.delete") }},
		"editor":  {"Delete", func(b *trial) { b.w.editor.open("i00005"); b.settle(); b.w.editor.confirmDelete() }},
		"missing": {"ReleaseMissing", func(b *trial) { b.click("0001064", 0); b.tap("action.more"); b.pick("menu.confirm-missing") }},
		"void":    {"VoidInXero", func(b *trial) { b.beginReplacing("0001075"); b.tap("replace.void") }},
		"replaced": {"DeleteReplaced", func(b *trial) {
			b.fake.number("0001075").Stage.Export = billing.VoidedInXero
			b.beginReplacing("0001075")
		}},
		"restore":    {"AllowRestore", func(b *trial) { b.w.backups.askRestore("/copy.db") }},
		"disconnect": {"Disconnect", func(b *trial) { b.w.connections.askDisconnect("t1", "Demo") }},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newFake().fill(24)
			fake.number("0001064").Stage.Export = billing.NotFoundInXero
			b := newTrial(t, fake)
			c.ask(b)
			b.settle()
			open := len(b.w.dialogs.open)
			if open == 0 {
				t.Fatal("nothing is asked")
			}
			b.key(fyne.KeyReturn)
			if len(b.w.dialogs.open) != open-1 {
				t.Error("Enter does not leave the question")
			}
			if fake.counted[c.call] > 0 || len(fake.touched) > 0 {
				t.Error("Enter has done it")
			}
		})
	}
}

// andMore finds in a question how many invoices it does not name.
var andMore = regexp.MustCompile(`and (\d+) more`)

// TestNoActionTouchesWhatItsQuestionDidNotName plays a person who selects, searches, filters, sorts and acts, and the
// others of the firm, who add, change and remove invoices meanwhile, even while a question or a menu is open. Whatever
// they do, an action changes what was selected and shown when it was asked for, and of that what the question named
// and counted.
func TestNoActionTouchesWhatItsQuestionDidNotName(t *testing.T) {
	b := newTrial(t, newFake().fill(1))
	b.tall()
	rapid.Check(t, func(t *rapid.T) {
		made := 0
		f := b.fake
		s := b.w.billing
		clients := f.clients[:3]
		stages := []billing.Stage{
			{Status: billing.Draft}, finalized(billing.NotExported), finalized(billing.NotExported), finalized(billing.Exported), finalized(billing.Failed), closed(billing.Exported),
		}
		add := func() {
			made++
			v := &fakeInvoice{Invoice: newFake().fill(1).invoices[0].Invoice}
			v.ID, v.Number = billing.InvoiceID(fmt.Sprint("p", made)), billing.Number(fmt.Sprintf("N%06d", made))
			v.Client, v.Stage = rapid.SampledFrom(clients).Draw(t, "client").ID, rapid.SampledFrom(stages).Draw(t, "stage")
			f.mu.Lock()
			f.invoices = append(f.invoices, v)
			f.exports[v.ID] = []*app.Export{{ID: app.ExportID("e" + v.ID), Run: "r0", Invoice: v.ID, Number: v.Number, Tenant: "t1", Ended: fakeNow, Messages: fakeFates[:1]}}
			f.mu.Unlock()
			f.tell("invoice", string(v.ID))
		}
		leaveAll := func() {
			for b.w.dialogs.top() != nil {
				b.w.dialogs.top().hide()
			}
			b.closeMenu()
			b.settle()
		}
		// meanwhile lets the others of the firm do something.
		meanwhile := func() {
			switch rapid.IntRange(0, 4).Draw(t, "meanwhile") {
			case 0:
			case 1:
				add()
			default:
				f.mu.Lock()
				if len(f.invoices) == 0 {
					f.mu.Unlock()
					return
				}
				v := rapid.SampledFrom(f.invoices).Draw(t, "changed")
				switch rapid.IntRange(0, 2).Draw(t, "change") {
				case 0:
					v.Stage = billing.Stage{Status: billing.Deleted}
				case 1:
					v.Stage = rapid.SampledFrom(stages).Draw(t, "to")
					f.exports[v.ID][0].Messages = fakeFates[:1] // where it failed
				case 2:
					v.Client = rapid.SampledFrom(clients).Draw(t, "of").ID
				}
				f.mu.Unlock()
				f.tell("invoice", string(v.ID))
			}
			b.settle()
		}
		f.mu.Lock()
		f.invoices, f.runs, f.after.removals, f.touched = nil, nil, nil, nil
		f.mu.Unlock()
		s.entity.choose(allClients)
		s.clearFilter()
		s.listOnly(nil)
		s.grid.SetSort("", false)
		s.reload()
		b.settle()
		leaveAll()
		for range rapid.IntRange(1, 24).Draw(t, "count") {
			add()
		}
		b.settle()

		var only []billing.InvoiceID // what Show lists; nil while it lists anything
		s.narrowed = func() { only = nil }
		// seen returns what is selected and shown, as somebody tells who looks up every invoice in the books.
		seen := func() map[billing.InvoiceID]bool {
			all := map[billing.InvoiceID]bool{}
			for r, part := range s.grid.All() {
				v := f.invoice(r.ID)
				under := true
				switch s.chips.words[s.chips.chosen] {
				case "To export":
					under = v.Stage == finalized(billing.NotExported) || v.Stage == finalized(billing.Held)
				case "In Xero":
					under = v.Stage == finalized(billing.Exported)
				case "Failed":
					under = v.Stage.Export == billing.Failed
				case "Draft":
					under = v.Stage.Status == billing.Draft
				case "Closed":
					under = v.Stage.Status == billing.Closed
				case "All":
				default:
					t.Fatalf("what is under %q?", s.chips.words[s.chips.chosen])
				}
				if only != nil {
					under = slices.Contains(only, v.ID)
				}
				under = under && (s.entity.chosen == allClients || string(v.Client) == s.entity.chosen)
				text := strings.ToLower(string(v.Number) + " " + f.client(v.Client).Name)
				if part.Selected && under && strings.Contains(text, strings.ToLower(s.search.Text)) {
					all[v.ID] = true
				}
			}
			return all
		}
		onRow := func(with fyne.KeyModifier) func(*rapid.T) {
			return func(t *rapid.T) {
				if shown := slices.Collect(s.grid.Shown()); len(shown) > 0 {
					b.click(string(rapid.SampledFrom(shown).Draw(t, "row").Number), with)
				}
			}
		}
		// check compares what was touched with what could be, and with what was named and counted.
		check := func(t *rapid.T, could map[billing.InvoiceID]bool, named []billing.InvoiceID, counted int) {
			for _, id := range f.touched {
				if !could[id] {
					t.Fatalf("%s was changed, which was not selected and shown", f.invoice(id).Number)
				}
			}
			for _, id := range named {
				if !slices.Contains(f.touched, id) {
					t.Fatalf("%s was named, and not changed: %v", f.invoice(id).Number, f.touched)
				}
			}
			if len(f.touched) != counted || counted <= listedFirst && len(named) > 0 && len(named) != counted {
				t.Fatalf("%d invoices were changed, %d counted and %d named", len(f.touched), counted, len(named))
			}
			f.touched = nil
		}
		// confirm answers the question that an action asks, while others work on.
		confirm := func(open func(), yes ...string) func(*rapid.T) {
			return func(t *rapid.T) {
				f.touched = nil
				could := seen()
				open()
				if b.w.dialogs.top() == nil {
					check(t, could, nil, 0)
					leaveAll()
					return
				}
				text := b.text()
				var named []billing.InvoiceID
				for _, v := range f.invoices {
					if strings.Contains(text, string(v.Number)) {
						named = append(named, v.ID)
					}
				}
				counted := len(named)
				if more := andMore.FindStringSubmatch(text); more != nil {
					n, _ := strconv.Atoi(more[1])
					counted += n
				}
				meanwhile()
				agree := rapid.Bool().Draw(t, "agree")
				if !agree {
					b.key(fyne.KeyEscape)
					check(t, could, nil, 0)
					return
				}
				for _, o := range b.w.dialogs.top().buttons {
					if slices.ContainsFunc(yes, func(key string) bool { return o.Text == lang.L(key) }) || o.Text == lang.N("export.confirm.yes", counted, with{"Count": counted}) {
						test.Tap(o)
						break
					}
				}
				b.settle()
				check(t, could, named, counted)
				f.settle(100)
				f.settleRemovals(100)
				leaveAll()
			}
		}
		// atOnce chooses from More actions what asks nothing: the entry counts what it is about.
		atOnce := func(key string) func(*rapid.T) {
			return func(t *rapid.T) {
				f.touched = nil
				could := seen()
				b.tap("action.more")
				counted := 0
				for _, item := range s.actionsMenu(s.selected()).Items {
					if strings.HasPrefix(item.Label, lang.L(key)) && !item.Disabled {
						counted = 1
						_, _ = fmt.Sscanf(item.Label, lang.L(key)+" (%d)", &counted)
					}
				}
				meanwhile()
				b.pick(key)
				check(t, could, nil, counted)
				leaveAll()
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				could := seen()
				if got := s.selected(); len(got) != len(could) {
					t.Fatalf("%d can be acted on, want %d", len(got), len(could))
				}
				// The bar is read without all the rest, which takes long.
				want, all := "", len(s.grid.Selected())
				if all > len(could) {
					want = fmt.Sprintf("%d selected, %d not shown", all, all-len(could))
				}
				if told := s.unseen.content.Visible(); told != (want != "") || told && s.unseen.text.Text != want {
					t.Fatalf("it is told %v: %q, want %q", told, s.unseen.text.Text, want)
				}
			},
			"click":       onRow(0),
			"ctrl click":  onRow(fyne.KeyModifierShortcutDefault),
			"ctrl again":  onRow(fyne.KeyModifierShortcutDefault),
			"shift click": onRow(fyne.KeyModifierShift),
			"keys": func(t *rapid.T) {
				s.grid.Focus()
				b.key(rapid.SampledFrom([]fyne.KeyName{fyne.KeyDown, fyne.KeyUp, fyne.KeyHome, fyne.KeyEnd}).Draw(t, "key"))
				b.key(fyne.KeySpace)
			},
			"ctrl A": func(*rapid.T) { s.grid.Focus(); b.control(fyne.KeyA) },
			"header check": func(*rapid.T) {
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(s.grid)
				test.TapCanvas(b.window.Canvas(), at.AddXY(15, 15))
				b.settle()
			},
			"search": func(t *rapid.T) {
				b.find(rapid.SampledFrom([]string{"", "abby", "n0", "1", "boom", "zz"}).Draw(t, "search"))
			},
			"show all": func(*rapid.T) {
				if s.onlyStrip.Visible() {
					b.tap("Show all invoices")
					only = nil
				}
			},
			"chip": func(t *rapid.T) {
				b.chipAt(int(rapid.SampledFrom([]chip{toExportChip, inXeroChip, failedChip, draftChip, closedChip, allChip}).Draw(t, "chip")))
			},
			"entity": func(t *rapid.T) {
				b.control(fyne.KeyK)
				b.typeText(rapid.SampledFrom([]string{"All clients", clients[0].Name, clients[1].Name}).Draw(t, "entity"))
				b.key(fyne.KeyReturn)
				if _, hidden := s.grid.SelectedCounts(); hidden > 0 && s.chips.chosen == int(allChip) && s.search.Text == "" {
					t.Fatalf("%d of another client are still selected", hidden)
				}
			},
			"sort": func(t *rapid.T) {
				title := rapid.SampledFrom([]string{"Number", "Client", "Total"}).Draw(t, "column")
				for _, o := range b.visible() {
					if text, is := o.(*canvas.Text); is && text.Text == title {
						test.TapCanvas(b.window.Canvas(), fyne.CurrentApp().Driver().AbsolutePositionForObject(text).AddXY(3, 3))
						break
					}
				}
				b.settle()
			},
			"show": func(*rapid.T) {
				if s.unseen.content.Visible() {
					all := s.grid.Selected()
					b.tap("action.show")
					only = all
				}
			},
			"clear": func(*rapid.T) {
				if s.unseen.content.Visible() {
					b.tap("unseen.clear")
				}
			},
			"others":  func(*rapid.T) { meanwhile() },
			"draft":   confirm(func() { b.control(fyne.KeyD) }, "draft.yes", "draft.yes.in-xero"),
			"export":  confirm(func() { b.control(fyne.KeyE) }),
			"delete":  confirm(func() { b.tap("action.more"); b.pick("menu.delete") }, "delete.yes"),
			"hold":    atOnce("menu.hold"),
			"release": atOnce("menu.release"),
		})
	})
}

// closeMenu leaves a menu that is still open, because its entry was greyed.
func (b *trial) closeMenu() {
	for top := b.window.Canvas().Overlays().Top(); top != nil; top = b.window.Canvas().Overlays().Top() {
		b.window.Canvas().Overlays().Remove(top)
	}
}
