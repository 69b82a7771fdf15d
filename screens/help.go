package screens

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/assets/help"
	"feebridge/screens/style"
)

// helping shows the help: its topics at the left, found by a search, and the page of one of them. It opens over
// whatever is in front, and leaves that as it is.
type helping struct {
	*shell
	topics []help.Topic
	box    *dialog // while it is open
	search *entry
	list   *fyne.Container
	title  *widget.Label
	page   *fyne.Container
	scroll *container.Scroll
	shown  string   // the name of the topic that is shown
	found  []string // the names of those that are listed
}

func newHelping(s *shell) *helping {
	h := &helping{shell: s, topics: help.Topics()}
	s.dialogs.help = h.open
	return h
}

// topicsWidth is the width of the list of topics.
const topicsWidth = 250

// open shows a topic, by its name.
func (h *helping) open(topic string) {
	if h.box != nil {
		h.show(topic)
		return
	}
	h.search = newEntry(h.keys)
	h.search.SetPlaceHolder(lang.L("help.search"))
	h.search.Icon = theme.SearchIcon()
	h.search.OnChanged = h.find
	h.search.key = h.typed
	h.list = container.NewVBox()
	h.title = heading("")
	h.title.SizeName, h.title.Truncation, h.title.Wrapping = theme.SizeNameHeadingText, fyne.TextTruncateOff, fyne.TextWrapWord
	h.page = container.New(&leaf{grown: func() { h.do(h.refit) }})
	h.scroll = container.NewVScroll(h.page)
	left := container.NewBorder(h.search, nil, nil, nil, container.NewVScroll(h.list))
	body := container.New(atLeast{height: 200}, container.New(aside{topicsWidth}, left, h.scroll))
	leave := newButton(h.keys, lang.L("action.close"), func() { h.box.hide() })
	h.box = h.dialogs.show(lang.L("help.title"), fyne.NewSize(1080, 720), body, leave)
	h.box.onHide = func() { h.box = nil }
	h.find("")
	h.show(topic)
	h.box.focus(h.search)
}

// typed moves through the topics from the search, and scrolls the page.
func (h *helping) typed(ev *fyne.KeyEvent) bool {
	at := slices.Index(h.found, h.shown)
	switch ev.Name {
	case fyne.KeyDown:
		if at+1 < len(h.found) {
			h.show(h.found[at+1])
		}
	case fyne.KeyUp:
		if at > 0 {
			h.show(h.found[at-1])
		}
	case fyne.KeyPageDown:
		h.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: -h.scroll.Size().Height * 0.9}})
	case fyne.KeyPageUp:
		h.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: h.scroll.Size().Height * 0.9}})
	default:
		return false
	}
	return true
}

// find lists the topics that have every word, those with one in their title first.
func (h *helping) find(text string) {
	words := strings.Fields(strings.ToLower(text))
	var titled, others []string
	for _, t := range h.topics {
		all := t.Words()
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) }) {
			continue
		}
		title := strings.ToLower(t.Title)
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(title, w) }) {
			titled = append(titled, t.Name)
		} else {
			others = append(others, t.Name)
		}
	}
	h.found = append(titled, others...)
	if len(h.found) > 0 && len(words) > 0 {
		h.show(h.found[0])
		return
	}
	h.showList()
}

// showList shows the topics that were found, and which of them is open.
func (h *helping) showList() {
	h.list.RemoveAll()
	if len(h.found) == 0 {
		h.list.Add(paragraph(lang.L("help.none")))
	}
	for _, name := range h.found {
		b := newButton(h.keys, h.topic(name).Title, func() { h.show(name) })
		b.Alignment, b.Importance = widget.ButtonAlignLeading, widget.LowImportance
		if name == h.shown {
			b.Importance = widget.MediumImportance
		}
		h.list.Add(b)
	}
	h.list.Refresh()
}

// topic returns the topic of that name; a name that is none leads to the first.
func (h *helping) topic(name string) help.Topic {
	for _, t := range h.topics {
		if t.Name == name {
			return t
		}
	}
	return h.topics[0]
}

// show shows the page of a topic.
func (h *helping) show(name string) {
	t := h.topic(name)
	h.shown = t.Name
	h.title.SetText(t.Title)
	parts := []fyne.CanvasObject{h.title}
	for _, p := range t.Parts {
		if p.Markdown == "" {
			parts = append(parts, pictureOf(t.Name, p))
			continue
		}
		text := widget.NewRichTextFromMarkdown(p.Markdown)
		text.Wrapping = fyne.TextWrapWord
		parts = append(parts, text)
	}
	if t.Name == "keys" {
		parts = append(parts, keyTable())
	}
	if len(t.Leads) > 0 {
		parts = append(parts, h.leads(t.Leads))
	}
	h.page.Objects = parts
	h.refit()
	h.scroll.ScrollToTop()
	h.showList()
}

