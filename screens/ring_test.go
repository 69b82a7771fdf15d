package screens

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// TestWhatHasTheKeysIsSeen goes through every screen with Tab and compares the pixels of each kind of control with and
// without the keys: what changes must be a ring, or as much of an outline, that stands out by 3:1.
func TestWhatHasTheKeysIsSeen(t *testing.T) {
	for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		kinds := map[string]bool{}
		for _, s := range tabbed {
			t.Run(fmt.Sprint(s.name, " ", variant), func(t *testing.T) {
				fake := newFake().fill(24)
				fake.contacts.there = []ledger.Contact{{ID: "k1", Name: "Rex Media Group"}, {ID: "k2", Name: "Rex Media Group Ltd"}}
				fake.staff = []staff.Member{staff.Founder("s1", "Olivia Hart"), {ID: "s2", Name: "Mei Chen"}}
				if s.name == "nobody on the staff" {
					fake.staff = nil
				}
				b := newTrial(t, fake)
				fyne.CurrentApp().Settings().SetTheme(style.Fixed(variant))
				b.window.Resize(fyne.NewSize(1000, 800))
				s.open(b)
				b.settle()
				b.window.Resize(fyne.NewSize(1000, 420)) // so low that much is scrolled away
				canvas := b.window.Canvas()
				canvas.Unfocus()
				first, stops := fyne.Focusable(nil), 0
				for stops = 0; stops < 80; stops++ {
					canvas.FocusNext()
					at := canvas.Focused()
					if at == nil || at == first {
						break
					}
					if first == nil {
						first = at
					}
					b.seeWhole(at)
					if kind := kindOf(at); !kinds[kind] {
						kinds[kind] = true
						b.compareRing(kind, at)
					}
				}
				if stops == 0 || stops == 80 {
					t.Errorf("Tab stops %d times", stops)
				}
			})
		}
		for _, kind := range []string{"*screens.button 0", "*screens.button 1", "*screens.entry", "*screens.check", "*screens.dropDown", "*screens.badge", "*screens.chips", "*screens.choice", "*screens.listing 0", "*screens.listing 1", "*grid.body", "*sheet.body"} {
			if !kinds[kind] {
				t.Errorf("no screen has a %s", kind)
			}
		}
	}
}

// tabbed are the screens that are gone through.
var tabbed = []struct {
	name string
	open func(*trial)
}{
	{"the list", func(*trial) {}},
	{"an invoice's panel", func(b *trial) { b.doubleClick("0001071") }},
	{"a draft", func(b *trial) { b.w.editor.begin("") }},
	{"the clients", func(b *trial) { b.w.pages.open(b.w.register.page) }},
	{"the audit trail", func(b *trial) { b.w.pages.open(b.w.trail.page) }},
	{"the connection", func(b *trial) { b.w.connections.open() }},
	{"the mapping", func(b *trial) { b.w.mappings.open("") }},
	{"the settings", func(b *trial) { b.w.settings.open() }},
	{"the staff", func(b *trial) { b.w.team.open() }},
	{"nobody on the staff", func(b *trial) { b.w.team.open() }},
	{"a contact's choice", func(b *trial) {
		b.doubleClick("0001059")
		b.tap("panel.choose-contact")
	}},
	{"a file", func(b *trial) {
		b.file = func(string, []byte) (app.Sheet, error) { return app.Sheet{}, nil }
		b.openFile()
	}},
	{"the help", func(b *trial) { b.w.helping.open("export") }},
}

// seeWhole looks whether a control is scrolled into view.
func (b *trial) seeWhole(at fyne.Focusable) {
	b.Helper()
	driver, o := fyne.CurrentApp().Driver(), at.(fyne.CanvasObject)
	for _, s := range scrollsAround(b.w.dialogs.content(), o) {
		y := driver.AbsolutePositionForObject(o).Subtract(driver.AbsolutePositionForObject(s)).Y
		if height := min(o.Size().Height, s.Size().Height); y < -1 || y+height > s.Size().Height+1 {
			b.Errorf("%s is at %v of what shows %v: it cannot be seen whole", kindOf(at), y, s.Size().Height)
		}
	}
}

// kindOf tells controls that are drawn alike.
func kindOf(at fyne.Focusable) string {
	kind := fmt.Sprintf("%T", at)
	switch at := at.(type) {
	case *button:
		kind += fmt.Sprint(" ", int(at.Importance))
	case *listing:
		kind += fmt.Sprint(" ", min(len(at.rows), 1))
	}
	return kind
}

// compareRing compares a control with and without the keys.
func (b *trial) compareRing(kind string, at fyne.Focusable) {
	b.Helper()
	canvas := b.window.Canvas()
	with := canvas.Capture().(*image.NRGBA)
	canvas.Unfocus()
	without := canvas.Capture().(*image.NRGBA)
	canvas.Focus(at)
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject(at.(fyne.CanvasObject))
	size := at.(fyne.CanvasObject).Size()
	bounds := image.Rect(int(place.X), int(place.Y), int(place.X+size.Width+1), int(place.Y+size.Height+1)).Intersect(with.Bounds())
	middle := bounds.Min.Add(bounds.Max).Div(2)
	seen := 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if with.NRGBAAt(x, y) == without.NRGBAAt(x, y) {
				continue
			}
			// Beside the ring, towards the middle, is what it must stand out from.
			inside := without.NRGBAAt(towards(x, middle.X, 3), towards(y, middle.Y, 3))
			if ratio(with.NRGBAAt(x, y), inside) >= 3 {
				seen++
			}
		}
	}
	// A ring of one pixel, sharp or not, stays below. One of two may lie between the pixels, and loses its corners.
	least := 2*bounds.Dx() + 2*bounds.Dy()
	switch at.(type) {
	case *button, *entry, *check, *dropDown, *badge:
	default:
		least = 150 // the outline of a row, a cell or a word
	}
	if seen < least {
		b.Errorf("%s: %d pixels stand out while it has the keys, want %d at least", kind, seen, least)
	}
}

// towards returns a place that is nearer to another by n, and not past it.
func towards(from, to, n int) int {
	switch {
	case from < to:
		return min(from+n, to)
	case from > to:
		return max(from-n, to)
	}
	return from
}

// ratio is the contrast of two colours, as WCAG 2 computes it.
func ratio(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
