package intake

import (
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"feebridge/app"
	"feebridge/assets/translations"
)

// withHeader returns the sheet with the invoices. That is the first one, unless only another visible
// one has a header: instructions may stand in front.
func withHeader(sheet app.Sheet) app.Sheet {
	has := func(s app.Sheet) bool {
		return !s.Hidden && slices.ContainsFunc(s.Rows[:min(len(s.Rows), headerWithin)], isHeader)
	}
	if has(sheet) {
		return sheet
	}
	at := slices.IndexFunc(sheet.Others, has)
	if at < 0 {
		return sheet
	}
	found := sheet.Others[at]
	first := sheet
	first.Others = nil
	found.Others = append([]app.Sheet{first}, slices.Delete(slices.Clone(sheet.Others), at, at+1)...)
	return found
}

// checkSheets tells what the file has beside the rows that are read, and how it was read.
func (in *importer) checkSheets(sheet app.Sheet) {
	if sheet.Encoding != "" {
		line, text := firstForeign(sheet.Rows)
		in.warn(line, "", text, "", "file.warn-encoding", "Encoding", sheet.Encoding)
	}
	for _, other := range sheet.Others {
		rows := slices.DeleteFunc(slices.Clone(other.Rows), func(r app.SheetRow) bool { return !rowFilled(r) })
		at := slices.IndexFunc(rows[:min(len(rows), headerWithin)], isHeader)
		header := at >= 0
		rows = rows[at+1:]
		// A hidden sheet without the header is a list that the workbook looks things up in.
		if len(rows) > 0 && (header || !other.Hidden) {
			in.warn(0, "", "", "", "file.warn-sheet", "Read", translations.Quoted(sheet.Name), "Name", translations.Quoted(other.Name), "Count", len(rows))
		}
	}
	if sheet.CutOff > 0 {
		in.warn(sheet.CutOff, "", "", "", "file.warn-cut-off")
	}
}

// firstForeign returns the first text that isn't ASCII, and its line.
func firstForeign(rows []app.SheetRow) (line int, text string) {
	for _, r := range rows {
		for _, c := range r.Cells {
			if !isASCII(c.Text) {
				return r.Line, c.Text
			}
		}
	}
	return 0, ""
}

// checkRows tells rows that a person may not know of: hidden ones, and those that repeat another
// one. Rows side by side may be alike on purpose. One that comes again further on is what joining
// two exports makes.
func (in *importer) checkRows(rows []app.SheetRow) {
	in.checkHidden(rows)
	seed := maphash.MakeSeed()
	last := make(map[uint64]int, len(rows)) // row that had these cells last
	for i, r := range rows {
		var h maphash.Hash
		h.SetSeed(seed)
		for _, c := range r.Cells {
			_, _ = h.WriteString(c.Text) // it never fails
			_ = h.WriteByte(0)
		}
		sum := h.Sum64()
		if j, again := last[sum]; again && j < i-1 && slices.Equal(rows[j].Cells, r.Cells) && in.cell(r, "UnitAmount").Filled() {
			in.warn(r.Line, "", "", "", "file.warn-repeated", "Number", in.cell(r, "InvoiceNumber").Text, "Line", rows[j].Line)
		}
		last[sum] = i
	}
}

// checkHidden tells rows that a person doesn't see in the spreadsheet.
func (in *importer) checkHidden(rows []app.SheetRow) {
	var hidden []string
	for _, r := range rows {
		if r.Hidden {
			hidden = append(hidden, strconv.Itoa(r.Line))
		}
	}
	if n := len(hidden); n > 0 {
		const named = 5
		lines := strings.Join(hidden[:min(n, named)], ", ")
		if n > named {
			lines += " …"
		}
		in.warn(0, "", "", "", "file.warn-hidden", "Count", n, "Lines", lines)
	}
}
