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
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver/software"
	"github.com/pkg/browser"

	"feebridge/app"
	"feebridge/app/staff"
	"feebridge/assets"
	"feebridge/assets/demo"
	"feebridge/data/paper"
	"feebridge/data/sheet"
	"feebridge/data/sqlite"
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
	title, id := "Feebridge", appID
	var there *simulator // nil where Xero is the live one
	if s.options.demo {
		title, id = "Feebridge — demo firm", appID+".demo"
		var end func()
		var err error
		if there, end, err = s.openDemo(ctx); err != nil {
			return s.fail(err)
		}
		defer end()
		fmt.Fprintln(s.out, "The simulated Xero, where you play the other side:", there.base)
	} else {
		if err := s.openFirm(ctx); err != nil {
			if gone, ok := errors.AsType[*sqlite.Damaged](err); ok {
				return s.showDamaged(ctx, gone)
			}
			return s.fail(err)
		}
		needed, err := s.app.NeedsSignIn(ctx)
		if err == nil && (!needed || s.options.as != "") {
			err = s.signIn(ctx)
		}
		if err != nil {
			return s.fail(err)
		}
		if s.me.ID != "" {
			if err := s.connect(ctx); err != nil {
				fmt.Fprintln(s.errs, "feebridge: Xero cannot be reached now:", err)
			}
		}
	}
	return s.show(ctx, title, id, there)
}

// show runs the window until the person closes it. Background work ends before the
// database closes, and nothing is drawn after that.
func (s *session) show(ctx context.Context, title, id string, there *simulator) int {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	f := fyneapp.NewWithID(id)
	f.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	w := f.NewWindow(title)
	w.SetMaster()
	w.Resize(fyne.NewSize(1280, 760))

	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.app.Run(ctx) }()
	d := &seat{session: s, window: w, preferences: f.Preferences(), notify: func(title, text string) { f.SendNotification(fyne.NewNotification(title, text)) }}
	if there != nil {
		d.simulator = there.base
	}
	defer d.tidy()
	d.sit(s.me)
	base := s.firm.MarkBase // which sit writes anew, for whoever comes
	var linked sync.WaitGroup
	linked.Go(func() { s.door.Links(ctx, base, d.follow) })
	context.AfterFunc(ctx, func() { screens.Soon(w.Close) })
	f.Lifecycle().SetOnStarted(func() { screens.Soon(d.focus) })
	f.Lifecycle().SetOnEnteredForeground(func() { d.foreground(true) })
	f.Lifecycle().SetOnExitedForeground(func() { d.foreground(false) })
	toured := make(chan error, 1)
	if s.options.tour != "" {
		go func() {
			content := d.content.Load()
			toured <- screens.Tour(ctx, content, s.stage(w, there))
			content.Quit()
		}()
	} else {
		toured <- nil
	}
	w.ShowAndRun()
	cancel()
	linked.Wait()
	d.clear()
	if err := errors.Join(<-toured, <-ended); err != nil {
		return s.fail(err)
	}
	if d.backup != "" {
		path := s.db.Path()
		s.close()
		s.db = nil
		return s.putBack(ctx, path, d.backup)
	}
	return exitDone
}

// putBack puts a backup in the place of the closed database, and opens the window anew.
func (s *session) putBack(ctx context.Context, path, backup string) int {
	kept, err := sqlite.Restore(ctx, path, backup)
	if err != nil {
		return s.fail(err)
	}
	if kept != "" {
		fmt.Fprintln(s.out, "What was there is kept as", kept)
	}
	program, err := os.Executable()
	if err != nil {
		return s.fail(err)
	}
	if err := exec.Command(program, os.Args[1:]...).Start(); err != nil {
		return s.fail(err)
	}
	return exitDone
}

// showDamaged shows what is wrong with the firm's data, and the copies that there are.
func (s *session) showDamaged(ctx context.Context, gone *sqlite.Damaged) int {
	f := fyneapp.NewWithID(appID)
	f.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	w := f.NewWindow("Feebridge")
	w.SetMaster()
	w.Resize(fyne.NewSize(860, 480))
	p := screens.DamagedParams{Window: w, Preferences: f.Preferences(), Text: gone.Error(), Quit: w.Close}
	for _, c := range gone.Copies {
		p.Copies = append(p.Copies, screens.Found{Path: c.Path, At: c.At})
	}
	backup := ""
	p.Restore = func(path string) {
		backup = path
		w.Close()
	}
	screens.ShowDamaged(p)
	context.AfterFunc(ctx, func() { screens.Soon(w.Close) })
	w.ShowAndRun()
	if backup != "" {
		return s.putBack(ctx, gone.Path, backup)
	}
	fmt.Fprintln(s.errs, "feebridge:", gone)
	return exitUnavailable
}

