package grid

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
)

// Model is the rows of a grid, made ready to be searched and sorted. It belongs to the
// grid once it was given to SetModel.
type Model[R any, K comparable] struct {
	schema *Schema[R, K]
	rows   []R
	index  map[K]int32 // where the row of a key stands in rows; not changed after Build
	text   []string    // by row: its searched texts, folded, with newlines between
	orders [][]int32   // by column: the rows in ascending order; nil for one that is not sorted

	collator *collator
}

// Build makes a model of rows. It takes long for many rows and touches nothing but its
// arguments, so call it off the UI goroutine. The model keeps rows: do not change them
// afterwards. Of rows with the same key only the last is kept, in the place of the first.
func (s *Schema[R, K]) Build(rows []R) *Model[R, K] {
	m := &Model[R, K]{
		schema:   s,
		index:    make(map[K]int32, len(rows)),
		orders:   make([][]int32, len(s.Columns)),
		collator: newCollator(s.Locale),
	}
	m.rows = rows[:0]
	for _, row := range rows {
		key := s.Key(row)
		if i, ok := m.index[key]; ok {
			m.rows[i] = row
			continue
		}
		m.index[key] = int32(len(m.rows))
		m.rows = append(m.rows, row)
	}
	clear(rows[len(m.rows):])
	m.text = m.foldAll()
	m.sortAll()
	return m
}

// foldBlock is about how many bytes of folded texts are kept in one piece of memory: a
// hundred thousand small strings would cost the garbage collector more than they hold,
// and one for all would be copied as it grows.
const foldBlock = 64 << 10

func (m *Model[R, K]) foldAll() []string {
	text := make([]string, len(m.rows))
	known := folds{}
	var block []byte
	first, ends := 0, []int(nil) // of the rows that are in the block
	for i, row := range m.rows {
		block = m.appendText(block, row, known)
		ends = append(ends, len(block))
		if len(block) < foldBlock && i < len(m.rows)-1 {
			continue
		}
		whole, start := string(block), 0
		for j, end := range ends {
			text[first+j] = whole[start:end]
			start = end
		}
		first, block, ends = i+1, block[:0], ends[:0]
	}
	return text
}

// appendText appends the searched texts of a row. A newline parts them: no word of a
// search holds one, so none is found across two columns.
func (m *Model[R, K]) appendText(dst []byte, row R, known folds) []byte {
	for c := range m.schema.Columns {
		if column := &m.schema.Columns[c]; column.Search {
			dst = append(known.append(dst, column.found(row)), '\n')
		}
	}
	return dst
}

// sortAll makes the orders of all columns, of texts and of numbers at the same time.
func (m *Model[R, K]) sortAll() {
	var sorting sync.WaitGroup
	sorting.Go(func() {
		texts := newTextSorter(m.collator, len(m.rows))
		for i, c := range m.schema.Columns {
			if c.Collate {
				m.orders[i] = texts.order(len(m.rows), func(row int) string { return c.Text(m.rows[row]) })
			}
		}
	})
	sorting.Go(func() {
		numbers := make([]int64, len(m.rows))
		for i, c := range m.schema.Columns {
			if c.Order == nil || c.Collate {
				continue
			}
			for row := range m.rows {
				numbers[row] = c.Order(m.rows[row])
			}
			m.orders[i] = numberOrder(numbers)
		}
	})
	sorting.Wait()
}

// patch replaces rows by key. It returns the indexes of those replaced, how many had a
// key that is not here, and by column whether its order may have changed.
func (m *Model[R, K]) patch(rows []R) (patched []int32, unknown int, reordered []bool) {
	changed := make(map[int32]R, len(rows)) // the last of two with one key counts
	for _, row := range rows {
		if i, ok := m.index[m.schema.Key(row)]; ok {
			changed[i] = row
		} else {
			unknown++
		}
	}
	for i := range changed {
		patched = append(patched, i)
	}
	slices.Sort(patched)

	moved := make([][]int32, len(m.orders))
	known := folds{}
	for _, i := range patched {
		row := changed[i]
		for c := range m.schema.Columns {
			if m.sortsApart(&m.schema.Columns[c], m.rows[i], row) {
				moved[c] = append(moved[c], i)
			}
		}
		m.rows[i] = row
		m.text[i] = string(m.appendText(nil, row, known))
	}
	reordered = make([]bool, len(m.orders))
	isMoved := make([]bool, len(m.rows))
	for c, indexes := range moved {
		if len(indexes) == 0 {
			continue
		}
		reordered[c] = true
		for _, i := range indexes {
			isMoved[i] = true
		}
		reorder(m.orders[c], indexes, isMoved, m.comparer(&m.schema.Columns[c]))
		for _, i := range indexes {
			isMoved[i] = false
		}
	}
	return patched, unknown, reordered
}

func (m *Model[R, K]) sortsApart(c *Column[R], a, b R) bool {
	switch {
	case c.Collate:
		return c.Text(a) != c.Text(b)
	case c.Order != nil:
		return c.Order(a) != c.Order(b)
	}
	return false
}

// comparer compares rows by index as the order of c does. It makes the key of a text once.
func (m *Model[R, K]) comparer(c *Column[R]) func(a, b int32) int {
	if c.Collate {
		keys := make(map[int32][]byte)
		key := func(i int32) []byte {
			k, ok := keys[i]
			if !ok {
				k = m.collator.key(c.Text(m.rows[i]))
				keys[i] = k
			}
			return k
		}
		return func(a, b int32) int { return cmp.Or(bytes.Compare(key(a), key(b)), cmp.Compare(a, b)) }
	}
	return func(a, b int32) int {
		return cmp.Or(cmp.Compare(c.Order(m.rows[a]), c.Order(m.rows[b])), cmp.Compare(a, b))
	}
}

func (m *Model[R, K]) key(row int32) K { return m.schema.Key(m.rows[row]) }

// find returns where the row of a key stands, or none.
func (m *Model[R, K]) find(key K) int32 {
	if i, ok := m.index[key]; ok {
		return i
	}
	return none
}
