package screens

import (
	"context"
	"time"

	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// refreshApp is what reading the statuses in Xero asks of the application.
type refreshApp interface {
	RefreshAll(ctx context.Context) (moved int, err error)
	LookAgain(ctx context.Context, by staff.Member, ids []billing.InvoiceID) error
}

// refreshStatuses reads the statuses of the invoices in Xero now. What moved comes into the
// list as every change does. Where there is nothing to ask, or the list could not be read, it
// reads the list again.
func (b *billingScreen) refreshStatuses() {
	if b.unconnected || b.problem != "" {
		b.reload()
	}
	if b.refreshing || b.unconnected {
		return
	}
	b.refreshing = true
	b.showRefresher()
	act(b.shell, lang.L("busy.refreshing"), b.app.RefreshAll, func(moved int, err error) {
		b.refreshing = false
		b.showRefresher()
		text := lang.L("refresh.nothing")
		if moved > 0 {
			text = lang.N("refresh.changed", moved, with{"Count": b.format.Count(moved)})
		}
		switch {
		case err != nil && moved > 0:
			text += ". " + say(err)
		case err != nil:
			text = say(err)
		}
		b.notice(text)
	})
}

// showRefresher shows whether the statuses can be read, or are being read. A narrow window
// has no room for the words.
func (b *billingScreen) showRefresher() {
	text := lang.L("refresh.button")
	switch {
	case b.narrow:
		text = ""
	case b.refreshing:
		text = lang.L("refresh.running")
	}
	if b.refresher.Text != text {
		b.refresher.SetText(text)
		lay(b.buttons)
	}
	b.refresher.enable(!b.refreshing && !b.unconnected)
}

// lookAgain reads an invoice in Xero now.
func (b *billingScreen) lookAgain(id billing.InvoiceID) {
	act(b.shell, lang.L("busy.checking-xero"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.app.LookAgain(ctx, b.me(), []billing.InvoiceID{id})
	}, func(_ struct{}, err error) {
		if err != nil {
			b.failed(lang.L("check.failed"), err)
			return
		}
		b.notice(lang.L("check.done"))
	})
}

// refreshed adds to a connection when the statuses of its invoices were last read, and what
// the next reading waits for when the last one failed.
func (c *connection) refreshed(f style.Format, r app.Refresh, now time.Time) {
	past := ""
	if !r.At.IsZero() {
		past = lang.L("refresh.badge", with{"Ago": ago(f, r.At, now)})
		c.more += "\n" + lang.L("refresh.ago", with{"Ago": ago(f, r.At, now)})
	}
	if c.sign != style.Connected {
		return
	}
	if past != "" {
		c.text = past
	}
	if why := r.Failing.Why; why != "" {
		wait := waitWords(why, r.Failing.Until, now)
		c.sign, c.text = style.Waiting, wait
		if why == app.Offline {
			c.sign = style.Offline
		}
		c.more += "\n" + lang.L("refresh.failed", with{"Why": wait + "."})
		if r.Failing.Text != "" {
			c.more += "\n\n" + detailWords(r.Failing.Why, r.Failing.Text)
		}
	}
}

// ago says how long ago a moment was, as far as a person cares.
func ago(f style.Format, t, now time.Time) string {
	switch past := now.Sub(t); {
	case past < 0, past >= time.Hour: // the clock was set back, or it is long ago
		return lang.L("time.at", with{"Time": f.Moment(t, now)})
	case past < time.Minute:
		return lang.L("time.just-now")
	default:
		minutes := int(past / time.Minute)
		return lang.N("time.minutes-ago", minutes, with{"Count": minutes})
	}
}

// refreshOf returns how far an organisation is known; the zero Refresh for none.
func refreshOf(all map[ledger.TenantID]app.Refresh, org *app.Organisation) app.Refresh {
	if org == nil {
		return app.Refresh{}
	}
	return all[org.Tenant.ID]
}
