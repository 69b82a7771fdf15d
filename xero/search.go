package xero

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"feebridge/app"
)

// search is a question to a list of Xero's, and the one to ask where Xero does not
// take the first.
type search struct{ first, second url.Values }

// exactly returns the search for what has this value in the field.
//
// A quotation mark inside a value is doubled. A backslash makes Xero refuse the query,
// and there may be more such characters. Then, and where the value would make too long
// an address, its search term finds what has the value, or as much of it as an address
// takes, in that field or in others, within longer ones too, whatever the case.
func exactly(field, value string) search {
	term := value
	for len(url.QueryEscape(term)) > maxListedBytes {
		_, last := utf8.DecodeLastRuneInString(term)
		term = term[:len(term)-last]
	}
	byTerm := url.Values{"SearchTerm": {term}}
	if term != value || strings.Contains(value, `\`) {
		return search{first: byTerm}
	}
	quoted := `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	return search{first: url.Values{"where": {field + "==" + quoted}}, second: byTerm}
}

// found is an element of a list, with when that was made.
type found[T any] struct {
	item T
	clock
}

// runSearches makes the searches and returns what they find together, page by page to
// the end. The call holds what all of them have in common.
func runSearches[T any](ctx context.Context, c *Client, k call, searches []search) ([]found[T], error) {
	all := make([][]found[T], len(searches))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i, s := range searches {
		group.Go(func() error {
			take := func(l listing[T]) {
				for _, item := range l.items {
					all[i] = append(all[i], found[T]{item, l.clock})
				}
			}
			err := readPages(ctx, c, k.with(s.first), take)
			var refused *app.Trouble
			if s.second != nil && errors.As(err, &refused) && refused.Reason == app.Refused {
				all[i] = nil
				err = readPages(ctx, c, k.with(s.second), take)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(all...), nil
}

// with returns the call with more in its query.
func (k call) with(query url.Values) call {
	both := maps.Clone(k.query)
	maps.Copy(both, query)
	k.query = both
	return k
}

// Lists in a query are kept short: Xero advises about 40 values, and addresses of up to
// 2,000 bytes pass everywhere.
const (
	maxListed      = 40
	maxListedBytes = 1600 // escaped, which leaves the rest of the address its room
)

// chunks parts values into lists that a query takes.
func chunks[S ~string](values []S) iter.Seq[[]S] {
	return func(yield func([]S) bool) {
		for len(values) > 0 {
			n, size := 0, 0
			for n < len(values) && n < maxListed {
				size += len(url.QueryEscape(string(values[n]))) + len(url.QueryEscape(","))
				if n > 0 && size > maxListedBytes {
					break
				}
				n++
			}
			if !yield(values[:n]) {
				return
			}
			values = values[n:]
		}
	}
}

func join[S ~string](values []S) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(v))
	}
	return b.String()
}
