package sheet

import "strings"

// parseTSV returns the cells of tab-separated text, as spreadsheets put it on the
// clipboard: a cell that holds a tab, a line break or a quote may stand in quotes, with
// every quote in it doubled. What only begins like that is taken as it is written. Line
// breaks within cells come back as \n. The line break after the last row is no row.
func parseTSV(text string) [][]string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	var rows [][]string
	for text != "" {
		var row []string
		for more := true; more; {
			var cell string
			cell, text = cutCell(text)
			row = append(row, cell)
			more = strings.HasPrefix(text, "\t")
			text = strings.TrimPrefix(text, "\t")
		}
		rows = append(rows, row)
		text = strings.TrimPrefix(text, "\n")
	}
	return rows
}

// cutCell returns the first cell of text, and what stands after it: nothing, or what
// begins with a tab or a line break.
func cutCell(text string) (cell, rest string) {
	if cell, rest, ok := cutQuoted(text); ok {
		return cell, rest
	}
	if end := strings.IndexAny(text, "\t\n"); end >= 0 {
		return text[:end], text[end:]
	}
	return text, ""
}

func cutQuoted(text string) (cell, rest string, ok bool) {
	rest, ok = strings.CutPrefix(text, `"`)
	if !ok {
		return "", "", false
	}
	var b strings.Builder
	for {
		part, after, closed := strings.Cut(rest, `"`)
		if !closed {
			return "", "", false
		}
		b.WriteString(part)
		if rest, ok = strings.CutPrefix(after, `"`); ok {
			b.WriteByte('"')
			continue
		}
		return b.String(), after, after == "" || after[0] == '\t' || after[0] == '\n'
	}
}

// formatTSV returns rows as tab-separated text that parseTSV and spreadsheets read.
func formatTSV(rows [][]string) string {
	var b strings.Builder
	for _, cells := range rows {
		for i, cell := range cells {
			if i > 0 {
				b.WriteByte('\t')
			}
			if strings.ContainsAny(cell, "\t\r\n\"") {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
