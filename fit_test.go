package main

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestTheFirstWindowFitsTheScreen(t *testing.T) {
	screen := func(width, height, scale float32) fyne.Size {
		return fyne.NewSize(width/scale, height/scale).Subtract(frame)
	}
	for what, c := range map[string]struct{ room, want fyne.Size }{
		"1920 × 1080 at 100 %":   {screen(1920, 1040, 1), fyne.NewSize(1280, 760)},
		"1600 × 900 at 150 %":    {screen(1600, 828, 1.5), fyne.NewSize(1600/1.5-16, 828/1.5-56)},
		"1366 × 768 at 100 %":    {screen(1366, 728, 1), fyne.NewSize(1280, 672)},
		"3840 × 2160 at 200 %":   {screen(3840, 2080, 2), fyne.NewSize(1280, 760)},
		"one that nobody knows":  {fyne.Size{}, fyne.NewSize(1280, 760)},
		"one that is told wrong": {screen(0, 0, 1), fyne.NewSize(1280, 760)},
	} {
		if got := fit(usual, c.room); got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

func TestTheWindowOpensAsLargeAsItWasLeft(t *testing.T) {
	a := test.NewTempApp(t)
	w := a.NewWindow("")
	if got := lastSize(a.Preferences()); got != usual {
		t.Errorf("the first window is %v, want %v", got, usual)
	}
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1000, 700))
	keepSize(a.Preferences(), w)
	if got, want := lastSize(a.Preferences()), fyne.NewSize(1000, 700); got != want {
		t.Errorf("the next window is %v, want %v", got, want)
	}
}
