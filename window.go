package main

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver/software"
	"github.com/pkg/browser"

	"feebridge/app"
	"feebridge/app/staff"
	"feebridge/assets"
	"feebridge/assets/demo"
	"feebridge/command"
	"feebridge/data/paper"
	"feebridge/data/sheet"
	"feebridge/screens"
)

// appID names the application's preferences; the demo firm has its own.
const appID = "org.feebridge.app"

// toolkit begins what draws windows, with the preferences of that name. However the program was started, its windows
// are Feebridge's to the system.
func toolkit(id string) fyne.App {
	_ = identify() // they would stand for themselves on the taskbar
	f := fyneapp.NewWithID(id)
	f.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	return f
}

// openWindow shows a firm until the person closes the window, and returns the backup that
// they chose to put in the place of the database. Background work ends before it returns,
// and nothing is drawn after that.
func openWindow(ctx context.Context, firm command.Opened) (backup string, err error) {
	room, err := display()
	if err != nil {
		return "", err
	}
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	title, id := "Feebridge", appID
	if firm.Demo != nil {
		title, id = "Feebridge — demo firm", appID+".demo"
	}
	f := toolkit(id)
	w := f.NewWindow(title)
	w.SetMaster()
	if firm.Demo == nil {
		open(w, lastSize(f.Preferences()), room)
	} else {
		open(w, usual, room)
	}

	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- firm.App.Run(ctx) }()
	d := &seat{Opened: firm, window: w, papers: paper.NewFolder(), preferences: f.Preferences(), notify: notify(f)}
	defer d.papers.Close()
	go d.papers.Sweep()
	d.do = newRest(w).do
	d.want(firm.Link)
	d.sit(ctx, firm.Me)
	d.linked.Go(func() { firm.Door.Links(ctx, firm.Firm.MarkBase, d.follow) })
	if firm.Host != nil {
		d.linked.Go(func() { firm.Host.Serve(ctx, func(key string) { d.called(ctx, key) }) })
	}
	context.AfterFunc(ctx, func() { d.do(w.Close) })
	f.Lifecycle().SetOnStarted(func() { screens.Soon(d.focus) })
	f.Lifecycle().SetOnEnteredForeground(func() { d.foreground(true) })
	f.Lifecycle().SetOnExitedForeground(func() { d.foreground(false) })
	toured := make(chan error, 1)
	if firm.Demo != nil && firm.Demo.Tour != "" {
		go func() {
			content := d.content.Load()
			toured <- screens.Tour(ctx, content, d.stage())
			content.Quit()
		}()
	} else {
		toured <- nil
	}
	w.ShowAndRun()
	if firm.Demo == nil {
		keepSize(f.Preferences(), w)
	}
	cancel()
	d.linked.Wait()
	d.clear()
	return d.backup, errors.Join(<-toured, <-ended)
}

// showFailure shows why a firm could not be opened, and returns what the person chose to do.
func showFailure(ctx context.Context, failure command.Failure) (choice command.Choice, err error) {
	room, err := display()
	if err != nil {
		return choice, err
	}
	f := toolkit(appID)
	w := f.NewWindow("Feebridge")
	w.SetMaster()
	open(w, fyne.NewSize(920, 600), room)
	choose := func(c command.Choice) { choice = c; w.Close() }
	end := screens.ShowFailure(screens.FailureParams{
		Window: w, Preferences: f.Preferences(), ChooseFile: chooser(w), Versions: versions(ctx),
		Err: failure.Err, File: failure.File, Damaged: failure.Damaged, LockedBy: failure.LockedBy,
		Restore: failure.Restore, Use: failure.Use, SaveCopy: failure.SaveCopy,
		Again: func() { choose(command.Choice{Again: true}) },
		Look:  func() { choose(command.Choice{Look: true}) },
		Open:  func(file string) { choose(command.Choice{File: file}) },
		Quit:  w.Close,
	})
	context.AfterFunc(ctx, func() { screens.Soon(w.Close) })
	w.ShowAndRun()
	end()
	return choice, nil
}

// versions returns what the window tells of the program. Where SQLite cannot be asked, no firm can be opened either, and
// the failure says why.
func versions(ctx context.Context) string {
	v, _ := command.ReadVersions(ctx, version)
	return v.String()
}

// restart starts the program again with the same arguments and more, but for a link, and waits for nothing.
func restart(more ...string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return exec.CommandContext(context.Background(), program, append(command.Lasting(os.Args[1:]), more...)...).Start()
}

// seat is the window with the member who sits at it.
type seat struct {
	command.Opened
	window      fyne.Window
	preferences fyne.Preferences
	do          func(func()) // runs a function on the goroutine that draws, soon; nil takes the toolkit's own
	notify      func(title, text string)
	content     atomic.Pointer[screens.Window] // nil while nobody is signed in
	end         func()                         // ends what the window does in the background
	backup      string                         // that is to take the place of the database; "" for none
	wanted      atomic.Pointer[string]         // the key of a link that waits for a member to sign in; nil for none
	linked      sync.WaitGroup                 // what follows links

	papers *paper.Folder // of the invoices that are looked at
}

