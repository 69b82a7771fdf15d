package paper

import (
	"bytes"
	"encoding/binary"
	"io"
	"log"
	"os"
	"slices"
	"sync"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// further is fonts beside our own, as a rule those of the system. What they write is drawn: fonts of any format can be
// drawn, and letters that join or stand above each other come as the font places them. Its methods may be called from any
// goroutine, and of nil, which has no fonts.
type further struct {
	mu    sync.Mutex
	fonts func() [2]*fontscan.FontMap // regular and bold, our own among them; called once

	cuts   [2]*fontscan.FontMap
	shaper shaping.HarfbuzzShaper
	known  map[request]*shaped
	usable map[*font.Font]bool // by their licences; nil before the fonts are there
}

// request is a text that is to be drawn.
type request struct {
	text      string
	bold      bool
	leftwards bool // it is written from right to left
}

// shaped is a text as it is drawn, in parts of its size.
type shaped struct {
	width  float64
	glyphs []glyph
}

type glyph struct {
	x, y    float64 // its origin; y grows upwards
	scale   float64 // of its outline
	outline []font.Segment
}

// remembered is how many texts are kept as they were shaped: wrapping asks for the same again and again.
const remembered = 10_000

// systemFonts are the fonts that are installed, and our own. Looking for them takes a second or two the first time;
// afterwards an index knows them, which the window has, too. Where it cannot be written, our own remain.
func systemFonts() (cuts [2]*fontscan.FontMap) {
	cuts = ownFonts()
	for _, cut := range cuts {
		if cut.UseSystemFonts("") != nil {
			return ownFonts()
		}
	}
	return cuts
}

// shape returns how a text is drawn, or nil if it cannot be: no font has all of it.
func (f *further) shape(q request) *shaped {
	if f == nil || !drawable(q.text) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s, known := f.known[q]
	if !known {
		s = f.draw(q)
		if f.known == nil || len(f.known) >= remembered {
			f.known = map[request]*shaped{}
		}
		f.known[q] = s
	}
	return s
}

// shows reports whether a text can be drawn in both cuts.
func (f *further) shows(q request) bool {
	thin, thick := q, q
	thin.bold, thick.bold = false, true
	return f.shape(thin) != nil && f.shape(thick) != nil
}

// drawable reports whether a text has letters, marks and signs alone that are written in lines. What is put above or below
// others stands on a letter.
func drawable(text string) bool {
	for i, r := range text {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs) || i == 0 && unicode.Is(unicode.M, r) {
			return false
		}
		switch language.LookupScript(r) {
		case language.Mongolian, language.Phags_Pa: // written downwards
			return false
		}
	}
	return true
}

// draw shapes a text as a whole or, where that cannot be and it is written from left to right, each character by itself.
// Fonts are other people's files: one that is broken shows nothing.
func (f *further) draw(q request) (s *shaped) {
	defer func() {
		if recover() != nil {
			s = nil
		}
	}()
	if f.usable == nil {
		f.usable = map[*font.Font]bool{}
		f.cuts = f.fonts()
	}
	if whole := f.drawWhole(q); whole != nil || q.leftwards {
		return whole
	}
	all := &shaped{}
	for cluster := range clusters(q.text) {
		if cluster == q.text {
			return nil
		}
		one := f.drawWhole(request{text: cluster, bold: q.bold})
		if one == nil {
			return nil
		}
		for _, g := range one.glyphs {
			g.x += all.width
			all.glyphs = append(all.glyphs, g)
		}
		all.width += one.width
	}
	return all
}

// ownFont stands for the file of our own font.
const ownFont = "our own"

// ownFonts are our own font in both cuts: it has Hebrew, and the spaces and stops between any letters.
func ownFonts() (cuts [2]*fontscan.FontMap) {
	for i, ttf := range [][]byte{regular, bold} {
		cuts[i] = fontscan.NewFontMap(log.New(io.Discard, "", 0))
		_ = cuts[i].AddFont(bytes.NewReader(ttf), ownFont, "") // it is part of the program
	}
	return cuts
}

