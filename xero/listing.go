package xero

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"feebridge/app"
)

// listing is the answer to a read: Xero's elements in the order in which it has them.
type listing[T any] struct {
	items []T
	pages pagination
	clock clock
}

// pagination is what Xero says of the list that a page is from.
type pagination struct {
	PageCount int
	ItemCount int
}

// clock is when an answer was made, on Xero's clock, and when it was received, on ours.
type clock struct {
	stamp    time.Time // zero when Xero did not say
	received time.Time
}

// last reports whether no page follows the one of that number.
func (l listing[T]) last(number int) bool { return number >= l.pages.PageCount }

// read asks for a list. key is its name in the answer.
func read[T any](ctx context.Context, c *Client, k call, key string) (listing[T], error) {
	k.method = http.MethodGet
	body, err := c.do(ctx, k)
	if err != nil {
		return listing[T]{}, err
	}
	l, err := decode[T](body, key)
	if err != nil {
		return listing[T]{}, notUnderstood(err)
	}
	return l, nil
}

// Pages are as large as Xero makes them; it may make them smaller than it was asked to.
const (
	largestPage  = 1000
	smallestPage = 100
)

// readPage asks for one page of a list, counted from 1. The path is its name, too.
func readPage[T any](ctx context.Context, c *Client, k call, number int) (listing[T], error) {
	query := url.Values{"page": {strconv.Itoa(number)}, "pageSize": {strconv.Itoa(largestPage)}}
	maps.Copy(query, k.query)
	k.query = query
	l, err := read[T](ctx, c, k, k.path)
	if err == nil && l.pages.PageCount == 0 && len(l.items) >= smallestPage {
		// Taking it for the whole list could lose what is on the pages after it.
		err = notUnderstood(errors.New("it does not say how many pages there are"))
	}
	return l, err
}

// readPages asks for a list page by page to its end.
func readPages[T any](ctx context.Context, c *Client, k call) ([]T, error) {
	var all []T
	for number := 1; ; number++ {
		l, err := readPage[T](ctx, c, k, number)
		if err != nil {
			return nil, err
		}
		all = append(all, l.items...)
		if l.last(number) {
			return all, nil
		}
	}
}

// decode reads the list that an answer has under key. An answer without it is an error,
// not an empty list.
func decode[T any](body []byte, key string) (listing[T], error) {
	l := listing[T]{clock: clock{received: time.Now()}}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return l, err
	}
	var stamp wireTime
	for name, into := range map[string]any{"DateTimeUTC": &stamp, "pagination": &l.pages, key: &l.items} {
		raw, ok := fields[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return l, fmt.Errorf("%s: %w", name, err)
		}
	}
	l.clock.stamp = stamp.Time
	if l.items == nil {
		return l, fmt.Errorf("it has no %s", key)
	}
	return l, nil
}

func notUnderstood(err error) *app.Trouble {
	return &app.Trouble{Reason: app.Interrupted, Err: fmt.Errorf("the answer is not understood: %w", err)}
}
