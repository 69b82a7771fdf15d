package screens

import (
	"encoding/json"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app/billing"
	"feebridge/screens/grid"
)

// savedView is how a person narrowed, searched and arranged the list, under a name of theirs.
type savedView struct {
	Name   string           `json:"name"`
	Client billing.ClientID `json:"client,omitempty"`
	Chip   chip             `json:"chip"`
	Period period           `json:"period,omitempty"`
	Search string           `json:"search,omitempty"`
	Grid   string           `json:"grid"` // a grid.State
}

// viewsKey is where the views of the person who acts are kept.
func (b *billingScreen) viewsKey() string { return "views." + string(b.me().ID) }

// views returns the person's views, by name.
func (b *billingScreen) views() []savedView {
	var all []savedView
	if json.Unmarshal([]byte(b.preferences.String(b.viewsKey())), &all) != nil {
		return nil // nothing was saved, or by a version that this one does not know
	}
	return all
}

func (b *billingScreen) keepViews(all []savedView) {
	slices.SortFunc(all, func(x, y savedView) int { return strings.Compare(fold(x.Name), fold(y.Name)) })
	text, err := json.Marshal(all)
	if err != nil {
		b.notice(say(err))
		return
	}
	b.preferences.SetString(b.viewsKey(), string(text))
}

// viewNow returns the list as it is narrowed, searched and arranged now.
func (b *billingScreen) viewNow(name string) savedView {
	return savedView{Name: name, Client: b.client, Chip: b.chip, Period: b.period, Search: b.search.Text, Grid: b.grid.State().String()}
}

// showView shows the list as it was saved. A client that the person doesn't see any more gives way to all of them.
func (b *billingScreen) showView(v savedView) {
	b.grid.SetState(grid.ParseState(v.Grid))
	b.search.SetText(v.Search)
	if b.entity.textOf(string(v.Client)) == "" {
		v.Client = allClients
	}
	b.entity.set(string(v.Client))
	if v.Chip < 0 || v.Chip >= chipCount {
		v.Chip = allChip
	}
	b.chips.chosen = int(v.Chip)
	b.chips.Refresh()
	if b.periods.textOf(string(v.Period)) == "" {
		v.Period = anyDate
	}
	b.periods.set(string(v.Period))
	b.period = period(b.periods.chosen)
	b.narrowTo(billing.ClientID(b.entity.chosen), v.Chip)
	b.grid.Focus()
}

// showViews opens the menu of the saved views.
func (b *billingScreen) showViews() {
	var items []*fyne.MenuItem
	all := b.views()
	for _, v := range all {
		item := fyne.NewMenuItem(v.Name, func() { b.showView(v) })
		item.Checked = v == b.viewNow(v.Name)
		items = append(items, item)
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items, fyne.NewMenuItem(lang.L("views.save"), b.askViewName))
	if len(all) > 0 {
		remove := fyne.NewMenuItem(lang.L("views.delete"), nil)
		var names []*fyne.MenuItem
		for _, v := range all {
			names = append(names, fyne.NewMenuItem(v.Name, func() {
				b.keepViews(slices.DeleteFunc(b.views(), func(o savedView) bool { return o.Name == v.Name }))
				b.notice(lang.L("views.deleted", with{"Name": v.Name}))
			}))
		}
		remove.ChildMenu = fyne.NewMenu("", names...)
		items = append(items, remove)
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b.viewButton)
	openMenu(fyne.NewMenu("", items...), b.window.Canvas(), at.AddXY(0, b.viewButton.Size().Height))
}

// askViewName asks under which name the list as it is shall be saved. One that is taken is replaced.
func (b *billingScreen) askViewName() {
	name := newEntry(b.keys)
	var d *dialog
	save := newButton(b.keys, lang.L("action.save"), func() {
		v := b.viewNow(strings.Join(strings.Fields(name.Text), " "))
		d.hide()
		b.keepViews(append(slices.DeleteFunc(b.views(), func(o savedView) bool { return fold(o.Name) == fold(v.Name) }), v))
		b.notice(lang.L("views.saved", with{"Name": v.Name}))
	})
	save.Disable()
	name.OnChanged = func(text string) { save.enable(strings.TrimSpace(text) != "") }
	d = b.dialogs.show(lang.L("views.save.title"), fyne.NewSize(440, 0),
		container.NewVBox(labelled(lang.L("field.name"), name), caption(lang.L("views.save.hint"))),
		newButton(b.keys, lang.L("action.cancel"), func() { d.hide() }), save)
	d.focus(name)
}