// sit fills the window for a member of staff, or asks who it is.
func (d *seat) sit(ctx context.Context, me staff.Member) {
	d.clear()
	next := func(other staff.Member) { d.sit(ctx, other) }
	if me.ID == "" {
		me, _ = d.App.Who(ctx) // nobody, where they must sign in
	}
	if me.ID == "" {
		d.end = screens.SignOn(screens.SignOnParams{
			Firm: d.Firm.Name, Window: d.window, Preferences: d.preferences, Authenticate: d.App.Authenticate, Then: next,
		})
		return
	}
	p := screens.Params{
		App: d.App, Me: me, Firm: d.Firm, Window: d.window, Preferences: d.preferences, Do: d.do,
		ReadSheet: func(name string, content []byte) (app.Sheet, error) {
			return sheet.Read(name, bytes.NewReader(content))
		},
		ReadFile: sheet.ReadFile, WriteSheet: d.writeSheet, WriteTemplate: d.writeTemplate, WritePaper: d.writePaper, OpenFile: openFile, ChooseFile: chooser(d.window),
		OpenURL: openURL, Explore: explore, Versions: versions(ctx), Notify: d.notify,
	}
	if c := d.Crashed; c != nil {
		p.Crash = &screens.Crash{At: c.At, Text: c.Text, Show: func() { openFile(c.Path) }, Told: func() { d.Crashed = nil; _ = c.Told(time.Now()) }}
	}
	p.Earlier = d.earlier()
	if d.Demo != nil {
		p.Simulator, p.Switch = d.Demo.Page, next
	} else {
		p.SignOut = func() { next(staff.Member{}) }
		p.Restore = func(path string) {
			d.backup = path
			d.window.Close()
		}
	}
	if firm, err := d.App.Firm(ctx); err == nil {
		p.Firm, d.Firm = firm, firm
	}
	content := screens.New(p)
	d.content.Store(content)
	d.end = content.Close
	content.Focus()
	d.linked.Go(func() { d.showWanted(ctx) })
}

// earlierKey has the folder of an earlier version that the person knows of.
const earlierKey = "earlier"

// earlier is what to tell of the folder of an earlier version, until the person has closed it.
func (d *seat) earlier() *screens.Earlier {
	e := d.Earlier
	if e == nil || !e.Moved && d.preferences.String(earlierKey) == e.From {
		return nil
	}
	there := e.From
	if e.Moved {
		there = e.To
	}
	return &screens.Earlier{Text: e.String(), Show: func() { openFile(there) }, Left: func() {
		d.Earlier = nil
		if !e.Moved {
			d.preferences.SetString(earlierKey, e.From)
		}
	}}
}

func (d *seat) focus() {
	if content := d.content.Load(); content != nil {
		content.Focus()
	}
}

// foreground tells the window whether a person has it in front.
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
		return app.Errorf(app.Unavailable, "landing.nobody")
	}
	id, err := d.App.Marked(ctx, content.Me(), mark)
	if err != nil {
		return err
	}
	d.raise()
	content.Show(id)
	return nil
}

// called does what another start of Feebridge asks for: it brings the window to the front and, with a
// key, shows the invoice whose mark has it. Any goroutine may call it.
func (d *seat) called(ctx context.Context, key string) {
	d.raise()
	d.want(key)
	d.showWanted(ctx)
}

// want keeps the key of a link until it can be followed; "" is none.
func (d *seat) want(key string) {
	if key != "" {
		d.wanted.Store(&key)
	}
}

// showWanted follows the link that is wanted, once a member is signed in. The person cannot see
// otherwise why it leads to nothing: they came from another program.
func (d *seat) showWanted(ctx context.Context) {
	content := d.content.Load()
	if content == nil {
		return
	}
	if key := d.wanted.Swap(nil); key != nil {
		if err := d.follow(ctx, *key); err != nil {
			content.NotShown(err)
		}
	}
}

// raise brings the window to the front. Any goroutine may call it.
func (d *seat) raise() {
	d.do(func() {
		d.window.Show()
		d.window.RequestFocus()
		bringUp(d.window)
	})
}

// clear ends what the window shows.
func (d *seat) clear() {
	d.content.Store(nil)
	if d.end != nil {
		d.end()
	}
	d.end = nil
}

// writePaper writes an invoice as PDF, without a path into a folder of its own.
func (d *seat) writePaper(invoice app.Document, path string) (string, error) {
	content, err := d.Paper.Print(invoice)
	if err != nil {
		return "", err
	}
	write := func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
	if path != "" {
		return path, sheet.PDF.Save(path, d.Own, write)
	}
	if path, err = d.papers.Path(string(invoice.Invoice.ID)); err != nil {
		return "", err
	}
	return path, sheet.WriteFile(path, write)
}

// writeSheet writes a file of cells, as XLSX where its name ends so, else as CSV.
func (d *seat) writeSheet(path string, cells [][]app.SheetCell) error {
	kind, write := sheet.Named(path)
	if write == nil {
		kind, write = sheet.CSV, sheet.WriteCSV
	}
	return kind.Save(path, d.Own, func(w io.Writer) error { return write(w, cells) })
}

func (d *seat) writeTemplate(path string, sheets [][][]app.SheetCell) ([]string, error) {
	return sheet.WriteTemplate(path, d.Own, sheets)
}

// openFile opens a file in the system's viewer, without making the window wait.
func openFile(path string) {
	go func() { _ = browser.OpenFile(path) }() // best effort
}

// stage is where a tour plays: it keeps its pictures in the folder that was asked for.
func (d *seat) stage() screens.Stage {
	return screens.Stage{
		Capture: func(name string) error { return capture(d.window, filepath.Join(d.Demo.Tour, name+".png")) },
		Resize:  func(width, height float32) { d.window.Resize(fyne.NewSize(width, height)) },
		Name:    demo.FileName, File: demo.File, InXero: d.Demo.InXero,
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
	go func() { _ = exec.CommandContext(context.Background(), program, "--demo").Run() }() // best effort
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
