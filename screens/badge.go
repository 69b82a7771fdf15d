package screens

import (
	"image/color"
	"strings"
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/screens/style"
)

// connection is how the firm stands with Xero: a sign and words.
type connection struct {
	sign  style.Sign
	org   string // its name; "" for none
	text  string // for the badge, beside the name
	state string
	more  string // what that means, and what to do
}

// words are what the badge says; a narrow window has no room for the name.
func (c connection) words(narrow bool) string {
	if c.org == "" || narrow {
		return c.text
	}
	return c.org + " · " + c.text
}

// connectionOf tells how the firm stands with the organisation that it exports to, and how far
// that is known; nil is none.
func connectionOf(f style.Format, org *app.Organisation, r app.Refresh, now time.Time) connection {
	if org == nil {
		state := lang.L("connection.none")
		return connection{sign: style.NotConnected, text: state, state: state,
			more: lang.L("connection.none.more")}
	}
	var c connection
	park := org.Parked
	goesOn := lang.L("connection.continues", with{"Time": f.Moment(park.Until, now)})
	switch {
	case org.State == app.ConsentEnded:
		c = connection{sign: style.ConsentEnded, state: lang.L("connection.expired"), more: reasonWords(app.NoConsent)}
	case org.State == app.Disconnected:
		c = connection{sign: style.Disconnected, state: lang.L("connection.disconnected"), more: reasonWords(app.NotConnected)}
	case park.Why == "" || !park.Until.After(now):
		c = connection{sign: style.Connected, state: lang.L("connection.connected"), more: lang.L("connection.connected.more")}
	case park.Why == app.Offline:
		c = connection{sign: style.Offline, state: lang.L("connection.offline"), more: reasonWords(park.Why) + " " + goesOn}
	case park.Why == app.MinuteLimit || park.Why == app.DayLimit:
		c = connection{sign: style.Waiting, state: lang.L("connection.limit"), more: reasonWords(park.Why) + " " + goesOn}
	default:
		c = connection{sign: style.Waiting, state: lang.L("connection.waiting"), more: reasonWords(park.Why) + " " + goesOn}
	}
	if park.Text != "" && c.sign != style.Connected {
		c.more += "\n\n" + detailWords(park.Why, park.Text)
	}
	c.org, c.text = org.Tenant.Name, c.state
	c.refreshed(f, r, now)
	return c
}

// badge is a text with a sign before it that can be pressed.
type badge struct {
	widget.BaseWidget
	keys    *keyboard
	pressed func()
	widest  float32 // a longer text is cut
	back    *canvas.Rectangle
	sign    *canvas.Text
	label   *widget.Label
	shown   style.Sign
	ring    ring
	hovered bool
}

func newBadge(k *keyboard, widest float32, pressed func()) *badge {
	b := &badge{keys: k, widest: widest, pressed: pressed,
		back: canvas.NewRectangle(theme.Color(theme.ColorNameHover)), sign: canvas.NewText("", color.Transparent), label: widget.NewLabel("")}
	b.back.CornerRadius = theme.Size(theme.SizeNameButtonRadius)
	b.sign.TextStyle.Symbol = true
	b.label.Truncation = fyne.TextTruncateEllipsis
	b.ExtendBaseWidget(b)
	return b
}

// set shows another sign and text.
func (b *badge) set(sign style.Sign, text string) {
	b.shown = sign
	b.label.SetText(text)
	b.Refresh()
}

// CreateRenderer draws the sign and the text, with a ring while it has the keys.
func (b *badge) CreateRenderer() fyne.WidgetRenderer { return b.ring.around(&badgeRenderer{b}, plain) }

// Tapped presses the badge.
func (b *badge) Tapped(*fyne.PointEvent) { b.pressed() }

// TypedKey presses the badge at Enter and hands on every other key.
func (b *badge) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		b.pressed()
	default:
		b.keys.typed(ev)
	}
}

// TypedRune ignores what is typed.
func (b *badge) TypedRune(rune) {}

// FocusGained shows that the keys act on the badge.
func (b *badge) FocusGained() { b.ring.on = true; b.Refresh() }

// FocusLost hides it.
func (b *badge) FocusLost() { b.ring.on = false; b.Refresh() }

// MouseIn shows that the badge can be pressed.
func (b *badge) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved does nothing.
func (b *badge) MouseMoved(*desktop.MouseEvent) {}

// MouseOut hides what MouseIn showed.
func (b *badge) MouseOut() { b.hovered = false; b.Refresh() }

type badgeRenderer struct{ of *badge }

func (r *badgeRenderer) signWidth() float32 {
	if r.of.shown.Glyph == "" {
		return 0
	}
	return style.Spacing + fyne.MeasureText(r.of.shown.Glyph, theme.TextSize(), fyne.TextStyle{Symbol: true}).Width
}

func (r *badgeRenderer) Layout(size fyne.Size) {
	r.of.back.Resize(size)
	h := r.of.sign.MinSize().Height
	r.of.sign.Move(fyne.NewPos(style.Spacing, (size.Height-h)/2))
	x := r.signWidth()
	r.of.label.Move(fyne.NewPos(x, 0))
	r.of.label.Resize(fyne.NewSize(size.Width-x, size.Height))
}

func (r *badgeRenderer) MinSize() fyne.Size {
	text := fyne.MeasureText(r.of.label.Text, theme.TextSize(), fyne.TextStyle{})
	w := r.signWidth() + text.Width + 2*theme.InnerPadding() + 1
	return fyne.NewSize(min(w, r.of.widest), r.of.label.MinSize().Height)
}

func (r *badgeRenderer) Refresh() {
	b := r.of
	b.back.FillColor = theme.Color(theme.ColorNameHover)
	b.back.Hidden = !b.hovered
	b.sign.Text, b.sign.TextSize = b.shown.Glyph, theme.TextSize()
	b.sign.Color = theme.Color(colorOf(b.shown))
	b.sign.Refresh()
	b.back.Refresh()
	b.label.Refresh()
	r.Layout(b.Size())
}

func (r *badgeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.of.back, r.of.sign, r.of.label}
}

func (r *badgeRenderer) Destroy() {}

// initials returns the first letters of a name's first and last word.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) > 2 {
		words = []string{words[0], words[len(words)-1]}
	}
	var letters []rune
	for _, w := range words {
		for _, r := range w {
			letters = append(letters, unicode.ToUpper(r))
			break
		}
	}
	return string(letters)
}
