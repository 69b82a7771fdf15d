package screens

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/unicode/norm"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// shell is what the parts of the window share.
type shell struct {
	*ui
	window      fyne.Window
	keys        *keyboard
	dialogs     *dialogs
	preferences fyne.Preferences
	format      style.Format
	acting      atomic.Pointer[staff.Member]
	firm        app.Firm
	openURL     func(string)
	chooseFile  FileChooser // nil for the toolkit's dialog
	readFile    func(path string) ([]byte, error)
	writeSheet  func(path string, cells [][]app.SheetCell) error
	// writeTemplate writes a template, in several files where one can't hold it, and returns their paths.
	writeTemplate func(path string, sheets [][][]app.SheetCell) ([]string, error)
	now           func() time.Time
	width         float32                // of the window; 0 before it is known
	narrow        bool                   // the window is narrowBelow
	picker        interface{ Dismiss() } // the file dialog while it is open; nil else
	notice        func(string)           // tells something in passing; "" takes it back
}

// me returns who acts, on any goroutine.
func (s *shell) me() staff.Member { return *s.acting.Load() }

// seat says who acts from now on.
func (s *shell) seat(m staff.Member) { s.acting.Store(&m) }

// mayWrite reports whether who acts may write and import invoices of some client. If not, it tells what they need.
func (s *shell) mayWrite() bool {
	may := s.me().MayAnywhere(staff.EditInvoices)
	if !may {
		s.notice(s.whyNoWriting())
	}
	return may
}

// whyNoWriting says what who acts needs to write and import invoices; "" if they may.
func (s *shell) whyNoWriting() string {
	if s.me().MayAnywhere(staff.EditInvoices) {
		return ""
	}
	return lang.L("billing.no-writing", with{"Permission": permissionsFor(staff.EditInvoices), "Ask": told(s.me().WhoGrants())})
}

// money writes an amount, with its currency where that is not the firm's.
func (s *shell) money(a money.Amount) string { return s.format.AmountBeside(s.firm.Currency, a) }

// moment writes a time of the past or of the future.
func (s *shell) moment(t time.Time) string { return s.format.Moment(t, s.now()) }

// act runs a use case in the background, tells in passing what it is doing while that
// takes long, and gives the result to done. Unlike a task it is never cut short by
// the next.
func act[T any](s *shell, doing string, work func(context.Context) (T, error), done func(T, error)) {
	told := false
	busy := func(on bool) {
		if on {
			told = true
			s.notice(doing)
		}
	}
	load(&task{ui: s.ui, busy: busy}, work, func(result T, err error) {
		if told {
			s.notice("")
		}
		done(result, err)
	})
}

// failed tells that something could not be done.
func (s *shell) failed(title string, err error) { s.dialogs.tell(title, say(err)) }

// joined joins sentences; empty ones are left out.
func joined(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

// sums adds up amounts by currency.
type sums struct {
	base  money.Currency
	parts []sum // of base first, the others as they came
}

// sum is what the amounts of one currency come to.
type sum struct {
	total money.Amount
	lost  bool // it is too large for an amount
}

func newSums(base money.Currency) *sums { return &sums{base: base} }

func (s *sums) add(a money.Amount) {
	part := s.of(a.Currency())
	total, err := part.total.Add(a)
	if err != nil {
		part.lost = true
		return
	}
	part.total = total
}

// of returns the sum of a currency. There are few: looking at each beats a map.
func (s *sums) of(c money.Currency) *sum {
	for i := range s.parts {
		if s.parts[i].total.Currency() == c {
			return &s.parts[i]
		}
	}
	at := len(s.parts)
	if c == s.base {
		at = 0
	}
	s.parts = slices.Insert(s.parts, at, sum{total: money.Zero(c)})
	return &s.parts[at]
}

// text writes the sums, each with its currency.
func (s *sums) text(f style.Format) string {
	var words []string
	for _, p := range s.parts {
		if p.lost {
			words = append(words, lang.L("billing.sum-too-large", with{"Currency": p.total.Currency()}))
			continue
		}
		words = append(words, f.Money(p.total))
	}
	return strings.Join(words, " · ")
}

func sumOf(base money.Currency, rows []*app.InvoiceRow) *sums {
	s := newSums(base)
	for _, r := range rows {
		s.add(r.Total)
	}
	return s
}

// fold returns the form under which a search compares names and codes: without case,
// accents and needless spaces.
func fold(s string) string {
	return billing.FoldName(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
}
