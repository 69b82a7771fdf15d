package screens

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/style"
)

// exportSign is the sign that stands before exportWord.
func exportSign(s billing.Stage) style.Sign {
	switch s.Export {
	case billing.NotExported:
		if s.Status == billing.Draft {
			return style.Sign{}
		}
		return style.None
	case billing.Queued:
		return style.Queued
	case billing.Exporting, billing.Removing:
		return style.Busy
	case billing.Exported:
		return style.Done
	case billing.Warned:
		return style.Warning
	case billing.Failed:
		return style.Failed
	case billing.Unknown, billing.MayBeOurs:
		return style.Unknown
	case billing.Changed:
		return style.Changed
	case billing.DeletedInXero, billing.VoidedInXero, billing.NotFoundInXero:
		return style.Gone
	}
	return style.Held
}

// exportText is what the Xero Export column says of an invoice: the word, and what there
// is to know beside it.
func (s *shell) exportText(r *app.InvoiceRow) string {
	text := exportWord(r.Stage, r.Settlement)
	switch {
	case r.Stage.Export == billing.Exported && r.Settlement == ledger.Paid && !r.PaidOn.IsZero():
		text += " " + s.format.Date(r.PaidOn)
	case r.Stage.Export == billing.Exported && r.Settlement == ledger.PartPaid:
		text = lang.L("xero.part-paid-due", with{"Amount": s.money(r.AmountDue)})
	}
	switch r.Stage.Export {
	case billing.DeletedInXero, billing.VoidedInXero, billing.NotFoundInXero, billing.Removing, billing.MayBeOurs:
		return text // the message would say it once more
	case billing.NotExported:
		return text // the message is of an export that does not count any more
	}
	if r.Message != "" {
		text += ": " + r.Message
	}
	return text
}

func colorOf(s style.Sign) fyne.ThemeColorName {
	if s.Color == "" {
		return theme.ColorNameForeground
	}
	return s.Color
}

// signed is a sign with a text beside it.
func signed(s style.Sign, text fyne.CanvasObject) fyne.CanvasObject {
	if s.Glyph == "" {
		return text
	}
	sign := widget.NewRichText(&widget.TextSegment{Text: s.Glyph, Style: widget.RichTextStyle{
		ColorName: colorOf(s), TextStyle: fyne.TextStyle{Symbol: true}, SizeName: theme.SizeNameText,
	}})
	return container.New(beside{}, sign, text)
}

// beside lays out a sign and, close to it, a text that wraps.
type beside struct{}

// signRoom is the width that a sign takes beside a text.
const signRoom = 18

func (beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(objects[0].MinSize())
	objects[1].Move(fyne.NewPos(signRoom, 0))
	objects[1].Resize(fyne.NewSize(size.Width-signRoom, size.Height))
}

func (beside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	text := objects[1].MinSize()
	return fyne.NewSize(signRoom+text.Width, max(text.Height, objects[0].MinSize().Height))
}

// ground is a coloured background, or an outline, that follows the theme.
type ground struct {
	widget.BaseWidget
	fill, line fyne.ThemeColorName // "" for none
	rect       *canvas.Rectangle
}

func newGround(fill, line fyne.ThemeColorName) *ground {
	g := &ground{fill: fill, line: line, rect: canvas.NewRectangle(color.Transparent)}
	g.ExtendBaseWidget(g)
	g.Refresh()
	return g
}

// CreateRenderer draws the background.
func (g *ground) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(g.rect) }

// Refresh takes the colour of the theme as it is now.
func (g *ground) Refresh() {
	if g.fill != "" {
		g.rect.FillColor = theme.Color(g.fill)
	}
	if g.line != "" {
		g.rect.StrokeColor, g.rect.StrokeWidth = theme.Color(g.line), theme.InputBorderSize()
		g.rect.CornerRadius = theme.InputRadiusSize()
	}
	g.rect.Refresh()
}

// paragraph is a text that wraps.
func paragraph(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// caption is a smaller, quieter text that wraps.
func caption(text string) *widget.Label {
	l := paragraph(text)
	l.SizeName, l.Importance = theme.SizeNameCaptionText, widget.LowImportance
	return l
}

// closely stacks texts without most of the padding that each brings.
var closely = layout.NewCustomPaddedVBoxLayout(-style.Spacing)

// factLine lays out a name, in a column of its own, and a text; either may wrap.
type factLine struct{ name float32 }

func (l factLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(l.name, objects[0].MinSize().Height))
	objects[1].Move(fyne.NewPos(l.name, 0))
	objects[1].Resize(fyne.NewSize(size.Width-l.name, size.Height))
}

func (l factLine) MinSize(objects []fyne.CanvasObject) fyne.Size {
	text := objects[1].MinSize()
	return fyne.NewSize(l.name+text.Width, max(text.Height, objects[0].MinSize().Height))
}

// heading begins a part of a panel or a dialog.
func heading(text string) *widget.Label {
	l := widget.NewLabelWithStyle(text, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	l.Truncation = fyne.TextTruncateEllipsis
	return l
}
