package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data/disk"
)

// Kind is what a file is. Its value is the key of what a person calls it.
type Kind string

// The kinds that Feebridge writes where a person says.
const (
	CSV      Kind = "kind.csv"
	Workbook Kind = "kind.workbook"
	PDF      Kind = "kind.pdf"
	Database Kind = "kind.database" // of a firm
)

// nothing is what a file without a byte is: it can be replaced by any.
const nothing Kind = ""

// Keeper knows files that are never replaced, whatever they are: package sqlite those of the open database.
type Keeper interface {
	// RefuseOwn refuses the path of such a file.
	RefuseOwn(path string) error
}

// Save writes a file of this kind where a person says, as WriteFile does. What is there already is
// only replaced where it is of the same kind, and not of the keeper's: whoever mistypes a name loses no
// letter, photo or database.
func (k Kind) Save(path string, own Keeper, write func(io.Writer) error) error {
	if err := own.RefuseOwn(path); err != nil {
		return err
	}
	if err := k.CheckReplaced(path); err != nil {
		return err
	}
	return WriteFile(path, write)
}

// CheckReplaced refuses a path at which a file of another kind is.
func (k Kind) CheckReplaced(path string) error {
	if err := checkReplaced(path); err != nil {
		return err
	}
	there, err := kindOf(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, disk.ErrHeld):
		return held(path, err)
	case err != nil:
		return &app.Error{Code: app.Invalid, Phrase: translations.Say("save.unknown-kind", "File", path, "Error", unnamed(err)), Err: err}
	case there == nothing, there == k:
		return nil
	}
	return app.Errorf(app.Invalid, "save.other-kind", "File", path, "Kind", translations.Say(string(there)), "Wanted", translations.Say(string(k)))
}

// enough is how many bytes of a file show what it is.
const enough = 64 << 10

// kindOf tells what a file is by its content; a text is told by its name, too, since many programs
// write texts.
func kindOf(path string) (Kind, error) {
	f, err := disk.Open(path)
	if err != nil {
		return nothing, err
	}
	defer func() { _ = f.Close() }() // it was only read
	begin := make([]byte, enough)
	n, err := io.ReadFull(f, begin)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nothing, err
	}
	begin = begin[:n]
	for _, known := range []struct{ kind, begin string }{
		{"kind.pdf", "%PDF-"},
		{"kind.old-office", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
		{"kind.picture", "\xff\xd8\xff"}, {"kind.picture", "\x89PNG\r\n"}, {"kind.picture", "GIF8"}, {"kind.picture", "BM"}, {"kind.picture", "II*\x00"},
		{"kind.program", "MZ"}, {"kind.program", "\x7fELF"}, {"kind.program", "#!"},
	} {
		if bytes.HasPrefix(begin, []byte(known.begin)) {
			return Kind(known.kind), nil
		}
	}
	switch {
	case n == 0:
		return nothing, nil
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		info, err := f.Stat()
		if err != nil {
			return nothing, err
		}
		return archiveKind(f, info.Size()), nil
	case IsSQLite(begin):
		if IsFirm(begin) {
			return Database, nil
		}
		return "kind.other-database", nil
	case !isText(begin):
		return "kind.other", nil
	case isMarkup(string(begin)):
		return "kind.web-page", nil
	case strings.EqualFold(filepath.Ext(path), ".csv"):
		return CSV, nil
	}
	return "kind.text", nil
}

// A SQLite file begins with a mark, and has that of the program whose it is further on.
const (
	databaseMark = "SQLite format 3\x00"
	firmMark     = "FeeB"
	firmMarkAt   = 68
)

// IsSQLite reports whether a file that begins so is a database of SQLite's, whosever it is.
func IsSQLite(begin []byte) bool { return bytes.HasPrefix(begin, []byte(databaseMark)) }

// IsFirm reports whether a file that begins so is a database of Feebridge's.
func IsFirm(begin []byte) bool {
	return IsSQLite(begin) && len(begin) >= firmMarkAt+len(firmMark) && string(begin[firmMarkAt:firmMarkAt+len(firmMark)]) == firmMark
}

// archiveKind tells what a zip archive is by a part of it.
func archiveKind(r io.ReaderAt, size int64) Kind {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return "kind.archive"
	}
	for _, part := range archive.File {
		switch {
		case part.Name == workbookPart:
			return Workbook
		case part.Name == "word/document.xml":
			return "kind.letter"
		}
	}
	return "kind.archive"
}

// isText reports whether a file that begins so is one of text, in UTF-8, UTF-16 or an older encoding.
func isText(begin []byte) bool {
	if bytes.HasPrefix(begin, []byte("\xff\xfe")) || bytes.HasPrefix(begin, []byte("\xfe\xff")) || utf16Order(begin[:len(begin)&^1]) != nil {
		return true
	}
	for _, b := range begin {
		if b < ' ' && !strings.ContainsRune("\t\n\r\f\v\x1a", rune(b)) {
			return false
		}
	}
	return true
}

// ReadFile reads a file that a person chose, whole. What is no regular file, and one larger than any
// that is read, is refused before a byte is.
func ReadFile(path string) ([]byte, error) {
	info, err := disk.Regular(path)
	if errors.Is(err, disk.ErrNoFile) {
		return nil, &app.Error{Code: app.Invalid, Phrase: translations.Say("file.no-file", "File", path), Err: err}
	}
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	if err := checkSize(name, info.Size()); err != nil {
		return nil, err
	}
	f, err := disk.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, err
	}
	return content, checkSize(name, int64(len(content))) // it may have grown
}