// refit lets the page be as high as its text is at its width.
func (h *helping) refit() {
	if h.box != nil {
		lay(h.page)
		h.scroll.Refresh()
	}
}

// leads are buttons that lead to the topics a page refers to.
func (h *helping) leads(names []string) fyne.CanvasObject {
	line := container.New(layout.NewRowWrapLayout())
	for _, name := range names {
		line.Add(newButton(h.keys, h.topic(name).Title, func() { h.show(name) }))
	}
	return container.New(closely, heading(lang.L("help.see-also")), line)
}

// pictureOf is a picture in a page, with what it shows below it.
func pictureOf(topic string, p help.Part) fyne.CanvasObject {
	image := canvas.NewImageFromResource(fyne.NewStaticResource(topic+" "+p.Caption+".png", p.Picture))
	image.ScaleMode = canvas.ImageScaleSmooth
	return container.New(pictured{image.Aspect()}, image, caption(p.Caption), newGround("", theme.ColorNameInputBorder))
}

// pictured lays out a picture across the width, a text below it, and a frame around it.
type pictured struct{ aspect float32 }

func (l pictured) height(width float32) float32 {
	if l.aspect == 0 {
		return 0
	}
	return width / l.aspect
}

func (l pictured) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	margin := theme.InnerPadding() // what a text has around it
	width := size.Width - 2*margin
	height := l.height(width)
	for _, o := range []fyne.CanvasObject{objects[0], objects[2]} {
		o.Move(fyne.NewPos(margin, 0))
		o.Resize(fyne.NewSize(width, height))
	}
	objects[1].Move(fyne.NewPos(0, height))
	objects[1].Resize(fyne.NewSize(size.Width, size.Height-height))
}

func (l pictured) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, l.height(objects[0].Size().Width)+objects[1].MinSize().Height)
}

// leaf lays out the parts of a page, each below the one before and as high as it is at that width.
type leaf struct {
	height float32
	grown  func() // is told when the height is another than it said before
}

func (l *leaf) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var y float32
	width := size.Width - style.Gap - theme.ScrollBarSize()
	for _, o := range objects {
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(width, o.MinSize().Height)) // at this width it may be higher or lower
		height := o.MinSize().Height
		o.Resize(fyne.NewSize(width, height))
		y += height
	}
	if y != l.height {
		l.height = y
		l.grown()
	}
}

func (l *leaf) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, l.height) }

// aside lays out a part of a fixed width at the left of another, which takes the rest.
type aside struct{ width float32 }

func (l aside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left := min(l.width, size.Width*2/5)
	objects[0].Resize(fyne.NewSize(left, size.Height))
	objects[1].Move(fyne.NewPos(left+style.Spacing, 0))
	objects[1].Resize(fyne.NewSize(size.Width-left-style.Spacing, size.Height))
}

func (l aside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(l.width, 0).Max(objects[1].MinSize())
}

// keyTable lists the keys.
func keyTable() fyne.CanvasObject {
	table := container.New(closely)
	for _, k := range [][2]string{
		{"F1", lang.L("keys.help")},
		{controlName(fyne.KeyF), lang.L("keys.search")},
		{controlName(fyne.KeyK), lang.L("keys.client")},
		{controlName(fyne.KeyE), lang.L("keys.export")},
		{controlName(enterKey), lang.L("keys.review")},
		{controlName(fyne.KeyN), lang.L("keys.new-invoice")},
		{controlName(fyne.KeyO), lang.L("keys.import")},
		{controlName(fyne.KeyD), lang.L("keys.draft")},
		{"F5", lang.L("keys.refresh")},
		{lang.L("keys.name.arrows"), lang.L("keys.move")},
		{lang.L("keys.name.space"), lang.L("keys.tick")},
		{lang.L("keys.name.enter"), lang.L("keys.open")},
		{lang.L("keys.name.menu"), lang.L("keys.more")},
		{controlName(fyne.KeyA) + ", " + controlName(fyne.KeyC), lang.L("keys.select")},
		{controlName(fyne.KeyS) + ", " + controlName(fyne.KeyL), lang.L("keys.save")},
		{lang.L("keys.name.lines"), lang.L("keys.lines")},
		{lang.L("keys.name.line-moves"), lang.L("keys.line-moves")},
		{controlName(fyne.KeyV) + ", " + controlName(fyne.KeyZ) + ", " + controlName(fyne.KeyY), lang.L("keys.paste")},
		{lang.L("keys.name.escape"), lang.L("keys.escape")},
	} {
		name := paragraph(k[0])
		name.TextStyle.Bold = true
		table.Add(container.New(factLine{220}, name, paragraph(k[1])))
	}
	return table
}
