package screens

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// page is what fills the window below its frame, one at a time.
type page struct {
	content fyne.CanvasObject    // nil until it is opened for the first time
	build   func()               // makes the content; nil where it is there from the beginning
	shown   func()               // it came to the front: it takes the keys; may be nil
	leave   func(then func())    // another one is to come: it may ask first; nil lets it come at once
	escape  func()               // what Escape does where nothing else wants it
	key     func(*fyne.KeyEvent) // a key that nothing has used while nothing has the focus; may be nil
	search  *entry               // takes what is typed while nothing has the focus; may be nil
	reload  func()               // reads again what it shows; may be nil
	arrange func()               // the window became narrow or wide; may be nil
	notice  func(string)         // tells something in passing
	topic   string               // of the help that is about it
}

// ready makes sure that the content is there. Pages that few open at the start would
// keep the first rows waiting.
func (p *page) ready() {
	if p.content == nil {
		p.build()
	}
}

// pages shows one page at a time.
type pages struct {
	holder *fyne.Container
	front  *page
	opened func() // told that another page is in front; may be nil
}

func newPages(first *page) *pages {
	return &pages{holder: container.NewStack(first.content), front: first}
}

// open brings a page to the front, once the page that is there lets it.
func (p *pages) open(next *page) { p.openThen(next, func() {}) }

// openThen does so, and goes on when the page is there.
func (p *pages) openThen(next *page, then func()) {
	if next == p.front {
		then()
		return
	}
	swap := func() {
		next.ready()
		p.front = next
		if next.arrange != nil {
			next.arrange() // or it would be laid out for the window that it was last seen in
		}
		p.holder.Objects = []fyne.CanvasObject{next.content}
		p.holder.Refresh()
		if next.shown != nil {
			next.shown()
		}
		if p.opened != nil {
			p.opened()
		}
		then()
	}
	if p.front.leave == nil {
		swap()
		return
	}
	p.front.leave(swap)
}

// place is a page that the menu leads to.
type place struct {
	name string
	page *page
}
