package screens

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"feebridge/screens/style"
)

// Crash is what a run of Feebridge left that crashed.
type Crash struct {
	At   time.Time
	Text string // of the crash file, which names no clients
	Show func() // opens the file
	Told func() // the person has been told
}

// tellCrash tells, in a strip above the footer, of a run that crashed.
func (b *billingScreen) tellCrash(c *Crash) {
	if c == nil {
		return
	}
	text := newBadge(b.keys, 2000, c.Show)
	text.set(style.Warning, lang.L("crash.window", with{"When": b.moment(c.At)}))
	leave := newButton(b.keys, "", func() {
		b.crashed.Hide()
		lay(b.content)
	})
	leave.Icon = theme.CancelIcon()
	strip := newStrip(text, newButton(b.keys, lang.L("action.show"), c.Show),
		newButton(b.keys, lang.L("crash.copy"), func() {
			fyne.CurrentApp().Clipboard().SetContent(c.Text)
			b.notice(lang.L("crash.copied"))
		}), leave)
	strip.Show()
	b.crashed.Objects = []fyne.CanvasObject{strip}
	b.crashed.Show()
	lay(b.content)
	c.Told()
}
