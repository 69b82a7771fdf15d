package main

import (
	"errors"
	"fmt"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"

	"feebridge/app"
	"feebridge/assets/translations"
)

// display returns how much room for a window the screen has, or why no window can be opened on this
// computer. The toolkit itself would panic without a display, and end the program without OpenGL.
func display() (room fyne.Size, err error) {
	if err := tryDisplay(func() error { return glfw.Init() }); err != nil {
		return room, unseen("window.no-display", err)
	}
	defer glfw.Terminate() // the toolkit chooses for itself between what the system has
	if err := tryDisplay(tryOpenGL); err != nil {
		return room, unseen(noOpenGL, err)
	}
	return roomOf(glfw.GetPrimaryMonitor()), nil
}

func unseen(key string, err error) error {
	return &app.Error{Code: app.Unavailable, Phrase: translations.Say(key, "Error", err), Err: err}
}

// tryOpenGL makes a window that is never seen, for the same OpenGL as the toolkit.
func tryOpenGL() error {
	glfw.WindowHint(glfw.Visible, glfw.False)
	glfw.WindowHint(glfw.ContextVersionMajor, 2)
	glfw.WindowHint(glfw.ContextVersionMinor, 1)
	w, err := glfw.CreateWindow(1, 1, "Feebridge", nil, nil)
	if err != nil {
		return err
	}
	if w == nil { // so it may be where Windows has no driver at all
		return errors.New("no graphics driver")
	}
	w.Destroy()
	return nil
}

// tryDisplay runs a call to the window library, and returns its panic as an error.
func tryDisplay(try func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return try()
}
