package paper

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"

	"feebridge/app/billing"
)

// The page is an A4 sheet. Everything is in millimetres from its top left corner, but
// sizes of letters, which are in points.
const (
	pageWidth, pageHeight = 210.0, 297.0
	left, right           = 18.0, pageWidth - 18
	top, bottom           = 16.0, pageHeight - 24
	footer                = pageHeight - 17
	point                 = 25.4 / 72
	capHeight             = 0.716 // of the font, in parts of its size
)

type colour struct{ r, g, b int }

var (
	ink    = colour{33, 37, 41}
	grey   = colour{102, 110, 118}
	line   = colour{212, 217, 222}
	pale   = colour{232, 235, 238} // the watermark: every other colour is read through it
	accent = colour{28, 78, 120}
	tint   = colour{237, 242, 247}
	white  = colour{255, 255, 255}
)

// style is how a text looks.
type style struct {
	size   float64
	bold   bool
	colour colour
}

// leading is the height of a line of text.
func (s style) leading() float64 { return s.size * point * 1.38 }

// pen writes on the pages, from the top of each to its bottom.
type pen struct {
	pdf   *fpdf.Fpdf
	chars *charset
	y     float64 // where what comes next begins
}

// newPen begins the first page. Every page bears the watermark and, at its foot, the
// name and which of so many pages it is.
func newPen(chars *charset, watermark, name string, pages int) *pen {
	p := &pen{pdf: fpdf.New("P", "mm", "A4", ""), chars: chars}
	p.pdf.SetMargins(0, 0, 0)
	p.pdf.SetAutoPageBreak(false, 0)
	p.pdf.SetCatalogSort(true)
	p.pdf.AddUTF8FontFromBytes("paper", "", regular)
	p.pdf.AddUTF8FontFromBytes("paper", "B", bold)
	p.pdf.SetHeaderFunc(func() { p.watermark(watermark) })
	p.pdf.SetFooterFunc(func() { p.footer(name, pages) })
	p.newPage()
	return p
}

func (p *pen) newPage() {
	p.pdf.AddPage()
	p.y = top
}

// need begins a new page unless the next h millimetres fit on this one, and reports
// whether it did. What is higher than a page begins where it is.
func (p *pen) need(h float64) bool {
	if p.y+h <= bottom || h > bottom-top {
		return false
	}
	p.newPage()
	return true
}

func (p *pen) watermark(word string) {
	if word == "" {
		return
	}
	st := style{130, true, pale}
	p.pdf.TransformBegin()
	p.pdf.TransformRotate(50, pageWidth/2, pageHeight/2)
	p.centre(pageWidth/2, pageHeight/2-st.leading()/2, word, st)
	p.pdf.TransformEnd()
}

func (p *pen) footer(name string, pages int) {
	st := style{8, false, grey}
	p.rule(left, right, footer-1.5, 0.2, line)
	page := fmt.Sprintf(phrasePage, p.pdf.PageNo(), pages)
	p.right(right, footer, page, st)
	p.text(left, footer, p.cut(name, right-left-p.width(page, st)-10, st), st)
}

// text writes one line whose room begins at x, y. Whatever it is given is cleaned: the
// writer of the PDF fails at some characters.
func (p *pen) text(x, y float64, s string, st style) {
	p.use(st)
	y += (st.leading() + capHeight*st.size*point) / 2
	for _, part := range p.chars.pieces(p.chars.clean(s), st.bold) {
		p.pdf.SetTextColor(st.colour.r, st.colour.g, st.colour.b)
		if part.drawn == nil {
			p.pdf.Text(x, y, part.text)
		} else {
			p.draw(x, y, part.drawn, st)
			p.hide(x, y, part.text)
		}
		x += p.widthOf(part, st)
	}
}

// draw fills the outlines of a text that no font of the PDF has.
func (p *pen) draw(x, y float64, s *shaped, st style) {
	p.pdf.SetFillColor(st.colour.r, st.colour.g, st.colour.b)
	size := st.size * point
	for _, g := range s.glyphs {
		at := func(s font.SegmentPoint) (float64, float64) {
			return x + (g.x+float64(s.X)*g.scale)*size, y - (g.y+float64(s.Y)*g.scale)*size
		}
		var fromX, fromY float64
		for _, s := range g.outline {
			toX, toY := at(s.ArgsSlice()[len(s.ArgsSlice())-1])
			switch s.Op {
			case opentype.SegmentOpMoveTo:
				p.pdf.MoveTo(toX, toY)
			case opentype.SegmentOpLineTo:
				p.pdf.LineTo(toX, toY)
			case opentype.SegmentOpQuadTo: // PDF has curves of the third degree alone
				byX, byY := at(s.Args[0])
				p.pdf.CurveBezierCubicTo(fromX+(byX-fromX)*2/3, fromY+(byY-fromY)*2/3, toX+(byX-toX)*2/3, toY+(byY-toY)*2/3, toX, toY)
			case opentype.SegmentOpCubeTo:
				byX, byY := at(s.Args[0])
				thenX, thenY := at(s.Args[1])
				p.pdf.CurveBezierCubicTo(byX, byY, thenX, thenY, toX, toY)
			}
			fromX, fromY = toX, toY
		}
		if len(g.outline) > 0 {
			p.pdf.DrawPath("F")
		}
	}
}

