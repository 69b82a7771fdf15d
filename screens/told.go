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

// Earlier tells of the folder in which an earlier version of Feebridge kept the data.
type Earlier struct {
	Text string
	Show func() // opens the folder that matters to the person
	Left func() // the person closed the strip
}

// tellCrash tells of a run that crashed.
func (b *billingScreen) tellCrash(c *Crash) {
	if c == nil {
		return
	}
	b.tell(style.Warning, lang.L("crash.window", with{"When": b.moment(c.At)}), c.Show, func() {},
		newButton(b.keys, lang.L("crash.copy"), func() {
			fyne.CurrentApp().Clipboard().SetContent(c.Text)
			b.notice(lang.L("crash.copied"))
		}))
	c.Told()
}

// tellEarlier tells where the data is now.
func (b *billingScreen) tellEarlier(e *Earlier) {
	if e != nil {
		b.tell(style.Warning, e.Text, e.Show, e.Left)
	}
}

// tell tells, in a strip above the footer, what the person has to know of this start. It stays until they close it.
func (b *billingScreen) tell(sign style.Sign, words string, more, left func(), buttons ...*button) {
	text := newBadge(b.keys, 2000, more)
	text.set(sign, words)
	leave := newButton(b.keys, "", nil)
	leave.Icon = theme.CancelIcon()
	strip := newStrip(text, append(append([]*button{newButton(b.keys, lang.L("action.show"), more)}, buttons...), leave)...)
	leave.OnTapped = func() {
		b.told.Remove(strip)
		show(b.told, len(b.told.Objects) > 0) // an empty line would stand there
		lay(b.content)
		left()
	}
	strip.Show()
	b.told.Add(strip)
	show(b.told, true)
	lay(b.content)
}
