package screens

import (
	"slices"

	"feebridge/app/billing"
)

// The preferences in which the view is kept: what a person looked at last.
const (
	viewPageKey   = "view.page"
	viewClientKey = "view.client"
	viewChipKey   = "view.chosen"
)

// viewPages are the names under which the pages are kept that the window may open at, in the order of
// its places.
var viewPages = []string{"billing", "clients", "runs", "trail"}

// returnToView shows the client and the chip that the person left, and keeps from now on what they
// look at. A client that they don't see any more gives way to all of them, once the clients are read.
func (w *Window) returnToView() {
	b, p := w.billing, w.preferences
	b.entity.set(p.String(viewClientKey))
	b.client = billing.ClientID(b.entity.chosen)
	at := p.IntWithFallback(viewChipKey, int(allChip))
	if at < 0 || at >= int(chipCount) {
		at = int(allChip)
	}
	b.chips.choose(at)
	b.narrowTo(b.client, chip(at))
	b.narrowed = func() {
		p.SetString(viewClientKey, string(b.client))
		p.SetInt(viewChipKey, int(b.chip))
	}
	w.returning = p.String(viewPageKey)
	w.pages.opened = func() {
		if at := slices.IndexFunc(w.frame.places, func(is place) bool { return is.page == w.pages.front }); at >= 0 {
			p.SetString(viewPageKey, viewPages[at])
		}
	}
}

// returnToPage opens the page that the person left, unless they are on another one by now, or came for
// an invoice.
func (w *Window) returnToPage() {
	at := slices.Index(viewPages, w.returning)
	if at > 0 && w.pages.front == w.billing.page {
		w.pages.open(w.frame.places[at].page)
	}
}
