//go:build !windows

package main

import (
	"fyne.io/fyne/v2"

	"feebridge/screens"
)

// chooser returns nil: the toolkit's own file dialog needs nothing installed.
func chooser(fyne.Window) screens.FileChooser { return nil }
