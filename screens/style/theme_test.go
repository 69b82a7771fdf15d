package style

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

var variants = map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark}

// layers are the grounds that text is drawn on: a colour, and tints over it.
type layers []fyne.ThemeColorName

// TestTextStandsOut computes the contrast of every text with every ground that Fyne's
// widgets and ours draw it on: at least 4.5:1, as WCAG asks for text (level AA).
func TestTextStandsOut(t *testing.T) {
	const least = 4.5
	surfaces := []fyne.ThemeColorName{
		theme.ColorNameBackground, theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground,
		theme.ColorNameInputBackground, theme.ColorNameHeaderBackground,
	}
	tints := []fyne.ThemeColorName{theme.ColorNameSelection, theme.ColorNameHover, theme.ColorNameFocus, theme.ColorNamePressed}
	var anywhere []layers
	for _, surface := range surfaces {
		anywhere = append(anywhere, layers{surface})
		for _, tint := range tints {
			anywhere = append(anywhere, layers{surface, tint})
		}
	}
	var buttons []layers
	for _, tint := range append(tints, theme.ColorNameButton) {
		buttons = append(buttons, layers{theme.ColorNameButton, tint})
	}
	on := func(filled fyne.ThemeColorName) []layers {
		return []layers{{filled}, {filled, theme.ColorNameHover}, {filled, theme.ColorNameFocus}, {filled, theme.ColorNamePressed}}
	}
	for _, pairs := range []struct {
		text    fyne.ThemeColorName
		grounds []layers
	}{
		{theme.ColorNameForeground, append(anywhere, buttons...)},
		{theme.ColorNamePlaceHolder, anywhere},
		{theme.ColorNamePrimary, anywhere},
		{theme.ColorNameHyperlink, anywhere},
		{theme.ColorNameSuccess, anywhere},
		{theme.ColorNameWarning, anywhere},
		{theme.ColorNameError, anywhere},
		{theme.ColorNameDisabled, []layers{
			{theme.ColorNameDisabledButton}, {theme.ColorNameBackground}, {theme.ColorNameOverlayBackground},
			{theme.ColorNameMenuBackground}, {theme.ColorNameInputBackground},
		}},
		{theme.ColorNameForegroundOnPrimary, on(theme.ColorNamePrimary)},
		{theme.ColorNameForegroundOnSuccess, on(theme.ColorNameSuccess)},
		{theme.ColorNameForegroundOnWarning, on(theme.ColorNameWarning)},
		{theme.ColorNameForegroundOnError, on(theme.ColorNameError)},
	} {
		for name, v := range variants {
			th := Fixed(v)
			for _, ground := range pairs.grounds {
				back := toFloats(th.Color(ground[0], v))
				for _, tint := range ground[1:] {
					back = over(toFloats(th.Color(tint, v)), back)
				}
				if got := contrast(over(toFloats(th.Color(pairs.text, v)), back), back); got < least {
					t.Errorf("%s: %s on %v has a contrast of %.2f, less than %v", name, pairs.text, ground, got, least)
				}
			}
		}
	}
}

// TestBordersStandOut holds what is not text to 3:1, as WCAG asks: the borders of fields, checks and of what has the
// focus, on every ground that they are drawn on, and the inner ring of a filled button.
func TestBordersStandOut(t *testing.T) {
	for name, v := range variants {
		th := Fixed(v)
		stands := func(border, ground fyne.ThemeColorName) {
			if got := contrast(toFloats(th.Color(border, v)), toFloats(th.Color(ground, v))); got < 3 {
				t.Errorf("%s: %s has a contrast of %.2f on %s", name, border, got, ground)
			}
		}
		for _, border := range []fyne.ThemeColorName{theme.ColorNamePlaceHolder, theme.ColorNameInputBorder, theme.ColorNamePrimary} {
			for _, ground := range []fyne.ThemeColorName{
				theme.ColorNameBackground, theme.ColorNameOverlayBackground, theme.ColorNameHeaderBackground, theme.ColorNameInputBackground,
			} {
				stands(border, ground)
			}
		}
		stands(theme.ColorNamePrimary, theme.ColorNameButton)
		stands(theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary)
		stands(theme.ColorNameForegroundOnError, theme.ColorNameError)
		stands(theme.ColorNameForegroundOnWarning, theme.ColorNameWarning)
		stands(theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess)
	}
}

