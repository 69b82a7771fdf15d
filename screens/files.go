package screens

import (
	"context"
	"path/filepath"

	"fyne.io/fyne/v2"
	filedialog "fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/storage/repository"

	"feebridge/app"
	"feebridge/app/money"
)

// FileQuestion asks a person for a file.
type FileQuestion struct {
	Title   string
	Endings []string // of the files that fit, such as .csv
	All     string   // what every file is called, beside them
	Save    string   // the name that is offered to save as; "" to open a file
}

// A FileChooser shows the system's own dialog over the window, and returns the path that the person
// chose, or "" for none, once they did or ctx ended.
type FileChooser func(ctx context.Context, q FileQuestion) (path string, err error)

// pickFile lets the person choose a file with one of the endings, and gives its name and
// content to take.
func (s *shell) pickFile(title string, endings []string, take func(name string, content []byte)) {
	s.pickPath(title, endings, func(path string) {
		s.loadFile(path, func() ([]byte, error) { return s.readFile(path) }, take)
	})
}

// pickPath lets the person choose a file with one of the endings, and gives its path to take.
func (s *shell) pickPath(title string, endings []string, take func(path string)) {
	if s.chooseFile != nil {
		s.ask(FileQuestion{Title: title, Endings: endings, All: lang.L("file.all")}, lang.L("file.open.failed"), take)
		return
	}
	picker := filedialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		s.picker = nil
		switch {
		case err != nil:
			s.failed(lang.L("file.open.failed"), err)
		case file != nil:
			_ = file.Close() // it is opened again
			take(file.URI().Path())
		}
	}, s.window)
	picker.SetFilter(storage.NewExtensionFileFilter(endings))
	picker.SetTitleText(title)
	s.picker = picker
	picker.Show()
}

// ask has the person answer in the system's own dialog, one at a time, and gives what they chose to
// take. The window goes on meanwhile.
func (s *shell) ask(q FileQuestion, failed string, take func(path string)) {
	if s.picker != nil {
		return
	}
	asking := &task{ui: s.ui}
	s.picker = picking{asking, s}
	load(asking, func(ctx context.Context) (string, error) { return s.chooseFile(ctx, q) },
		func(path string, err error) {
			s.picker = nil
			switch {
			case err != nil:
				s.failed(failed, err)
			case path != "":
				take(path)
			}
		})
}

// picking is the system's own file dialog while it is open.
type picking struct {
	*task
	shell *shell
}

// Dismiss closes the dialog.
func (p picking) Dismiss() {
	p.stop()
	p.shell.picker = nil
}

// loadFile reads a file in the background, and gives its name without a folder and its content to take.
func (s *shell) loadFile(name string, file func() ([]byte, error), take func(name string, content []byte)) {
	act(s, lang.L("busy.reading-file"), func(context.Context) ([]byte, error) { return file() }, func(content []byte, err error) {
		if err != nil {
			s.dialogs.tell(lang.L("file.open.failed"), toldError(err))
			return
		}
		take(filepath.Base(name), content)
	})
}

// saveFile lets the person choose where to save something, and then writes it there whole
// or not at all.
func (s *shell) saveFile(title, name string, content func(ctx context.Context, path string) error, done func(path string)) {
	write := func(path string) {
		act(s, lang.L("busy.saving-file"), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, content(ctx, path)
		}, func(_ struct{}, err error) {
			if err != nil {
				s.dialogs.tell(lang.L("file.save.failed"), toldError(err))
				return
			}
			done(path)
		})
	}
	if s.chooseFile != nil {
		s.ask(FileQuestion{Title: title, Endings: []string{filepath.Ext(name)}, All: lang.L("file.all"), Save: name}, lang.L("file.save.failed"), write)
		return
	}
	picker := filedialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
		s.picker = nil
		switch {
		case err != nil:
			s.failed(lang.L("file.save.failed"), err)
		case file != nil:
			_ = file.Close() // nothing was written to it
			write(file.URI().Path())
		}
	}, s.window)
	leaveChosen()
	picker.SetFileName(name)
	picker.SetTitleText(title)
	s.picker = picker
	picker.Show()
}

