package screens

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/screens/style"
)

// FailureParams are what the page shows when a firm's data could not be opened.
type FailureParams struct {
	Window      fyne.Window
	Preferences fyne.Preferences
	Do          func(func()) // as in Params
	ChooseFile  FileChooser  // as in Params
	Versions    string       // as in Params

	Err     error
	File    string       // of the database
	Damaged *app.Damaged // nil where it is for another reason
	// LockedBy is the policy that sets the database; "" where the person may open another.
	LockedBy string

	Restore  func(ctx context.Context, backup string) error // puts a backup in the place of the file
	Use      func(ctx context.Context) error                // takes a file that was altered as it is
	SaveCopy func(to string) error                          // copies the file as it is

	// What the window closes for.
	Again, Look, Quit func()
	Open              func(file string)
}

// failure is the page.
type failure struct {
	*shell
	FailureParams
	told *fyne.Container // the result of what the person chose
}

// ShowFailure fills the window with why the firm's data could not be opened, and what a person can
// do about it. It never makes an empty firm. The returned function ends what it does in the
// background.
func ShowFailure(p FailureParams) (end func()) { return newFailure(p).close }

func newFailure(p FailureParams) *failure {
	learnWords()
	applyTheme(p.Preferences.String(themeKey))
	s := &shell{ui: newUI(p.Do, nil), window: p.Window, preferences: p.Preferences, format: style.System(), chooseFile: p.ChooseFile, now: time.Now}
	f := &failure{shell: s, FailureParams: p, told: container.NewVBox()}
	s.dialogs = &dialogs{window: p.Window}
	s.keys = newKeyboard(p.Window.Canvas(), func(ev *fyne.KeyEvent) {
		switch {
		case s.dialogs.top() != nil:
			s.dialogs.typed(ev)
		case s.picker != nil && ev.Name == fyne.KeyEscape:
			s.picker.Dismiss()
		}
	})
	s.dialogs.keys = s.keys
	s.notice = func(text string) { f.tell(style.Busy, text) }

	var text *fyne.Container
	title := lang.L("failure.title")
	if p.Damaged != nil {
		title, text = damageTitle(p.Damaged), damageText(s.format, p.Damaged, time.Now())
	} else {
		text = container.NewVBox(paragraph(say(p.Err)))
	}
	if said := say(p.Err); p.LockedBy != "" && !strings.Contains(said, p.LockedBy) {
		text.Add(caption(lang.L("policy.database.hint", with{"File": p.LockedBy})))
	}
	body := container.NewVBox(heading(title), text, f.told, f.choices(), widget.NewSeparator(), f.rest())
	p.Window.SetPadded(false)
	p.Window.SetContent(container.NewVScroll(container.NewCenter(container.New(atLeastWide{width: 660}, body))))
	return f
}

// choices are the buttons for what can be done about the failure, the best first.
func (f *failure) choices() fyne.CanvasObject {
	row := container.New(layout.NewRowWrapLayout())
	add := func(key string, do func()) {
		b := newButton(f.keys, lang.L(key), do)
		if len(row.Objects) == 0 {
			b.Importance = widget.HighImportance
		}
		row.Add(b)
	}
	d := f.Damaged
	if d == nil {
		add("action.try-again", f.Again)
		f.addOther(add)
		return row
	}
	if d.Copy != nil {
		add("damaged.restore", func() { f.putBack(d.Copy.Path) })
	}
	if d.What == app.Altered {
		add("damaged.use", func() { f.then(lang.L("busy.checking-file"), f.Use) })
	}
	add("damaged.restore-other", func() { f.pickPath(lang.L("backup.pick-title"), []string{".db"}, f.putBack) })
	if d.What != app.Gone {
		add("damaged.look", f.Look)
		add("damaged.save-copy", f.saveCopy)
	}
	f.addOther(add)
	return row
}

// addOther lets the person open another database, if no policy sets it.
func (f *failure) addOther(add func(key string, do func())) {
	if f.LockedBy == "" {
		add("failure.open-other", f.pickOther)
	}
}

// rest are the buttons that every failure has.
func (f *failure) rest() fyne.CanvasObject {
	return container.NewHBox(
		newButton(f.keys, lang.L("failure.copy-details"), func() {
			fyne.CurrentApp().Clipboard().SetContent(f.details())
			f.tell(style.Done, lang.L("failure.copied"))
		}),
		layout.NewSpacer(),
		newButton(f.keys, lang.L("action.quit"), f.Quit))
}

// details are for the person who helps: the words of the commands and the log, and their cause.
func (f *failure) details() string {
	text := fmt.Sprintf("%s\n%s\n%v\n", f.Versions, f.File, f.Err)
	if f.Damaged != nil && f.Damaged.Err != nil {
		text += f.Damaged.Err.Error() + "\n"
	}
	return text
}

func (f *failure) tell(sign style.Sign, text string) {
	f.told.RemoveAll()
	if text != "" {
		f.told.Add(signed(sign, paragraph(text)))
	}
	f.told.Refresh()
}

// then does what can take a while and, once it is done, opens the firm.
func (f *failure) then(doing string, work func(context.Context) error) {
	act(f.shell, doing, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) },
		func(_ struct{}, err error) {
			if err != nil {
				f.tell(style.Failed, say(err))
				return
			}
			f.Again()
		})
}

func (f *failure) putBack(backup string) {
	f.then(lang.L("busy.checking-backup"), func(ctx context.Context) error { return f.Restore(ctx, backup) })
}

func (f *failure) pickOther() { f.pickPath(lang.L("failure.open-other"), []string{".db"}, f.Open) }

func (f *failure) saveCopy() {
	f.saveFile(lang.L("damaged.save-copy"), damagedName(time.Now()), func(_ context.Context, path string) error { return f.SaveCopy(path) },
		func(path string) { f.tell(style.Done, lang.L("damaged.saved", with{"File": path})) })
}

// damagedName is what a copy of a damaged file is called.
func damagedName(now time.Time) string { return "feebridge-damaged-" + now.Format(nameTime) + ".db" }

func damageTitle(d *app.Damaged) string {
	switch d.What {
	case app.Altered:
		return lang.L("damaged.title.altered")
	case app.Gone:
		return lang.L("damaged.title.gone")
	}
	return lang.L("damaged.title")
}

// damageText says what is wrong with the firm's data, and what there is to put in its place.
func damageText(f style.Format, d *app.Damaged, now time.Time) *fyne.Container {
	key := "damaged.what.broken"
	switch d.What {
	case app.Altered:
		key = "damaged.what.altered"
	case app.Gone:
		key = "damaged.what.gone"
	}
	text := container.NewVBox(paragraph(lang.L(key, with{"File": d.File})))
	if d.Copy == nil {
		text.Add(paragraph(lang.L("damaged.no-backup")))
	} else {
		text.Add(paragraph(lang.L("damaged.newest", with{"When": f.Moment(d.Copy.At, now), "Lost": told(d.Copy.LostWords())})))
		text.Add(caption(d.Copy.Path))
	}
	if d.What == app.Altered {
		text.Add(paragraph(lang.L("damaged.use.hint")))
	}
	return text
}
