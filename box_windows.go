package main

import (
	"fyne.io/fyne/v2"
	"golang.org/x/sys/windows"
)

// noOpenGL says what helps where there is no OpenGL: on Windows that is the rule over Remote Desktop, on
// servers and in virtual machines.
const noOpenGL = "window.no-opengl.windows"

// box returns what shows a text in a box of the system, where nobody reads what the program prints:
// the window's build has no console. It returns nil where somebody does.
func box() func(text string) {
	if out, err := windows.GetStdHandle(windows.STD_ERROR_HANDLE); err == nil && isRead(out) {
		return nil
	}
	return func(text string) {
		said, err := windows.UTF16PtrFromString(text)
		if err != nil {
			return
		}
		title, _ := windows.UTF16PtrFromString("Feebridge") // has no zero
		_, _ = windows.MessageBox(0, said, title, windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
	}
}

// isRead reports whether what is written there gets to somebody: to a console, a file or another program. A program that
// Feebridge itself started, such as the window after a restore, writes to the null device, which counts as a terminal.
func isRead(out windows.Handle) bool {
	kind, err := windows.GetFileType(out)
	switch {
	case err != nil:
		return false
	case kind == windows.FILE_TYPE_CHAR:
		var mode uint32
		return windows.GetConsoleMode(out, &mode) == nil
	}
	return kind != windows.FILE_TYPE_UNKNOWN
}

// bringUp opens a window that is on the taskbar alone, and has it in front, which the toolkit does not do.
func bringUp(w fyne.Window) {
	window := handleOf(w)
	if window == 0 {
		return
	}
	if iconic, _, _ := isIconic.Call(window); iconic != 0 {
		_, _, _ = showWindow.Call(window, windows.SW_RESTORE)
	}
	_, _, _ = setForegroundWindow.Call(window)
}
