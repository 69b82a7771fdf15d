package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver/software"
	"github.com/pkg/browser"

	"feebridge/app"
	"feebridge/assets"
	"feebridge/assets/demo"
	"feebridge/data/sheet"
	"feebridge/screens"
)

func windowFlags(flags *flag.FlagSet, o *options) {
	simFlags(flags, o)
	flags.BoolVar(&o.demo, "demo", false, "explore the demo firm, on a throw-away database beside a simulated Xero")
	flags.StringVar(&o.tour, "tour", "", "with --demo: play the main job by itself, and write pictures of it to `FOLDER`")
}

// appID names the application's preferences; the demo firm has its own.
const appID = "org.feebridge.app"

func openWindow(ctx context.Context, s *session, words []string) int {
	switch {
	case len(words) > 0:
		return s.wrongUse("the window takes no arguments.")
	case s.options.tour != "" && !s.options.demo:
		return s.wrongUse("--tour goes with --demo.")
	}
	title, id, simulator := "Feebridge", appID, ""
	if s.options.demo {
		title, id = "Feebridge — demo firm", appID+".demo"
		there, end, err := s.openDemo(ctx)
		if err != nil {
			return s.fail(err)
		}
		defer end()
		simulator = there.base
		fmt.Fprintln(s.out, "The simulated Xero, where you play the other side:", simulator)
	} else {
		if err := s.open(ctx); err != nil {
			return s.fail(err)
		}
		if err := s.connect(ctx); err != nil {
			fmt.Fprintln(s.errs, "feebridge: Xero cannot be reached now:", err)
		}
	}
	return s.show(ctx, title, id, simulator)
}

// show runs the window until the person closes it. Background work ends before the
// database closes, and nothing is drawn after that.
func (s *session) show(ctx context.Context, title, id, simulator string) int {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	f := fyneapp.NewWithID(id)
	f.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	w := f.NewWindow(title)
	w.SetMaster()
	w.Resize(fyne.NewSize(1280, 760))

	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	content := screens.New(screens.Params{
		App: s.app, Me: s.me, Firm: s.firm, Window: w, Preferences: f.Preferences(),
		ReadSheet: func(name string, content []byte) (app.Sheet, error) {
			return sheet.Read(name, bytes.NewReader(content))
		},
		OpenURL: openURL, Explore: explore, Simulator: simulator, Version: version,
	})
	go func() { ended <- s.app.Run(ctx) }()
	context.AfterFunc(ctx, content.Quit)
	f.Lifecycle().SetOnStarted(content.Focus)
	toured := make(chan error, 1)
	if s.options.tour != "" {
		go func() {
			toured <- screens.Tour(ctx, content, s.stage(w))
			content.Quit()
		}()
	} else {
		toured <- nil
	}
	w.ShowAndRun()
	cancel()
	content.Close()
	if err := errors.Join(<-toured, <-ended); err != nil {
		return s.fail(err)
	}
	return exitDone
}

// stage is where a tour plays: it keeps its pictures in the folder that was asked for.
func (s *session) stage(w fyne.Window) screens.Stage {
	return screens.Stage{
		Capture: func(name string) error { return capture(w, filepath.Join(s.options.tour, name+".png")) },
		Resize:  func(width, height float32) { w.Resize(fyne.NewSize(width, height)) },
		Name:    demo.FileName, File: demo.File,
	}
}

// openURL opens an address in the person's browser, without making the window wait.
func openURL(address string) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return
	}
	go func() { _ = browser.OpenURL(address) }() // best effort
}

// explore opens the demo firm in a window of its own, which outlives this one.
func explore() {
	program, err := os.Executable()
	if err != nil {
		return
	}
	go func() { _ = exec.Command(program, "--demo").Run() }() // best effort
}

// capture writes a picture of the window. It draws the content once more in software:
// what the graphics driver drew cannot be read back everywhere.
func capture(w fyne.Window, path string) error {
	c := software.NewCanvas()
	c.SetPadded(w.Padded())
	c.SetScale(w.Canvas().Scale())
	c.Resize(w.Canvas().Size())
	c.SetContent(w.Content())
	for _, o := range w.Canvas().Overlays().List() {
		c.Overlays().Add(o)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, c.Capture()); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
