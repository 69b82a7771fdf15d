package style

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Sign is a glyph that stands before the word it belongs to, and the theme's colour for
// it. It is drawn with the theme's symbol font (fyne.TextStyle{Symbol: true}): no other
// is sure to have it. As a type without a name of its own it can be given to whoever
// draws such a pair, the grid for one.
type Sign = struct {
	Glyph string
	Color fyne.ThemeColorName
}

// The signs of results. Each glyph is told apart without its colour.
var (
	None    = Sign{"–", theme.ColorNamePlaceHolder} // nothing has happened yet
	Done    = Sign{"✓", theme.ColorNameSuccess}
	Warning = Sign{"⚠", theme.ColorNameWarning}
	Failed  = Sign{"✗", theme.ColorNameError}
	Queued  = Sign{"○", theme.ColorNamePlaceHolder}
	Busy    = Sign{"↻", theme.ColorNamePrimary}
	Unknown = Sign{"?", theme.ColorNameWarning}
	Changed = Sign{"≠", theme.ColorNameWarning} // differs from what was sent
	Gone    = Sign{"∅", theme.ColorNameWarning} // no longer there
	Held    = Sign{"■", theme.ColorNamePlaceHolder}
)

// Overdue is the sign of a due date that has passed.
var Overdue = Sign{"⚠", theme.ColorNameError}

// Now is the sign of the step that is to be taken, among steps that are Done or Queued.
var Now = Sign{"●", theme.ColorNamePrimary}

// The signs of the connection to Xero.
var (
	Connected    = Sign{"●", theme.ColorNameSuccess}
	Waiting      = Sign{"…", theme.ColorNameWarning}
	Offline      = Sign{"○", theme.ColorNameWarning}
	ConsentEnded = Sign{"⚠", theme.ColorNameWarning}
	Disconnected = Sign{"✗", theme.ColorNameError}
	NotConnected = Sign{"–", theme.ColorNamePlaceHolder}
)

// The signs of how a client stands with the contacts in Xero.
var (
	Linked    = Sign{"●", theme.ColorNameSuccess}
	Suggested = Sign{"◐", theme.ColorNameWarning} // one contact, or one of several, may be the client's
	Unlinked  = Sign{"○", theme.ColorNamePlaceHolder}
	Archived  = Sign{"✗", theme.ColorNameError}
)
