package screens

import (
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
)

// policySets says what the policy of this computer sets, beside the fields that a person would look for; nil where it sets
// nothing.
func policySets(p app.Policy) *widget.Label {
	var what []string
	for _, one := range []struct {
		set bool
		key string
	}{{p.Database != "", "policy.data"}, {p.ClientID != "", "policy.client-id"}, {len(p.Ports) > 0, "policy.ports"}} {
		if one.set {
			what = append(what, lang.L(one.key))
		}
	}
	if len(what) == 0 {
		return nil
	}
	return caption(lang.L("policy.sets", with{"What": enumerate(what), "File": p.From}))
}
