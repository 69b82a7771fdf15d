package screens

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app/ledger"
	"feebridge/screens/style"
)

// mapRow is a row of the mapping: what it is about, drop-downs, and below them what is
// wrong with what was chosen, or what is suggested.
type mapRow struct {
	fields  []*mapField
	remark  func() (style.Sign, string) // what there is to say of what is chosen; may be nil
	suggest func() string               // for the first drop-down, while that is open; "" for none; may be nil
	wrong   func() bool                 // what is entered cannot be saved; may be nil
	below   *fyne.Container

	offered string // the suggestion; "" when there is none
	blocks  bool
	form    *mappingDialog
}

// mapField is a drop-down of what the organisation has. What the mapping names and the
// organisation does not have stands among the options, so that it can be seen and left.
type mapField struct {
	*dropDown
	offered []option
	at      ledger.MappingRow // what of the mapping it is
}

// of says what of the mapping the first field is.
func (r *mapRow) of(part ledger.MappingPart, key string) *mapRow {
	r.fields[0].at = ledger.MappingRow{Part: part, Key: key}
	return r
}

// gone reports whether the organisation does not have what is chosen.
func (f *mapField) gone() bool {
	return f.chosen != "" && !slices.ContainsFunc(f.offered, func(o option) bool { return o.value == f.chosen })
}

// The widths of the columns: what a row is about, its main drop-down, further ones.
const (
	mapName  = 190
	mapMain  = 330
	mapOther = 180
)

// shares lays out objects beside each other in their widths, or in as large a part of
// them as leaves room for a row with every column.
type shares []float32

// mapScale is the part of their widths that the columns take.
func mapScale(room, widths float32) float32 {
	return min(1, room/max(widths, mapName+mapMain+2*mapOther))
}

func (l shares) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var all float32
	for i := range objects {
		all += l[i]
	}
	scale := mapScale(size.Width, all)
	var x float32
	for i, o := range objects {
		h := o.MinSize().Height
		o.Move(fyne.NewPos(x, (size.Height-h)/2))
		o.Resize(fyne.NewSize(l[i]*scale-style.Spacing, h))
		x += l[i] * scale
	}
}

func (l shares) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var least fyne.Size
	for _, o := range objects {
		least.Height = max(least.Height, o.MinSize().Height)
	}
	return least
}

// columns lays out what a row is about, its main drop-down, and further ones.
func columns(objects []fyne.CanvasObject) fyne.CanvasObject {
	widths := shares{mapName, mapMain}
	for len(widths) < len(objects) {
		widths = append(widths, mapOther)
	}
	return container.New(widths, objects...)
}

// belowMain lays out one object where the main drop-downs begin.
type belowMain struct{}

func (belowMain) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := mapName*mapScale(size.Width, 0) - theme.InnerPadding()
	objects[0].Move(fyne.NewPos(x, 0))
	objects[0].Resize(fyne.NewSize(size.Width-x, size.Height))
}

func (belowMain) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, objects[0].MinSize().Height)
}

// field makes a drop-down of what is offered; none is what stands for nothing, "" where
// something must be chosen.
func (d *mappingDialog) field(none string, offered []option, chosen string, set func(string)) *mapField {
	f := &mapField{offered: offered}
	options := offered
	if none != "" || chosen == "" {
		options = append([]option{{text: none}}, options...)
	}
	at := slices.IndexFunc(options, func(o option) bool { return strings.EqualFold(o.value, chosen) })
	if at < 0 {
		options = append([]option{{value: chosen, text: lang.L("mapping.not-available", with{"Name": plainCode(chosen)})}}, options...)
		at = 0
	}
	f.dropDown = newDropDown(d.keys, lang.L("hint.name-or-code"), options, options[at].value, func(value string) {
		set(value)
		d.update()
	})
	if !d.mayConnect() {
		f.Disable()
	}
	return f
}

// add puts a row of drop-downs below the others.
func (d *mappingDialog) add(name string, fields ...*mapField) *mapRow {
	objects := make([]fyne.CanvasObject, len(fields))
	for i, f := range fields {
		objects[i] = outlined(f.dropDown)
	}
	r := d.addLine(name, objects...)
	r.fields = fields
	return r
}

func (d *mappingDialog) addLine(name string, controls ...fyne.CanvasObject) *mapRow {
	label := widget.NewLabel(name)
	label.Truncation = fyne.TextTruncateEllipsis
	r := &mapRow{below: container.New(closely), form: d}
	d.form.Add(container.New(layout.NewCustomPaddedVBoxLayout(0), columns(append([]fyne.CanvasObject{label}, controls...)),
		container.New(belowMain{}, r.below)))
	d.rows = append(d.rows, r)
	return r
}

// update shows below the row what there is to say of it.
func (r *mapRow) update() {
	r.below.RemoveAll()
	for _, f := range r.fields {
		if f.gone() {
			r.below.Add(signed(style.Failed, paragraph(lang.L("mapping.gone",
				with{"Name": plainCode(f.chosen), "Organisation": r.form.tenant.Name}))))
		}
	}
	if r.remark != nil {
		if sign, text := r.remark(); text != "" {
			r.below.Add(signed(sign, paragraph(text)))
		}
	}
	r.blocks = r.wrong != nil && r.wrong()
	r.offered = ""
	if r.suggest != nil && r.form.mayConnect() {
		r.offered = r.suggest()
	}
	if r.offered != "" {
		what := lang.L("mapping.suggested", with{"What": textOf(r.fields[0].options, r.offered)})
		take := newButton(r.form.keys, lang.L("mapping.accept"), func() {
			r.take()
			r.form.keys.canvas.Focus(r.fields[0].dropDown)
		})
		r.below.Add(container.New(layout.NewCustomPaddedLayout(style.Gap, style.Gap, 0, 0),
			container.New(bar{stretch: 2, gap: style.Gap}, widget.NewLabel(what), take)))
	}
	show(r.below, len(r.below.Objects) > 0)
}

// take accepts the suggestion, if there is one.
func (r *mapRow) take() {
	if r.offered != "" {
		r.fields[0].choose(r.offered)
	}
}

func textOf(options []option, value string) string {
	for _, o := range options {
		if o.value == value {
			return o.text
		}
	}
	return plainCode(value)
}
