package data

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// rows are values that a statement writes as rows of width columns.
type rows struct {
	width  int
	values []any
}

// newRows returns no rows, with room for n.
func newRows(width, n int) rows { return rows{width, make([]any, 0, width*n)} }

func (r *rows) add(values ...any) { r.values = append(r.values, values...) }

func (r rows) count() int { return len(r.values) / r.width }

// execRows runs a statement for all rows, some at a time, whose values stand between before and
// after. It returns how many rows it changed.
func (w *writer) execRows(doing, before string, r rows, after string) (int64, error) {
	return w.execSome(doing, w.engine.AtOnce(), before, r, after)
}

func (w *writer) execSome(doing string, atOnce int, before string, r rows, after string) (changed int64, err error) {
	for some := range slices.Chunk(r.values, atOnce*r.width) {
		n, err := w.exec(doing, w.withRows(before, some, r.width, after), some...)
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

// setText is a statement around a number of rows.
type setText struct {
	before, after string
	rows          int
}

// withRows returns the statement with what stands for the rows. It is made once.
func (w *writer) withRows(before string, values []any, width int, after string) string {
	key := setText{before, after, len(values) / width}
	text, made := w.texts[key]
	if !made {
		row := w.engine.Row(values[:width])
		text = before + row + strings.Repeat(", "+row, key.rows-1) + after
		if w.texts == nil {
			w.texts = map[setText]string{}
		}
		w.texts[key] = text
	}
	return text
}

// A table whose rows are saved by their id, many at a time. Columns are separated by ", ".
type table struct {
	name    string
	changes string                // the columns that a save updates
	fixed   string                // the others; they are written once
	large   bool                  // a few rows are enough for a statement
	refuse  func(row []any) error // why a row cannot be inserted; nil where every row can
}

// largeAtOnce is how many large rows one statement writes.
const largeAtOnce = 20

// save updates the rows that are there and inserts the others, which it returns. The values of a
// row are those of changes, its id, and those of fixed. Of rows with the same id, the last counts.
func (w *writer) save(doing string, t table, all rows) (inserted rows, err error) {
	inserted = rows{width: all.width}
	if all.count() == 0 {
		return inserted, nil
	}
	id := strings.Count(t.changes, ", ") + 1
	each := lastOfEach(slices.Collect(slices.Chunk(all.values, all.width)), func(row []any) any { return row[id] })
	there, err := w.there(doing, t.name, each, id)
	if err != nil {
		return inserted, err
	}
	known := rows{width: id + 1}
	for _, row := range each {
		if there[row[id]] {
			known.add(row[:id+1]...)
			continue
		}
		if t.refuse != nil {
			if err := t.refuse(row); err != nil {
				return inserted, err
			}
		}
		inserted.add(row...)
	}
	atOnce := w.engine.AtOnce()
	if t.large {
		atOnce = min(atOnce, largeAtOnce)
	}
	if _, err = w.execSome(doing, atOnce, t.update(), known, fmt.Sprintf(") v WHERE id = v.column%d", id+1)); err != nil {
		return inserted, err
	}
	_, err = w.execSome(doing, atOnce, "INSERT INTO "+t.name+" ("+t.changes+", id, "+t.fixed+") VALUES ", inserted, "")
	return inserted, err
}

// update is an UPDATE up to its rows.
func (t table) update() string {
	var b strings.Builder
	for i, column := range strings.Split(t.changes, ", ") {
		fmt.Fprintf(&b, ", %s = v.column%d", column, i+1)
	}
	return "UPDATE " + t.name + " SET " + b.String()[2:] + " FROM (VALUES "
}

// there returns which of the rows have their id in the table.
func (w *writer) there(doing, table string, rows [][]any, id int) (map[any]bool, error) {
	there := make(map[any]bool, len(rows))
	ids := convert(rows, func(row []any) string { return row[id].(string) })
	return there, w.each(doing, func(row *sql.Rows) error {
		var id string
		err := row.Scan(&id)
		there[id] = true
		return err
	}, "SELECT id FROM "+table+" WHERE id IN (SELECT value FROM list(?))", idList(ids))
}

// overwrite is the end of an INSERT that updates the columns of a row whose key is there.
func overwrite(key, columns string) string {
	var b strings.Builder
	for column := range strings.SplitSeq(columns, ", ") {
		b.WriteString(", " + column + " = excluded." + column)
	}
	return " ON CONFLICT (" + key + ") DO UPDATE SET " + b.String()[2:]
}

// lastOfEach returns the values in their order; of those with the same key, the last in the
// place of the first.
func lastOfEach[T any, K comparable](all []T, key func(T) K) []T {
	place := make(map[K]int, len(all))
	once := make([]T, 0, len(all))
	for _, v := range all {
		if at, twice := place[key(v)]; twice {
			once[at] = v
			continue
		}
		place[key(v)] = len(once)
		once = append(once, v)
	}
	return once
}