// floats is a colour of red, green, blue and alpha from 0 to 1, not premultiplied.
type floats [4]float64

func toFloats(c color.Color) floats {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return floats{float64(n.R) / 255, float64(n.G) / 255, float64(n.B) / 255, float64(n.A) / 255}
}

func over(top, bottom floats) floats {
	var out floats
	for i := range 3 {
		out[i] = top[i]*top[3] + bottom[i]*(1-top[3])
	}
	out[3] = 1
	return out
}

// contrast is the ratio of WCAG 2.
func contrast(a, b floats) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c floats) float64 {
	linear := func(s float64) float64 {
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func TestContrastIsComputedAsTheStandardSays(t *testing.T) {
	for _, test := range []struct {
		a, b uint32
		want string
	}{{0x000000, 0xffffff, "21.00"}, {0x777777, 0xffffff, "4.48"}, {0x767676, 0xffffff, "4.54"}} {
		if got := fmt.Sprintf("%.2f", contrast(toFloats(rgb(test.a)), toFloats(rgb(test.b)))); got != test.want {
			t.Errorf("contrast of %06x and %06x is %s, want %s", test.a, test.b, got, test.want)
		}
	}
}

func TestPalettesNameTheSameColours(t *testing.T) {
	for name := range light {
		if _, ok := dark[name]; !ok {
			t.Errorf("the dark palette has no %s", name)
		}
	}
	if len(light) != len(dark) {
		t.Errorf("the palettes have %d and %d colours", len(light), len(dark))
	}
}

func TestThemeFollowsTheVariantUnlessFixed(t *testing.T) {
	name := theme.ColorNameBackground
	if Theme().Color(name, theme.VariantLight) != light[name] || Theme().Color(name, theme.VariantDark) != dark[name] {
		t.Error("the theme does not follow the system")
	}
	if Fixed(theme.VariantDark).Color(name, theme.VariantLight) != dark[name] {
		t.Error("a fixed theme follows the system")
	}
	if Theme().Icon(theme.IconNameConfirm) == nil || Theme().Font(fyne.TextStyle{Bold: true}) == nil || Theme().Size("none") != 0 {
		t.Error("what the theme does not set is not Fyne's own")
	}
}

// TestSignsAreDrawn draws each sign and looks whether it is a picture of its own, and not
// the box of a glyph that the font lacks.
func TestSignsAreDrawn(t *testing.T) {
	test.NewApp().Settings().SetTheme(Fixed(theme.VariantLight))
	missing := picture("\ue000") // for private use: no font has it
	drawn := map[string]string{}
	for name, sign := range map[string]Sign{
		"None": None, "Done": Done, "Warning": Warning, "Failed": Failed, "Queued": Queued, "Busy": Busy, "Unknown": Unknown,
		"Changed": Changed, "Gone": Gone, "Held": Held, "Connected": Connected, "Waiting": Waiting, "Suggested": Suggested,
	} {
		got := picture(sign.Glyph)
		if got == missing || got == picture(" ") {
			t.Errorf("%s: the font has no %s", name, sign.Glyph)
		}
		if other, ok := drawn[got]; ok {
			t.Errorf("%s looks like %s but for its colour", name, other)
		}
		drawn[got] = name
	}
}

// picture returns how a glyph is drawn with the symbol font.
func picture(glyph string) string {
	text := canvas.NewText(glyph, color.Black)
	text.TextSize, text.TextStyle.Symbol = 20, true
	w := test.NewWindow(text)
	defer w.Close()
	w.SetPadded(false)
	w.Resize(fyne.NewSize(30, 30))
	return string(w.Canvas().Capture().(*image.NRGBA).Pix)
}
