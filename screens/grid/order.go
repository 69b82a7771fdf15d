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
	by  *collate.Collator
	buf collate.Buffer
}

func newCollator(locale language.Tag) *collator {
	return &collator{by: collate.New(locale, collate.Numeric)}
}

// key returns the key of s. The keys are kept in one piece of memory, until reset.
func (c *collator) key(s string) []byte { return c.by.KeyFromString(&c.buf, s) }

func (c *collator) reset() { c.buf = collate.Buffer{} }

// textOrder returns the indexes of texts in the locale's order, equal ones in their
// own. Each distinct text is collated once: a firm has far fewer clients than invoices.
func textOrder(texts []string, c *collator) []int32 {
	type value struct {
		key  []byte
		seen int32 // how many distinct texts came before it
	}
	var values []value
	seen := make(map[string]int32)
	of := make([]int32, len(texts)) // by row: the text it has, by order of appearance
	for i, text := range texts {
		n, ok := seen[text]
		if !ok {
			n = int32(len(values))
			seen[text] = n
			values = append(values, value{c.key(text), n})
		}
		of[i] = n
	}
	slices.SortFunc(values, func(a, b value) int { return bytes.Compare(a.key, b.key) })
	ranks := make([]int32, len(values)) // by order of appearance
	rank := int32(0)
	for i, v := range values {
		if i > 0 && !bytes.Equal(values[i-1].key, v.key) {
			rank++
		}
		ranks[v.seen] = rank
	}
	c.reset()
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