// hide writes what is drawn there as text that is not seen, so that it can be searched for and copied.
func (p *pen) hide(x, y float64, s string) {
	const shown, unseen = 0, 3
	p.pdf.SetTextRenderingMode(unseen)
	p.pdf.Text(x, y, writable(s))
	p.pdf.SetTextRenderingMode(shown)
}

// writable returns a text as the writer of the PDF takes it: it fails above the basic plane.
func writable(s string) string {
	return strings.Map(func(r rune) rune {
		if int(r) >= len(letters{}) || unicode.IsControl(r) {
			return missing
		}
		return r
	}, s)
}

// right writes one line that ends at x. Like width it takes a clean text.
func (p *pen) right(x, y float64, s string, st style) { p.text(x-p.width(s, st), y, s, st) }

func (p *pen) centre(x, y float64, s string, st style) { p.text(x-p.width(s, st)/2, y, s, st) }

// width measures a text that is clean: wrapping measures every text many times.
func (p *pen) width(s string, st style) float64 {
	p.use(st)
	width := 0.0
	for _, part := range p.chars.pieces(s, st.bold) {
		width += p.widthOf(part, st)
	}
	return width
}

func (p *pen) widthOf(part piece, st style) float64 {
	if part.drawn == nil {
		return p.pdf.GetStringWidth(part.text)
	}
	return part.drawn.width * st.size * point
}

func (p *pen) use(st style) {
	cut := ""
	if st.bold {
		cut = "B"
	}
	p.pdf.SetFont("paper", cut, st.size)
}

func (p *pen) rule(from, to, y, thick float64, c colour) {
	p.pdf.SetDrawColor(c.r, c.g, c.b)
	p.pdf.SetLineWidth(thick)
	p.pdf.Line(from, y, to, y)
}

func (p *pen) fill(x, y, w, h float64, c colour) {
	p.pdf.SetFillColor(c.r, c.g, c.b)
	p.pdf.Rect(x, y, w, h, "F")
}

func (p *pen) image(l *logo, x, y float64) {
	kind := fpdf.ImageOptions{ImageType: "PNG"}
	p.pdf.RegisterImageOptionsReader("logo", kind, bytes.NewReader(l.png))
	p.pdf.ImageOptions("logo", x, y, l.width, l.height, false, kind, 0, "")
}

// wrap breaks a text into lines no wider than width: at its line ends, at spaces, and
// within a word that is wider by itself. Spaces at a break are left out.
func (p *pen) wrap(s string, width float64, st style) []string {
	var all []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(p.chars.clean(s)), "\n") {
		var lines []string
		current := ""
		for word := range strings.SplitAfterSeq(paragraph, " ") {
			if p.width(strings.TrimRight(current+word, " "), st) <= width {
				current += word
				continue
			}
			if strings.TrimSpace(current) != "" {
				lines = append(lines, strings.TrimRight(current, " "))
			}
			current = word
			for len(current) > 1 && p.width(strings.TrimRight(current, " "), st) > width {
				head := p.head(current, width, st)
				lines = append(lines, head)
				current = current[len(head):]
			}
		}
		all = append(all, placed(append(lines, strings.TrimRight(current, " ")))...)
	}
	return all
}

// head is the longest beginning of a text that fits, and one character at least, with the
// marks above and below it.
func (p *pen) head(s string, width float64, st style) string {
	fits := 0
	for i, r := range s {
		if i == 0 || unicode.Is(unicode.M, r) && !p.chars.own.has(r) {
			continue
		}
		if fits > 0 && p.width(s[:i], st) > width {
			return s[:fits]
		}
		fits = i
	}
	if fits > 0 && p.width(s, st) > width {
		return s[:fits]
	}
	return s
}

// cut returns the first line of a text, with dots where that is not all of it.
func (p *pen) cut(s string, width float64, st style) string {
	lines := p.wrap(s, width, st)
	if len(lines) == 1 {
		return lines[0]
	}
	return p.wrap(s, width-p.width("…", st), st)[0] + "…"
}

// paragraph writes a text of any length from the left edge on. An empty one takes no room.
func (p *pen) paragraph(width float64, s string, st style) {
	if strings.TrimSpace(s) == "" {
		return
	}
	for _, text := range p.wrap(s, width, st) {
		p.need(st.leading())
		p.text(left, p.y, text, st)
		p.y += st.leading()
	}
}

// finish writes the PDF. Its time is the invoice's day: the same invoice gives the same
// bytes whenever it is printed.
func (p *pen) finish(w io.Writer, day billing.Date, title, author string) error {
	made := time.Unix(0, 0).UTC()
	if !day.IsZero() {
		made = day.Time()
	}
	p.pdf.SetCreationDate(made)
	p.pdf.SetModificationDate(made)
	p.pdf.SetTitle(writable(visible(title)), true)
	p.pdf.SetAuthor(writable(visible(author)), true)
	p.pdf.SetProducer("Feebridge", true)
	p.pdf.SetLang("en")
	return p.pdf.Output(w)
}
