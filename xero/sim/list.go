package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	defaultPageSize = 100
	maxPageSize     = 1000
	maxUnpaged      = 100_000 // a list without pages that would be longer is refused
)

// page is a part of a list.
type page struct {
	number, size, items int
}

func (p *page) count() int { return (p.items + p.size - 1) / p.size }

// cut takes the page out of the whole list; past the end it is empty.
func cut[T any](p *page, all []T) []T {
	p.items = len(all)
	from := min((p.number-1)*p.size, len(all))
	return all[from:min(from+p.size, len(all))]
}

// pageAsked is the page that the caller asked for, nil for none; forced pages come with some filters.
func (c *call) pageAsked(forced bool) *page {
	if !forced && !c.sent("page") && !c.sent("pageSize") {
		return nil
	}
	p := &page{number: 1, size: defaultPageSize}
	if n, err := strconv.Atoi(c.param("page")); err == nil {
		p.number = min(max(n, 1), 1<<30)
	}
	if n, err := strconv.Atoi(c.param("pageSize")); err == nil {
		p.size = min(max(n, 1), maxPageSize)
	}
	return p
}

// queryError is a filter or order that Xero cannot read: error number 16.
type queryError struct{ message string }

func (e *queryError) Error() string { return e.message }

// table says how records of a kind are filtered and sorted: its name in errors, and the fields that filters may name.
type table[T any] struct {
	name    string
	fields  map[string]func(T) any // by lower-case name; values as where.go takes them
	id      func(T) string
	updated func(T) time.Time // nil where If-Modified-Since means nothing
}

// query filters and sorts records by the parameters that all lists share: If-Modified-Since, where and order. Without
// an order they come by the time of their last change, then by id.
func query[T any](c *call, t table[T], records []T) ([]T, error) {
	keep, err := t.filter(c.param("where"))
	if err != nil {
		return nil, err
	}
	order := c.param("order")
	if c.org.odd.has(OldestFirst) {
		order = ""
	}
	less, err := t.order(order)
	if err != nil {
		return nil, err
	}
	since := time.Time{}
	if header := c.header.Get("If-Modified-Since"); header != "" && t.updated != nil {
		var ok bool
		if since, ok = parseModifiedSince(header); !ok {
			return nil, &queryError{"The If-Modified-Since header is not a date"}
		}
	}
	found := make([]T, 0, len(records))
	for _, r := range records {
		if !since.IsZero() && t.updated(r).Before(since) {
			continue
		}
		fits, err := keep(r)
		if err != nil {
			return nil, err
		}
		if fits {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, less)
	return found, nil
}

// filter compiles a where clause; an empty one keeps everything.
func (t table[T]) filter(where string) (func(T) (bool, error), error) {
	if strings.TrimSpace(where) == "" {
		return func(T) (bool, error) { return true, nil }, nil
	}
	clause, err := parseWhere(where, t.name, t.has)
	if err != nil {
		return nil, err
	}
	return func(r T) (bool, error) {
		return clause.holds(func(name string) any { return t.fields[name](r) })
	}, nil
}

func (t table[T]) has(name string) bool { return t.fields[name] != nil }

// order compiles an order: fields with ASC or DESC, parted by commas.
func (t table[T]) order(order string) (func(a, b T) int, error) {
	byChange := func(a, b T) int {
		if t.updated != nil {
			if n := t.updated(a).Compare(t.updated(b)); n != 0 {
				return n
			}
		}
		return cmp.Compare(t.id(a), t.id(b))
	}
	if strings.TrimSpace(order) == "" {
		return byChange, nil
	}
	var keys []func(a, b T) int
	for part := range strings.SplitSeq(order, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 {
			return nil, &queryError{"Expression expected"}
		}
		get := t.fields[strings.ToLower(words[0])]
		if get == nil {
			return nil, &queryError{fmt.Sprintf("No property or field '%s' exists in type '%s'", words[0], t.name)}
		}
		sign := 1
		if len(words) == 2 {
			switch strings.ToUpper(words[1]) {
			case "ASC", "ASCENDING":
			case "DESC", "DESCENDING":
				sign = -1
			default:
				return nil, &queryError{"Syntax error"}
			}
		}
		keys = append(keys, func(a, b T) int { return sign * compareForOrder(get(a), get(b)) })
	}
	return func(a, b T) int {
		for _, key := range keys {
			if n := key(a, b); n != 0 {
				return n
			}
		}
		return byChange(a, b)
	}, nil
}

// words are the elements of a comma list in a parameter, folded; nil when it was not sent.
func (c *call) words(name string) map[string]bool {
	sent := c.param(name)
	if sent == "" {
		return nil
	}
	set := map[string]bool{}
	for w := range strings.SplitSeq(sent, ",") {
		set[fold(w)] = true
	}
	return set
}

// ids are the GUIDs of a comma list in a parameter; nil when it was not sent.
func (c *call) ids(name string) (map[string]bool, error) {
	set := c.words(name)
	for id := range set {
		if _, err := uuid.Parse(id); err != nil {
			return nil, &queryError{fmt.Sprintf("The value '%s' of %s is not a Guid", id, name)}
		}
	}
	return set, nil
}
