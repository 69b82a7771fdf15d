package paper

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

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
	s = p.chars.clean(s)
	if s == "" {
		return
	}
	p.use(st)
	p.pdf.SetTextColor(st.colour.r, st.colour.g, st.colour.b)
	p.pdf.Text(x, y+(st.leading()+capHeight*st.size*point)/2, s)
}

// right writes one line that ends at x. Like width it takes a clean text.
func (p *pen) right(x, y float64, s string, st style) { p.text(x-p.width(s, st), y, s, st) }

func (p *pen) centre(x, y float64, s string, st style) { p.text(x-p.width(s, st)/2, y, s, st) }

// width measures a text that is clean: wrapping measures every text many times.
func (p *pen) width(s string, st style) float64 {
	p.use(st)
	return p.pdf.GetStringWidth(s)
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
	var lines []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(p.chars.clean(s)), "\n") {
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
		lines = append(lines, strings.TrimRight(current, " "))
	}
	return lines
}

// head is the longest beginning of a text that fits, and one character at least.
func (p *pen) head(s string, width float64, st style) string {
	fits := 0
	for i, r := range s {
		end := i + len(string(r))
		if fits > 0 && p.width(s[:end], st) > width {
			break
		}
		fits = end
	}
	return s[:fits]
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
	p.pdf.SetTitle(p.chars.clean(title), true)
	p.pdf.SetAuthor(p.chars.clean(author), true)
	p.pdf.SetProducer("Feebridge", true)
	p.pdf.SetLang("en")
	return p.pdf.Output(w)
}