// seat is the window with whoever sits at it.
type seat struct {
	*session
	window      fyne.Window
	preferences fyne.Preferences
	simulator   string // its page; "" where Xero is the live one
	notify      func(title, text string)
	content     atomic.Pointer[screens.Window] // nil while nobody is signed in
	end         func()                         // ends what the window does in the background
	backup      string                         // that is to take the place of the database; "" for none

	mu     sync.Mutex
	papers string // folder of the invoices that are looked at; "" for none yet
}

// sit fills the window for a member of staff, or asks who it is.
func (d *seat) sit(me staff.Member) {
	d.clear()
	if me.ID == "" {
		me, _ = d.app.Who(context.Background()) // nobody, where she must say who she is
	}
	if me.ID == "" {
		d.end = screens.SignOn(screens.SignOnParams{
			Firm: d.firm.Name, Window: d.window, Preferences: d.preferences, Authenticate: d.app.Authenticate, Then: d.sit,
		})
		return
	}
	p := screens.Params{
		App: d.app, Me: me, Firm: d.firm, Window: d.window, Preferences: d.preferences,
		ReadSheet: func(name string, content []byte) (app.Sheet, error) {
			return sheet.Read(name, bytes.NewReader(content))
		},
		WriteSheet: writeSheet, WritePaper: d.writePaper, OpenFile: openFile,
		OpenURL: openURL, Explore: explore, Simulator: d.simulator, Version: version, Notify: d.notify,
	}
	if d.simulator != "" {
		p.Switch = d.sit
	} else {
		p.SignOut = func() { d.sit(staff.Member{}) }
		p.Restore = func(path string) {
			d.backup = path
			d.window.Close()
		}
	}
	if firm, err := d.app.Firm(context.Background()); err == nil {
		p.Firm, d.firm = firm, firm
	}
	content := screens.New(p)
	d.content.Store(content)
	d.end = content.Close
	content.Focus()
}

func (d *seat) focus() {
	if content := d.content.Load(); content != nil {
		content.Focus()
	}
}

// foreground tells the window whether a person has it before her.
func (d *seat) foreground(is bool) {
	if content := d.content.Load(); content != nil {
		content.Foreground(is)
	}
}

// follow shows the invoice that a mark in Xero leads to, to whoever is signed in. Any
// goroutine may call it.
func (d *seat) follow(ctx context.Context, mark string) error {
	content := d.content.Load()
	if content == nil {
		return app.Errorf(app.Unavailable, "Nobody is signed in to Feebridge. Sign in there, and follow the link again.")
	}
	id, err := d.app.Marked(ctx, content.Me(), mark)
	if err != nil {
		return err
	}
	content.Show(id)
	return nil
}

// clear ends what the window shows.
func (d *seat) clear() {
	d.content.Store(nil)
	if d.end != nil {
		d.end()
	}
	d.end = nil
}

// tidy throws away the invoices that were only looked at.
func (d *seat) tidy() {
	if d.papers != "" {
		_ = os.RemoveAll(d.papers)
	}
}

// writePaper writes an invoice as PDF, without a path into a folder of its own.
func (d *seat) writePaper(invoice app.Document, path string) (string, error) {
	if path == "" {
		folder, err := d.folder()
		if err != nil {
			return "", err
		}
		path = filepath.Join(folder, string(invoice.Invoice.ID)+".pdf")
	}
	return path, sheet.WriteFile(path, func(w io.Writer) error { return paper.Write(w, invoice) })
}

// folder returns the folder of the invoices that are looked at.
func (d *seat) folder() (_ string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.papers == "" {
		d.papers, err = os.MkdirTemp("", "feebridge-")
	}
	return d.papers, err
}

// writeSheet writes a file of cells, as XLSX where its name ends so, else as CSV.
func writeSheet(path string, cells [][]app.SheetCell) error {
	write := sheetWriter(path)
	if write == nil {
		write = sheet.WriteCSV
	}
	return sheet.WriteFile(path, func(w io.Writer) error { return write(w, cells) })
}

// openFile opens a file in the system's viewer, without making the window wait.
func openFile(path string) {
	go func() { _ = browser.OpenFile(path) }() // best effort
}

// stage is where a tour plays: it keeps its pictures in the folder that was asked for.
func (s *session) stage(w fyne.Window, there *simulator) screens.Stage {
	return screens.Stage{
		Capture: func(name string) error { return capture(w, filepath.Join(s.options.tour, name+".png")) },
		Resize:  func(width, height float32) { w.Resize(fyne.NewSize(width, height)) },
		Name:    demo.FileName, File: demo.File, InXero: there.act,
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
