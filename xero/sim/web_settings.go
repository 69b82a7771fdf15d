package sim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"time"
)

type settingsPage struct {
	frame
	Since       time.Time // of the connection
	Addable     []Currency
	Period, End string // the lock dates, as the form takes them
}

func (w *site) settings(rw http.ResponseWriter, r *http.Request) {
	o, ok := w.chosenOrg(r)
	if !ok {
		w.notFound(rw, r)
		return
	}
	w.showSettings(rw, o, trouble{})
}

func (w *site) showSettings(rw http.ResponseWriter, o Org, why trouble) {
	p := settingsPage{
		frame:  w.frame(o, "settings", "Settings"),
		Period: formatISO(o.PeriodLockDate), End: formatISO(o.EndOfYearLockDate),
	}
	p.Problem = why
	for _, c := range w.sim.Connections() {
		if c.TenantID == o.TenantID {
			p.Since = c.CreatedUTC
		}
	}
	for code, name := range currencyNames {
		if !o.hasCurrency(code) {
			p.Addable = append(p.Addable, Currency{Code: code, Description: name})
		}
	}
	slices.SortFunc(p.Addable, func(a, b Currency) int { return cmp.Compare(a.Code, b.Code) })
	w.show(rw, why.status(), "settings", &p)
}

// actOnOrg carries out an action on the organisation that the form names, then returns to the place in its settings;
// refused, it shows them with the reason beside the form.
func (w *site) actOnOrg(rw http.ResponseWriter, r *http.Request, form, place string, act func(tenant string) error) {
	if !w.readForm(rw, r) {
		return
	}
	o, ok := w.sim.Org(formValue(r, "org"))
	if !ok {
		w.notFound(rw, r)
		return
	}
	if err := act(o.TenantID); err != nil {
		w.showSettings(rw, o, troubleOf(form, r, err))
		return
	}
	http.Redirect(rw, r, "/settings?org="+url.QueryEscape(o.TenantID)+"#"+url.PathEscape(place), http.StatusSeeOther)
}

func (w *site) setLocks(rw http.ResponseWriter, r *http.Request) {
	w.actOnOrg(rw, r, "locks", "locks", func(tenant string) error {
		var t typed
		period, end := t.day(formValue(r, "period"), "Period lock date"), t.day(formValue(r, "end"), "End of year lock date")
		if err := t.err(); err != nil {
			return err
		}
		return w.sim.SetLockDates(tenant, period, end)
	})
}

func (w *site) disconnect(rw http.ResponseWriter, r *http.Request) {
	w.actOnOrg(rw, r, "disconnect", "connection", w.sim.Disconnect)
}

func (w *site) addCurrency(rw http.ResponseWriter, r *http.Request) {
	w.actOnOrg(rw, r, "currency", "currencies", func(tenant string) error { return w.sim.AddCurrency(tenant, formValue(r, "code")) })
}

func (w *site) changeAccount(form string, change func(tenant, id string) error) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		account := r.PostFormValue("account")
		w.actOnOrg(rw, r, form+" "+account, account, func(tenant string) error { return change(tenant, account) })
	}
}
