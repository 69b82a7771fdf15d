package screens

import (
	"fyne.io/fyne/v2/lang"

	"feebridge/app/billing"
)

// allClients is what the selector of the client entity has for all of them.
const allClients = ""

// newEntitySelector shows the client entity that the screens are about, and chooses another.
func newEntitySelector(k *keyboard, changed func(billing.ClientID)) *dropDown {
	s := newDropDown(k, lang.L("hint.name-or-code"), clientOptions(nil), allClients,
		func(id string) { changed(billing.ClientID(id)) })
	s.least = 420
	return s
}

// clientOptions offers all clients together, and each of them.
func clientOptions(clients []billing.Client) []option {
	options := []option{{value: allClients, text: lang.L("entity.all")}}
	for _, c := range clients {
		options = append(options, option{value: string(c.ID), text: c.Name, detail: c.Code})
	}
	return options
}