// leaveChosen keeps the toolkit's dialog from emptying the file that a person chooses to save as, before
// anybody has looked whether it may be replaced: it opens the file for writing, and only then tells of it.
func leaveChosen() {
	files, err := repository.ForScheme("file")
	if all, can := files.(fileRepository); err == nil && can {
		repository.Register("file", opensLate{all})
	}
}

// fileRepository is all that the toolkit does with files.
type fileRepository interface {
	repository.DeleteAllRepository
	repository.AppendableRepository
	repository.HierarchicalRepository
	repository.ListableRepository
	repository.MovableRepository
	repository.CopyableRepository
}

// opensLate opens a file for writing only once something is written to it.
type opensLate struct{ fileRepository }

// Writer implements repository.WritableRepository.
func (r opensLate) Writer(u fyne.URI) (fyne.URIWriteCloser, error) {
	return &lateWriter{at: u, open: r.fileRepository.Writer}, nil
}

type lateWriter struct {
	at   fyne.URI
	open func(fyne.URI) (fyne.URIWriteCloser, error)
	to   fyne.URIWriteCloser // nil before anything is written
}

// Write implements io.Writer.
func (w *lateWriter) Write(text []byte) (n int, err error) {
	if w.to == nil {
		if w.to, err = w.open(w.at); err != nil {
			return 0, err
		}
	}
	return w.to.Write(text)
}

// Close implements io.Closer.
func (w *lateWriter) Close() error {
	if w.to == nil {
		return nil
	}
	return w.to.Close()
}

// URI implements fyne.URIWriteCloser.
func (w *lateWriter) URI() fyne.URI { return w.at }

// saveList lets the person save the invoices that are listed as CSV or XLSX.
func (b *billingScreen) saveList() {
	var rows []app.InvoiceRow
	for r := range b.grid.Shown() {
		rows = append(rows, *r)
	}
	b.saveFile(lang.L("list.save-title"), "invoices.xlsx", func(_ context.Context, path string) error {
		return b.writeSheet(path, app.ListSheet(rows))
	}, func(path string) { b.notice(lang.L("done.saved-as", with{"File": path})) })
}

// saveTemplate saves finalized invoices in the columns of Xero's own import, for a firm
// that uses no connection. Those that cannot be in the file are told.
func (b *billingScreen) saveTemplate(rows []*app.InvoiceRow) {
	ids := idsOf(rows)
	type made struct {
		template app.Template
		results  []app.Result
	}
	act(b.shell, lang.L("busy.saving-file"), func(ctx context.Context) (made, error) {
		t, results, err := b.app.TemplateSheet(ctx, b.me(), ids, "")
		return made{t, results}, err
	}, func(m made, err error) {
		if err != nil {
			b.failed(lang.L("file.save.failed"), err)
			return
		}
		refused := refusedOf(m.results)
		if m.template.Sheets == nil {
			b.showRefused(refused)
			return
		}
		var files []string
		b.saveFile(lang.L("template.save-title"), "xero-import.csv", func(_ context.Context, path string) (err error) {
			files, err = b.writeTemplate(path, m.template.Sheets)
			return err
		}, func(string) {
			b.tellTemplate(files, m.template.Amounts, len(m.results)-len(refused))
			if len(refused) > 0 {
				b.showRefused(refused)
			}
		})
	})
}

// tellTemplate says how the files are to be imported, and what Feebridge does not know.
func (b *billingScreen) tellTemplate(files []string, amounts money.LineAmounts, n int) {
	kind := lang.L("amounts.exclusive")
	if amounts == money.Inclusive {
		kind = lang.L("amounts.inclusive")
	}
	text := lang.N("template.saved", n, with{"Count": b.format.Count(n), "File": files[0], "Kind": kind})
	if len(files) > 1 {
		text = lang.L("template.saved-files", with{
			"Invoices": b.format.Count(n), "Files": b.format.Count(len(files)), "Most": b.format.Count(app.MaxTemplate),
			"First": files[0], "Last": filepath.Base(files[len(files)-1]), "Kind": kind,
		})
	}
	text += "\n\n" + lang.L("template.warning")
	b.dialogs.tell(lang.L("template.title"), text)
}
