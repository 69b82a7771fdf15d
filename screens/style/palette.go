package style

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// rgb and rgba read colours as they are written on the web, 0xRRGGBB.
func rgb(hex uint32) color.NRGBA { return rgba(hex, 0xff) }

func rgba(hex uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: alpha}
}

// The palettes. Every text stands out from every ground it is drawn on by at least
// 4.5:1, tints included, and the border of every field by 3:1; a test computes it.
var light = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0xfbfcfd),
	theme.ColorNameHeaderBackground:    rgb(0xeff2f5),
	theme.ColorNameOverlayBackground:   rgb(0xffffff),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameInputBackground:     rgb(0xffffff),
	theme.ColorNameInputBorder:         rgb(0x7f8b99),
	theme.ColorNameButton:              rgb(0xe8ecf0),
	theme.ColorNameDisabledButton:      rgb(0xeef1f4),
	theme.ColorNameInnerWindowBorder:   rgb(0xeff2f5),
	theme.ColorNameForeground:          rgb(0x1c2733),
	theme.ColorNamePlaceHolder:         rgb(0x526070),
	theme.ColorNameDisabled:            rgb(0x616d7b),
	theme.ColorNamePrimary:             rgb(0x1b5cb8),
	theme.ColorNameHyperlink:           rgb(0x1b5cb8),
	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameSuccess:             rgb(0x136b3f),
	theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
	theme.ColorNameWarning:             rgb(0x8a4b00),
	theme.ColorNameForegroundOnWarning: rgb(0xffffff),
	theme.ColorNameError:               rgb(0xb3201b),
	theme.ColorNameForegroundOnError:   rgb(0xffffff),
	theme.ColorNameSelection:           rgba(0x1b5cb8, 0x22),
	theme.ColorNameFocus:               rgba(0x1b5cb8, 0x2a),
	theme.ColorNameHover:               rgba(0x1c2733, 0x0d),
	theme.ColorNamePressed:             rgba(0x1c2733, 0x1c),
	theme.ColorNameSeparator:           rgb(0xe3e8ed),
	theme.ColorNameScrollBar:           rgba(0x1c2733, 0x80),
	theme.ColorNameScrollBarBackground: rgb(0xe8ecf0),
	theme.ColorNameShadow:              rgba(0x1c2733, 0x33),
}

var dark = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0x171b20),
	theme.ColorNameHeaderBackground:    rgb(0x20262d),
	theme.ColorNameOverlayBackground:   rgb(0x20262d),
	theme.ColorNameMenuBackground:      rgb(0x232a31),
	theme.ColorNameInputBackground:     rgb(0x1f252c),
	theme.ColorNameInputBorder:         rgb(0x727f8d),
	theme.ColorNameButton:              rgb(0x2c343d),
	theme.ColorNameDisabledButton:      rgb(0x242a31),
	theme.ColorNameInnerWindowBorder:   rgb(0x20262d),
	theme.ColorNameForeground:          rgb(0xe4e9ee),
	theme.ColorNamePlaceHolder:         rgb(0xadb8c4),
	theme.ColorNameDisabled:            rgb(0x929ead),
	theme.ColorNamePrimary:             rgb(0x8ab9ff),
	theme.ColorNameHyperlink:           rgb(0x8ab9ff),
	theme.ColorNameForegroundOnPrimary: rgb(0x0b1a30),
	theme.ColorNameSuccess:             rgb(0x62cf94),
	theme.ColorNameForegroundOnSuccess: rgb(0x06210f),
	theme.ColorNameWarning:             rgb(0xf0b44c),
	theme.ColorNameForegroundOnWarning: rgb(0x2a1900),
	theme.ColorNameError:               rgb(0xff9a94),
	theme.ColorNameForegroundOnError:   rgb(0x360705),
	theme.ColorNameSelection:           rgba(0x86b6ff, 0x2b),
	theme.ColorNameFocus:               rgba(0x86b6ff, 0x33),
	theme.ColorNameHover:               rgba(0xffffff, 0x0d),
	theme.ColorNamePressed:             rgba(0xffffff, 0x1a),
	theme.ColorNameSeparator:           rgb(0x2b323a),
	theme.ColorNameScrollBar:           rgba(0xffffff, 0x80),
	theme.ColorNameScrollBarBackground: rgb(0x2c343d),
	theme.ColorNameShadow:              rgba(0x000000, 0x77),
}
