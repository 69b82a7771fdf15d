// Package style is how Feebridge looks: its theme, its signs, and dates and money written
// for the eye.
package style

import (
	_ "embed" // the symbol font
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Spacing, in the units of Fyne.
const (
	Gap     = 4 // between what belongs together
	Spacing = 8 // between groups, and around a screen's content
)

// Ring is how wide the outline of what has the keys is.
const Ring = 2

// symbols is the regular face of Inter (Open Font License, symbols-LICENSE.txt) cut down
// to the glyphs of the signs: the fonts that Fyne brings hold none of them. It was made
// from Fyne's own copy of the font with
//
//	pyftsubset Inter-Regular.ttf --text="✓✗⚠●○↻↑↓≠∅■?–…" --layout-features='' --no-hinting --output-file=symbols.ttf
//
// and "◐", which that copy lacks, was drawn into it: the outline of "○", and the left half of "●".
//
//go:embed symbols.ttf
var symbols []byte

var symbolFont = fyne.NewStaticResource("feebridge-symbols.ttf", symbols)

// Theme returns the theme of the application, light or dark as the system says.
func Theme() fyne.Theme { return look{Theme: theme.DefaultTheme()} }

// Fixed returns the theme in that variant, whatever the system says.
func Fixed(v fyne.ThemeVariant) fyne.Theme {
	return look{Theme: theme.DefaultTheme(), fixed: true, variant: v}
}

// look is Fyne's own theme with our colours, sizes and signs. Looks can be compared.
type look struct {
	fyne.Theme
	fixed   bool
	variant fyne.ThemeVariant // if it is fixed
}

func (l look) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if l.fixed {
		v = l.variant
	}
	palette := light
	if v == theme.VariantDark {
		palette = dark
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return l.Theme.Color(name, v)
}

func (l look) Font(s fyne.TextStyle) fyne.Resource {
	if s.Symbol {
		return symbolFont
	}
	return l.Theme.Font(s)
}

func (l look) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return l.Theme.Size(name)
}

// sizes make the window dense: it shows as many invoices as can be read.
var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:            13,
	theme.SizeNameCaptionText:     12,
	theme.SizeNameSubHeadingText:  16,
	theme.SizeNameHeadingText:     20,
	theme.SizeNamePadding:         Gap,
	theme.SizeNameInnerPadding:    6,
	theme.SizeNameLineSpacing:     3,
	theme.SizeNameModalBlurRadius: 0,
	theme.SizeNameInlineIcon:      18,
	theme.SizeNameScrollBar:       11,
	theme.SizeNameScrollBarSmall:  4,
	theme.SizeNameInputRadius:     4,
	theme.SizeNameButtonRadius:    4,
	theme.SizeNameSelectionRadius: 3,
	theme.SizeNameDialogRadius:    6,
}
