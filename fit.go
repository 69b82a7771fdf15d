package main

import (
	"math"
	"os"
	"runtime"
	"strconv"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// usual is the size of the first window, and where a person left none.
var usual = fyne.NewSize(1280, 760)

// The preferences in which the size of the window is kept.
const (
	widthKey  = "window.width"
	heightKey = "window.height"
)

// lastSize is the size that the window had when it was closed.
func lastSize(p fyne.Preferences) fyne.Size {
	return fyne.NewSize(
		float32(p.FloatWithFallback(widthKey, float64(usual.Width))), float32(p.FloatWithFallback(heightKey, float64(usual.Height))))
}

func keepSize(p fyne.Preferences, w fyne.Window) {
	size := w.Canvas().Size()
	if size.Width > 0 && size.Height > 0 {
		p.SetFloat(widthKey, float64(size.Width))
		p.SetFloat(heightKey, float64(size.Height))
	}
}

// open gives a window its size, or as much of it as the screen has room for.
func open(w fyne.Window, size, room fyne.Size) {
	fitting := fit(size, room)
	w.Resize(fitting)
	if fitting != size {
		w.CenterOnScreen() // where the system would place it, its end may be beyond the screen's
	}
}

// fit is a size that fits into a room. One that is not known holds everything.
func fit(size, room fyne.Size) fyne.Size {
	if room.Width <= 0 || room.Height <= 0 {
		return size
	}
	return size.Min(room)
}

// frame is what the system draws around a window, and a little more, so that in the middle of the
// screen it covers no taskbar.
var frame = fyne.NewSize(16, 56)

// roomOf is how much room for a window a monitor has, beside the taskbar and in the units of the toolkit.
func roomOf(m *glfw.Monitor) fyne.Size {
	if m == nil {
		return fyne.Size{}
	}
	_, _, width, height := m.GetWorkarea()
	scale := scaleOf(m)
	return fyne.NewSize(float32(width)/scale, float32(height)/scale).Subtract(frame)
}

// scaleOf is how many pixels a unit of the toolkit takes on a monitor, as the toolkit will find out
// itself once it has a window.
func scaleOf(m *glfw.Monitor) float32 {
	scale := float32(1) // macOS counts in such units
	switch runtime.GOOS {
	case "windows":
		scale, _ = m.GetContentScale()
	case "linux":
		const usual, least, most = 120, 10, 1000 // dots an inch; beyond these the monitor lies
		if mm, _ := m.GetPhysicalSize(); mm > 0 && os.Getenv("WAYLAND_DISPLAY") == "" {
			if dpi := float32(m.GetVideoMode().Width) / (float32(mm) / 25.4); dpi >= least && dpi <= most {
				scale = max(scale, dpi/usual)
			}
		}
	}
	if own, err := strconv.ParseFloat(os.Getenv("FYNE_SCALE"), 32); err == nil && own > 0 {
		scale *= float32(own)
	}
	return float32(math.Round(float64(scale)*10)) / 10
}
