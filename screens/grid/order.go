package grid

import (
	"bytes"
	"cmp"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collator makes keys that compare, as bytes, in the order of a locale; numbers within a
// text compare by value. It serves one goroutine at a time.
type collator struct {
	by   *collate.Collator
	buf  collate.Buffer
	keys []byte // the block that is being filled
}

func newCollator(locale language.Tag) *collator {
	return &collator{by: collate.New(locale, collate.Numeric)}
}

// keyBlock is how many bytes of keys are kept in one piece of memory: one for each key
// would burden the garbage collector, and one for all would be copied as it grows.
const keyBlock = 64 << 10

// key returns the key of s.
func (c *collator) key(s string) []byte {
	c.buf.Reset()
	key := c.by.KeyFromString(&c.buf, s)
	if cap(c.keys)-len(c.keys) < len(key) {
		c.keys = make([]byte, 0, max(keyBlock, len(key)))
	}
	start := len(c.keys)
	c.keys = append(c.keys, key...)
	return c.keys[start:]
}

// textSorter makes the orders of columns of texts, one after the other in the same memory.
type textSorter struct {
	collator *collator
	values   []textValue
	seen     map[string]int32 // where in values a text is
}

// textValue is one of the distinct texts of a column.
type textValue struct {
	key  []byte
	seen int32 // how many distinct texts came before it
}

// newTextSorter returns a sorter for so many texts.
func newTextSorter(c *collator, texts int) *textSorter {
	return &textSorter{collator: c, values: make([]textValue, 0, texts), seen: make(map[string]int32, texts)}
}

// order returns the indexes of n texts in the locale's order, equal ones in their own.
// Each distinct text is collated once: a firm has far fewer clients than invoices.
func (s *textSorter) order(n int, text func(int) string) []int32 {
	clear(s.seen)
	s.values = s.values[:0]
	of := make([]int32, n) // by row: the text it has, by order of appearance
	for i := range of {
		t := text(i)
		v, ok := s.seen[t]
		if !ok {
			v = int32(len(s.values))
			s.seen[t] = v
			s.values = append(s.values, textValue{s.collator.key(t), v})
		}
		of[i] = v
	}
	slices.SortFunc(s.values, func(a, b textValue) int { return bytes.Compare(a.key, b.key) })
	ranks := make([]int32, len(s.values)) // by order of appearance
	rank := int32(0)
	for i, v := range s.values {
		if i > 0 && !bytes.Equal(s.values[i-1].key, v.key) {
			rank++
		}
		ranks[v.seen] = rank
	}
	for i := range of {
		of[i] = ranks[of[i]]
	}
	return countingSort(of, int(rank)+1)
}

// countingSort returns the indexes of ranks by rank, equal ones in their own order. Every
// rank is below limit.
func countingSort(ranks []int32, limit int) []int32 {
	next := make([]int32, limit+1)
	for _, r := range ranks {
		next[r+1]++
	}
	for r := range limit {
		next[r+1] += next[r]
	}
	order := make([]int32, len(ranks))
	for i, r := range ranks {
		order[next[r]] = int32(i)
		next[r]++
	}
	return order
}

// numberOrder returns the indexes of numbers by value, equal ones in their own order.
func numberOrder(numbers []int64) []int32 {
	order := make([]int32, len(numbers))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(numbers[a], numbers[b]) })
	return order
}

// reorder sorts again an order in which only the rows in moved, for which isMoved is
// true, stand at a wrong place. It moves no other row and compares O(log n) times a row.
func reorder(order, moved []int32, isMoved []bool, compare func(a, b int32) int) {
	slices.SortFunc(moved, compare)
	rest := slices.DeleteFunc(order, func(i int32) bool { return isMoved[i] })
	to := len(order)
	for m := len(moved) - 1; m >= 0; m-- {
		at, _ := slices.BinarySearchFunc(rest, moved[m], compare)
		to -= copy(order[to-(len(rest)-at):to], rest[at:])
		to--
		order[to] = moved[m]
		rest = rest[:at]
	}
}
