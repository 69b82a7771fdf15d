package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"feebridge/app"
	"feebridge/assets/translations"
)

// Bounds of a workbook's inside. A workbook is a zip archive, so a small file may
// claim to hold, or hold, far more than the machine can.
const (
	maxInflated      = 256 << 20 // of all parts
	maxDocument      = 32 << 20  // of a part that the library may hold as one document, as it does with texts and styles
	maxParts         = 10_000
	maxRatio         = 100     // inflated to deflated size of a part; sheets reach about 10
	ratioMattersFrom = 4 << 20 // small parts may well be all alike
)

// workbook is an XLSX file that is read.
type workbook struct {
	*excelize.File
	place    place
	from1904 bool
	formats  map[int]numberFormat // by style, as far as they were met
}

// worksheet is a sheet of cells in a workbook.
type worksheet struct {
	name   string
	part   string // that holds it
	hidden bool
}

func readXLSX(at place, content []byte) (app.Sheet, error) {
	if err := checkArchive(at, content); err != nil {
		return app.Sheet{}, err
	}
	// All parts stay in memory: a temporary file would hold the firm's invoices.
	file, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxInflated, UnzipXMLSizeLimit: maxInflated})
	if err != nil {
		return app.Sheet{}, damaged(at, err)
	}
	defer func() { _ = file.Close() }() // it holds no resource
	w := workbook{File: file, place: at, formats: map[int]numberFormat{}}
	sheets, err := w.findSheets()
	if err != nil {
		return app.Sheet{}, err
	}
	first := slices.IndexFunc(sheets, func(s worksheet) bool { return !s.hidden })
	if first < 0 {
		return app.Sheet{}, app.Errorf(app.Invalid, "sheet.no-cells", "Place", at)
	}
	// The limits hold for all sheets together.
	collected := collector{place: at}
	var found app.Sheet
	for i, s := range sheets {
		if err := w.readRows(s, &collected); err != nil {
			return app.Sheet{}, err
		}
		sheet := app.Sheet{Name: s.name, Rows: collected.rows, Hidden: s.hidden}
		collected.rows = nil
		if i == first {
			sheet.Others = found.Others
			found = sheet
		} else if len(sheet.Rows) > 0 {
			found.Others = append(found.Others, sheet)
		}
	}
	return found, nil
}

// checkArchive makes sure of what the library takes for granted: that the parts
// have the bytes they had when they were packed, and not more than fit in memory.
func checkArchive(at place, content []byte) error {
	if bytes.Count(content, []byte("PK\x01\x02")) > maxParts {
		return tooMuch(at)
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return damaged(at, err)
	}
	if !slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == workbookPart }) {
		return refuseArchive(at, archive)
	}
	var inflated uint64
	for _, part := range archive.File {
		inflated += part.UncompressedSize64
		switch {
		case part.Flags&1 != 0:
			return protected(at)
		case part.UncompressedSize64 > maxInflated, inflated > maxInflated,
			part.UncompressedSize64 > maxDocument && !strings.HasPrefix(part.Name, "xl/worksheets/"),
			part.UncompressedSize64 > ratioMattersFrom && part.UncompressedSize64/maxRatio > part.CompressedSize64:
			return tooMuch(at)
		}
		if err := checkPart(part); err != nil {
			return damaged(at, err)
		}
	}
	return nil
}

// refuseArchive says what an archive is that isn't a workbook.
func refuseArchive(at place, archive *zip.Reader) error {
	has := func(name string) bool {
		return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == name })
	}
	switch {
	case has("xl/workbook.bin"):
		return app.Errorf(app.Invalid, "sheet.binary", "Place", at)
	case has("content.xml") && has("META-INF/manifest.xml"):
		return app.Errorf(app.Invalid, "sheet.open-document", "Place", at)
	case has("Index/Document.iwa"):
		return app.Errorf(app.Invalid, "sheet.numbers", "Place", at)
	}
	return app.Errorf(app.Invalid, "sheet.not-xlsx", "Place", at)
}

// checkPart unpacks a part once: its size and checksum are known to be right then.
func checkPart(part *zip.File) error {
	content, err := part.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, content)
	return errors.Join(err, content.Close())
}

const (
	workbookPart  = "xl/workbook.xml"
	relationsPart = "xl/_rels/workbook.xml.rels"
)

// findSheets finds the sheets of cells, in the order of the workbook.
func (w *workbook) findSheets() ([]worksheet, error) {
	var relations struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	if err := xml.Unmarshal(w.bytesOf(relationsPart), &relations); err != nil {
		return nil, damaged(w.place, err)
	}
	parts := map[string]string{} // of the sheets of cells, by relation; "" of other sheets, such as charts
	for _, r := range relations.Relationship {
		parts[r.ID] = ""
		if strings.HasSuffix(r.Type, "/worksheet") {
			parts[r.ID] = strings.TrimPrefix(r.Target, "/")
			if !strings.HasPrefix(r.Target, "/") {
				parts[r.ID] = path.Join("xl", r.Target)
			}
		}
	}
	w.from1904 = w.WorkBook.WorkbookPr != nil && w.WorkBook.WorkbookPr.Date1904
	var sheets []worksheet
	for _, sheet := range w.WorkBook.Sheets.Sheet {
		part, known := parts[sheet.ID]
		if !known || part != "" && w.bytesOf(part) == nil {
			return nil, app.Errorf(app.Invalid, "sheet.no-sheet", "Place", w.place, "Sheet", translations.Quoted(sheet.Name))
		}
		if part != "" {
			sheets = append(sheets, worksheet{sheet.Name, part, sheet.State != "" && sheet.State != "visible"})
		}
	}
	return sheets, nil
}

// bytesOf returns the bytes of a part, none where it is missing.
func (w *workbook) bytesOf(part string) []byte {
	content, _ := w.Pkg.Load(part)
	found, _ := content.([]byte)
	return found
}

func protected(at place) error {
	return app.Errorf(app.Invalid, "sheet.protected", "Place", at)
}

func tooMuch(at place) error {
	return app.Errorf(app.Invalid, "sheet.unpacks", "Place", at)
}

func damaged(at place, err error) error {
	return &app.Error{
		Code:   app.Invalid,
		Phrase: translations.Say("sheet.damaged", "Place", at, "Error", err),
		Err:    err,
	}
}
