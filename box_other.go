//go:build !windows

package main

import "fyne.io/fyne/v2"

// noOpenGL says what helps where there is no OpenGL.
const noOpenGL = "window.no-opengl"

// box returns nil: what the program prints is read on the terminal, or in the journal of the desktop.
func box() func(text string) { return nil }

// bringUp does nothing more: the toolkit brings a window to the front.
func bringUp(fyne.Window) {}
