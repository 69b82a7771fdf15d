package screens

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// whyNot is why an entry of a menu cannot be chosen. It takes the place of a shortcut, which
// such an entry has none of: Fyne's entries have no other room for a text of ours.
type whyNot string

// ShortcutName returns the reason.
func (w whyNot) ShortcutName() string { return string(w) }

// menuItem is a menu's entry; a reason why not greys it and stands below it.
func menuItem(label, why string, do func()) *fyne.MenuItem {
	if why == "" {
		return fyne.NewMenuItem(label, do)
	}
	item := fyne.NewMenuItem(label, nil)
	item.Disabled, item.Shortcut = true, whyNot(capital(why))
	return item
}

// showKey adds to a menu's entry the key that does the same. Fyne would draw a shortcut
// too faint to be read.
func showKey(item *fyne.MenuItem, key fyne.KeyName) {
	if !item.Disabled {
		item.Label += " · " + controlName(key)
	}
}

// counted adds to a label how many invoices it is about, where that is not plain.
func counted(label string, n int) string {
	if n < 2 {
		return label
	}
	return lang.N("menu.counted", n, with{"Action": label, "Count": n})
}

// openMenu opens a menu at a place of the canvas, with the reasons below the entries that
// have one. Where one entry after the other has the same reason, it is told below the last.
func openMenu(m *fyne.Menu, c fyne.Canvas, at fyne.Position) {
	p := widget.NewPopUpMenu(m, c)
	for i, item := range m.Items {
		why, reasoned := item.Shortcut.(whyNot)
		if reasoned && (i+1 == len(m.Items) || m.Items[i+1].Shortcut != item.Shortcut) {
			text := canvas.NewText(string(why), theme.Color(theme.ColorNamePlaceHolder))
			text.TextSize = theme.CaptionTextSize()
			p.Items[i] = container.New(reasonBelow{}, p.Items[i], text)
		}
	}
	p.Resize(p.MinSize())
	p.ShowAtPosition(at)
}

// reasonBelow lays out an entry of a menu, and a text below its label.
type reasonBelow struct{}

func (reasonBelow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	entry, text := objects[0], objects[1]
	h := entry.MinSize().Height
	entry.Resize(fyne.NewSize(size.Width, h))
	entry.Move(fyne.NewPos(0, 0))
	text.Resize(text.MinSize())
	text.Move(fyne.NewPos(theme.InnerPadding(), h-theme.InnerPadding()))
}

func (reasonBelow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	entry, text := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(max(entry.Width, text.Width+2*theme.InnerPadding()), entry.Height+text.Height-theme.InnerPadding()/2)
}

// capital begins a clause with a capital letter.
func capital(clause string) string {
	first, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(first)) + clause[size:]
}

// bare is a menu's label without the dots that announce a dialog.
func bare(label string) string { return strings.TrimSuffix(label, "…") }
