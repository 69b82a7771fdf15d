package sheet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"feebridge/app"
	"feebridge/assets/translations"
)

// WriteTemplate writes what is to be imported into Xero: one sheet to the file at path,
// several to files beside it that are numbered, such as out-1.csv and out-2.csv. It returns
// their paths. Texts are written as they are, since Xero's import puts them on the invoice
// like that. The files are XLSX where the path ends so, else CSV. Either all are written or
// none; a numbered file that is there already is never replaced, since nobody was asked.
func WriteTemplate(path string, own Keeper, sheets [][][]app.SheetCell) (paths []string, err error) {
	kind, write := CSV, WriteExactCSV
	if strings.EqualFold(filepath.Ext(path), ".xlsx") {
		kind, write = Named(path)
	}
	paths = templatePaths(path, len(sheets))
	if len(paths) > 1 {
		for _, p := range paths {
			if _, err := os.Lstat(p); err == nil {
				return nil, &app.Error{Code: app.Conflict, Phrase: translations.Say("template.exists", "File", p), Err: fs.ErrExist}
			}
		}
	}
	for i, p := range paths {
		if err := kind.Save(p, own, func(w io.Writer) error { return write(w, sheets[i]) }); err != nil {
			for _, written := range paths[:i] {
				err = errors.Join(err, os.Remove(written))
			}
			return nil, err
		}
	}
	return paths, nil
}

func templatePaths(path string, n int) []string {
	if n == 1 {
		return []string{path}
	}
	ending := filepath.Ext(path)
	paths := make([]string, n)
	for i := range paths {
		paths[i] = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ending), i+1, ending)
	}
	return paths
}
