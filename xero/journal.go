package xero

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"feebridge/app"
)

// journal writes a line an attempt. Headers, queries, bodies and the names of files stay
// out of it: they hold tokens, names and amounts.
type journal struct {
	log  *slog.Logger
	next http.RoundTripper
}

// RoundTrip passes the request on.
func (j journal) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := j.next.RoundTrip(req)
	path, _, _ := strings.Cut(req.URL.Path, "/"+attachmentsName+"/")
	attrs := []slog.Attr{
		slog.String("method", req.Method),
		slog.String("path", path),
		slog.Duration("took", time.Since(began)),
	}
	level := slog.LevelInfo
	if err != nil {
		told := err
		var t *app.Trouble
		if errors.As(err, &t) && t.Err != nil {
			told = t.Err // without what a page on the way says, which may repeat what it was asked
		}
		level = slog.LevelWarn
		attrs = append(attrs, slog.Any("error", told))
	} else {
		if resp.StatusCode != http.StatusOK {
			level = slog.LevelWarn
		}
		attrs = append(attrs,
			slog.Int("status", resp.StatusCode),
			slog.String("correlation", resp.Header.Get(correlationHeader)),
			slog.String("day_left", resp.Header.Get(dayLeftHeader)),
			slog.String("minute_left", resp.Header.Get(minuteLeftHeader)))
	}
	j.log.LogAttrs(req.Context(), level, "call to Xero", attrs...)
	return resp, err
}
