package xero

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
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

// clock is when an answer was made, as three clocks tell it.
type clock struct {
	stamp    time.Time // Xero's; zero when it did not say
	header   time.Time // that of what answered for Xero, in whole seconds; zero when it did not say
	received time.Time // when it came, by the clock of this computer
}

// made returns when the answer was made on Xero's clock, or zero when Xero did not say. Either clock may
// be wrong by hours, Xero's own for one answer: the earlier one counts. What is read again since it was
// too early does no harm; what is passed by since it was too late is never seen.
func (c clock) made() time.Time {
	header := c.header.Add(time.Second) // not before the stamp, for the part of a second that it lacks
	switch {
	case c.stamp.IsZero():
		return c.header
	case c.header.IsZero() || c.stamp.Before(header):
		return c.stamp
	}
	return header.UTC()
}

// middle returns the time between the other two, or made where one of Xero's lacks: neither a clock that is
// ahead nor one that is behind changes it.
func (c clock) middle() time.Time {
	if c.stamp.IsZero() || c.header.IsZero() {
		return c.made()
	}
	three := []time.Time{c.stamp, c.header.Add(time.Second), c.received}
	slices.SortFunc(three, time.Time.Compare)
	return three[1].UTC()
}

// mostAhead is how much later than an answer was made, at most, changed what it tells of. The
// clocks of Xero's computers differ a little.
const mostAhead = 2 * time.Minute

// plausible returns when something changed that an answer tells of: nothing changes after that. A
// time far ahead would make every later reading pass for an older one.
func (c clock) plausible(changed time.Time) time.Time {
	if made := c.middle(); !made.IsZero() && changed.After(made.Add(mostAhead)) {
		return made
	}
	return changed
}

// last reports whether no page follows the one of that number.
func (l listing[T]) last(number int) bool { return number >= l.pages.PageCount }

// read asks for a list. key is its name in the answer.
func read[T any](ctx context.Context, c *Client, k call, key string) (listing[T], error) {
	k.method = http.MethodGet
	answered, err := c.do(ctx, k)
	if err != nil {
		return listing[T]{}, err
	}
	raw, err := decode(answered, key)
	if err != nil {
		return listing[T]{}, notUnderstood(err)
	}
	if raw.failed {
		return listing[T]{}, notUnderstood(errors.New("it is called an error, and has a list"))
	}
	l := listing[T]{items: make([]T, len(raw.items)), pages: raw.pages, clock: raw.clock}
	for i, item := range raw.items {
		if string(item) == "null" {
			return listing[T]{}, notUnderstood(fmt.Errorf("%s: one is null", key))
		}
		if err := json.Unmarshal(item, &l.items[i]); err != nil {
			return listing[T]{}, notUnderstood(fmt.Errorf("%s: %w", key, err))
		}
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
	if err == nil {
		err = l.whole(number, k.counted)
	}
	return l, err
}

// whole returns why a page is not all that it says it is, or nil: what a list leaves out would be
// taken for absent. counted says that a list of one page has all that Xero counts.
func (l listing[T]) whole(number int, counted bool) error {
	has, says := len(l.items), l.pages
	switch {
	case says.PageCount < 0, says.ItemCount < 0:
		return notUnderstood(errors.New("it counts less than none"))
	case says.PageCount == 0 && (has >= smallestPage || has < says.ItemCount):
		// Taking it for the whole list could lose what is on the pages after it.
		return notUnderstood(errors.New("it does not say how many pages there are"))
	case has == 0 && says.ItemCount > 0 && number <= says.PageCount,
		counted && number == 1 && says.PageCount == 1 && has < says.ItemCount:
		return notUnderstood(fmt.Errorf("it counts %d and has %d", says.ItemCount, has))
	}
	return nil
}

// readPages asks for a list page by page to its end, and hands each page to take.
func readPages[T any](ctx context.Context, c *Client, k call, take func(listing[T])) error {
	for number, read, counted := 1, 0, 0; ; number++ {
		l, err := readPage[T](ctx, c, k, number)
		if err != nil {
			return err
		}
		take(l)
		if read += len(l.items); number == 1 {
			counted = l.pages.ItemCount
		}
		if !l.last(number) {
			continue
		}
		if k.counted && read < counted {
			return notUnderstood(fmt.Errorf("it counts %d, and its pages have %d", counted, read))
		}
		return nil
	}
}

// decoded is an answer whose elements are not read yet.
type decoded struct {
	listing[json.RawMessage]
	failed bool // Xero calls the whole of it an error
}

// decode reads the list that an answer has under key. An answer without it is an error,
// not an empty list.
func decode(a answer, key string) (decoded, error) {
	d := decoded{listing: listing[json.RawMessage]{clock: clock{header: a.date, received: time.Now()}}}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(a.body, &fields); err != nil {
		return d, err
	}
	var stamp wireTime
	var status string
	for name, into := range map[string]any{"DateTimeUTC": &stamp, "Status": &status, "pagination": &d.pages, key: &d.items} {
		raw, ok := fields[name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return d, fmt.Errorf("%s: %w", name, err)
		}
	}
	d.clock.stamp = stamp.moment()
	d.failed = status != "" && !strings.EqualFold(status, "OK")
	if d.items == nil {
		return d, fmt.Errorf("it has no %s", key)
	}
	return d, nil
}

// ErrNotUnderstood is in the error of an answer that came whole and is not taken for what it says.
var ErrNotUnderstood = errors.New("the answer is not understood")

func notUnderstood(err error) *app.Trouble {
	return &app.Trouble{Reason: app.Interrupted, Err: fmt.Errorf("%w: %w", ErrNotUnderstood, err)}
}