func (f *further) drawWhole(q request) *shaped {
	const size = 1000
	text, direction := []rune(q.text), di.DirectionLTR
	if q.leftwards {
		direction = di.DirectionRTL
	}
	cut := anyScript{f.cuts[0]}
	cut.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}})
	if q.bold {
		cut = anyScript{f.cuts[1]}
		cut.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}, Aspect: font.Aspect{Weight: font.WeightBold}})
	}
	var segments shaping.Segmenter
	parts := segments.Split(shaping.Input{Text: text, RunEnd: len(text), Direction: direction, Size: fixed.I(size)}, cut)
	if q.leftwards {
		slices.Reverse(parts)
	}
	all := &shaped{}
	for _, part := range parts {
		if part.Face == nil || part.Direction != direction || !f.mayUse(cut.FontMap, part.Face.Font) {
			return nil
		}
		out := f.shaper.Shape(part)
		for _, g := range out.Glyphs {
			outline := outlineOf(part.Face, g.GlyphID)
			if g.GlyphID == 0 || outline == nil {
				return nil
			}
			all.glyphs = append(all.glyphs, glyph{
				x: all.width + units(g.XOffset)/size, y: units(g.YOffset) / size,
				scale: 1 / float64(part.Face.Upem()), outline: outline.Segments,
			})
			all.width += units(g.Advance) / size
		}
	}
	if all.blank() && !unicode.IsSpace(text[0]) {
		return nil
	}
	return all
}

// anyScript finds fonts for signs that are of no script, too, such as a bracket beside Chinese.
type anyScript struct{ *fontscan.FontMap }

// ResolveFace implements shaping.Fontmap.
func (a anyScript) ResolveFace(r rune) *font.Face {
	face := a.FontMap.ResolveFace(r)
	if has(face, r) || language.LookupScript(r).Strong() {
		return face
	}
	for _, s := range []language.Script{language.Han, language.Hangul, language.Thai, language.Devanagari} {
		a.SetScript(s)
		if other := a.FontMap.ResolveFace(r); has(other, r) {
			return other
		}
	}
	return face
}

func has(face *font.Face, r rune) bool {
	if face == nil {
		return false
	}
	_, found := face.NominalGlyph(r)
	return found
}

// outlineOf returns how a glyph is drawn in one colour; nil where it has several, or is a picture.
func outlineOf(face *font.Face, id font.GID) *font.GlyphOutline {
	switch g := face.GlyphData(id).(type) {
	case font.GlyphOutline:
		return &g
	case font.GlyphBitmap: // fonts of Chinese and Japanese have both, for small letters on screens
		if g.Format == font.BlackAndWhite {
			return g.Outline
		}
	}
	return nil
}

// blank reports whether nothing would be seen: some fonts claim characters for which they have no picture.
func (s *shaped) blank() bool {
	for _, g := range s.glyphs {
		if len(g.outline) > 0 {
			return false
		}
	}
	return true
}

func units(v fixed.Int26_6) float64 { return float64(v) / 64 }

// mayUse reports whether the licence of a font lets its letters stand in a document.
func (f *further) mayUse(of *fontscan.FontMap, in *font.Font) bool {
	may, known := f.usable[in]
	if !known {
		at := of.FontLocation(in)
		may = at.File == ownFont || embeddable(at)
		f.usable[in] = may
	}
	return may
}

// embeddable reads whether a font may be embedded: bit 1 alone of fsType in its table OS/2 forbids it.
func embeddable(at fontscan.Location) bool {
	file, err := os.Open(at.File)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	fonts, err := opentype.NewLoaders(file)
	if err != nil || int(at.Index) >= len(fonts) {
		return false
	}
	table, err := fonts[at.Index].RawTable(opentype.MustNewTag("OS/2"))
	if err != nil || len(table) < 10 {
		return err != nil // without that table it forbids nothing
	}
	const usage, restricted = 0x000f, 0x0002
	return binary.BigEndian.Uint16(table[8:])&usage != restricted
}
