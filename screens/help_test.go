package screens

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/assets/help"
)

func TestHelpOpensAtWhatIsInFront(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	for _, at := range []struct {
		what, title string
		open        func()
	}{
		{"the list", "Export invoices", func() {}},
		{"the clients", "Clients and contacts", func() { b.w.pages.open(b.w.register.page) }},
		{"a draft", "Write an invoice", func() { b.w.editor.begin("") }},
		{"the mapping", "Map codes and tax", func() { b.w.mappings.open("") }},
		{"a dialog over the mapping", "Map codes and tax", func() {
			b.w.mappings.open("")
			b.settle()
			b.w.dialogs.tell("Something", "else")
		}},
	} {
		at.open()
		b.settle()
		b.window.Canvas().Unfocus()
		b.key(fyne.KeyF1)
		b.settle()
		if b.helpTitle() != at.title {
			t.Errorf("at %s the help opens at %q, want %q", at.what, b.helpTitle(), at.title)
		}
		for b.w.dialogs.top() != nil {
			b.w.dialogs.top().hide()
		}
		b.w.openBilling()
		b.settle()
	}
}

// helpTitle returns the title of the page of the help, or "" where it isn't open.
func (b *trial) helpTitle() string {
	if b.w.helping.box == nil {
		return ""
	}
	return b.w.helping.title.Text
}

func TestHelpAtAFailedInvoiceTellsHowToFixIt(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.doubleClick("0001071") // failed: archived contact
	b.key(fyne.KeyF1)
	b.settle()
	if got := b.helpTitle(); got != "Fix a failed export" {
		t.Errorf("the help opens at %q", got)
	}
}

func TestHelpIsSearchedAndReadWithKeys(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	test.Tap(b.w.frame.menu)
	b.pick("menu.help")
	b.settle()
	h := b.w.helping
	if b.window.Canvas().Focused() != fyne.Focusable(h.search) {
		t.Fatal("the search has not the focus")
	}
	test.Type(h.search, "lock date")
	if h.shown != "failures" && h.shown != "replace" || len(h.found) == 0 || len(h.found) == len(h.topics) {
		t.Errorf("“lock date” shows %q of %q", h.shown, h.found)
	}
	first := h.shown
	b.key(fyne.KeyDown)
	if len(h.found) > 1 && h.shown != h.found[1] {
		t.Errorf("after Down %q is shown, after %q", h.shown, first)
	}
	h.search.SetText("xyzzy")
	b.see("No topic has these words.")
	h.search.SetText("connect")
	if h.shown != "connect" {
		t.Errorf("“connect” shows %q first, want the topic that has it in its title", h.shown)
	}
	b.key(fyne.KeyEscape)
	if h.box != nil {
		t.Error("Escape does not leave the help")
	}
}

func TestTopicsOfTheHelpLeadToEachOther(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	h := b.w.helping
	for _, topic := range h.topics {
		for _, to := range topic.Leads {
			h.open(topic.Name)
			b.settle()
			if !slices.Contains(help.Names, to) {
				t.Errorf("%s refers to %q, which is no topic", topic.Name, to)
				continue
			}
			test.Tap(b.buttonNamed(h.page, h.topic(to).Title))
			if h.shown != to {
				t.Errorf("%s: the button %q shows %q", topic.Name, h.topic(to).Title, h.shown)
			}
		}
	}
}

// buttonNamed returns the last button with that text in the container.
func (b *trial) buttonNamed(in *fyne.Container, text string) *button {
	b.Helper()
	var found *button
	for _, o := range test.LaidOutObjects(in) {
		if one, ok := o.(*button); ok && one.Text == text {
			found = one
		}
	}
	if found == nil {
		b.Fatalf("there is no button %q", text)
	}
	return found
}

// TestTheHelpNamesWhatIsInTheWindow holds the help against the words of the window: what stands in bold is the name of a
// button, an entry, a field or a column, or a word of the Xero Export column. It keeps to the word list, too.
func TestTheHelpNamesWhatIsInTheWindow(t *testing.T) {
	texts, _ := english(t)
	names := map[string]bool{}
	for _, text := range texts {
		names[text.Other] = true
	}
	bold := regexp.MustCompile(`\*\*([^*]+)\*\*`)
	for _, topic := range help.Topics() {
		for _, p := range topic.Parts {
			if word := odd.FindString(p.Markdown + p.Caption); word != "" {
				t.Errorf("%s says %q", topic.Name, word)
			}
			for _, m := range bold.FindAllStringSubmatch(p.Markdown, -1) {
				name := strings.Join(strings.Fields(m[1]), " ")
				if !names[name] {
					t.Errorf("%s: the window has nothing that is called %q", topic.Name, name)
				}
			}
		}
	}
}
