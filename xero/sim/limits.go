package sim

import (
	"hash/fnv"
	"strconv"
	"time"
)

// Xero's limits: calls at once and calls a minute for a tenant, and calls a minute for an app over all its tenants.
const (
	maxConcurrent   = 5
	maxMinute       = 60
	maxAppMinute    = 10_000
	defaultDayLimit = 1_000
)

// limiter counts calls in fixed windows that begin at another moment for each tenant. A refused call counts for nothing:
// Xero was seen to refuse for the day with the whole minute left. The Sim's lock guards it.
type limiter struct {
	enforced bool
	dayLimit int
	tenants  map[string]*usage
	app      window
}

// usage is what a tenant used.
type usage struct {
	minute, day window
	inFlight    int
}

// window counts calls in a period of fixed length that began at a fixed offset.
type window struct {
	length, offset time.Duration
	index          int64
	count          int
}

func newLimiter(enforced bool, dayLimit int) limiter {
	return limiter{
		enforced: enforced, dayLimit: dayLimit, tenants: map[string]*usage{}, app: window{length: time.Minute},
	}
}

// used is the count of the window that now is in.
func (w *window) used(now time.Time) int {
	if index := now.Add(-w.offset).UnixNano() / int64(w.length); index != w.index {
		w.index, w.count = index, 0
	}
	return w.count
}

func (w *window) take(now time.Time) {
	w.used(now)
	w.count++
}

// left is the time until the next window, in whole seconds rounded up.
func (w *window) left(now time.Time) time.Duration {
	gone := time.Duration(now.Add(-w.offset).UnixNano() % int64(w.length))
	return (w.length - gone + time.Second - 1).Truncate(time.Second)
}

func (l *limiter) usage(tenant string) *usage {
	u := l.tenants[tenant]
	if u == nil {
		h := fnv.New64a()
		h.Write([]byte(tenant))
		seed := h.Sum64()
		u = &usage{
			minute: window{length: time.Minute, offset: time.Duration(seed%60) * time.Second},
			day:    window{length: 24 * time.Hour, offset: time.Duration(seed%86_400) * time.Second},
		}
		l.tenants[tenant] = u
	}
	return u
}

// admit takes a call in, which then holds one of the tenant's places until release, or names the limit that it would
// break: concurrent, day, minute or appminute.
func (l *limiter) admit(tenant string, now time.Time) (problem string) {
	u := l.usage(tenant)
	if l.enforced {
		switch {
		case l.app.used(now) >= maxAppMinute:
			return "appminute"
		case u.inFlight >= maxConcurrent:
			return "concurrent"
		case u.day.used(now) >= l.dayLimit:
			return "day"
		case u.minute.used(now) >= maxMinute:
			return "minute"
		}
		u.minute.take(now)
		u.day.take(now)
		l.app.take(now)
	}
	u.inFlight++
	return ""
}

func (l *limiter) release(tenant string) { l.usage(tenant).inFlight-- }

// stray counts a call that is refused for its tenant: against the app alone.
func (l *limiter) stray(now time.Time) {
	if l.enforced {
		l.app.take(now)
	}
}

// retryAfter is the header that goes with a problem; Xero sends it for the minute and the day only.
func (l *limiter) retryAfter(tenant, problem string, now time.Time) string {
	u := l.usage(tenant)
	switch problem {
	case "minute":
		return seconds(u.minute.left(now))
	case "day":
		return seconds(u.day.left(now))
	}
	return ""
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// headers tell what is left.
func (l *limiter) headers(tenant string, now time.Time) map[string]string {
	u := l.usage(tenant)
	return map[string]string{
		"X-DayLimit-Remaining":    strconv.Itoa(l.dayLimit - u.day.used(now)),
		"X-MinLimit-Remaining":    strconv.Itoa(maxMinute - u.minute.used(now)),
		"X-AppMinLimit-Remaining": strconv.Itoa(maxAppMinute - l.app.used(now)),
	}
}
