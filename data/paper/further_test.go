package paper

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-text/typesetting/fontscan"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/font/sfnt"
	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/billing"
)

// fontOf makes a font that has some characters alone, each drawn as a letter of ours, under a licence (fsType).
func fontOf(t testing.TB, ttf []byte, drawnAs map[rune]rune, licence uint16) []byte {
	t.Helper()
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		t.Fatal(err)
	}
	var cmap bytes.Buffer
	write := func(to *bytes.Buffer, values ...any) {
		for _, v := range values {
			if err := binary.Write(to, binary.BigEndian, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	chars := slices.Sorted(maps.Keys(drawnAs))
	write(&cmap, uint16(0), uint16(1), uint16(3), uint16(10), uint32(12)) // one table, of all of Unicode
	write(&cmap, uint16(12), uint16(0), uint32(16+12*len(chars)), uint32(0), uint32(len(chars)))
	for _, r := range chars {
		id, err := parsed.GlyphIndex(nil, drawnAs[r])
		if err != nil {
			t.Fatal(err)
		}
		write(&cmap, uint32(r), uint32(r), uint32(id))
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(ttf[4:])) {
		entry := ttf[12+16*i:]
		at, size := binary.BigEndian.Uint32(entry[8:]), binary.BigEndian.Uint32(entry[12:])
		tables[string(entry[:4])] = bytes.Clone(ttf[at : at+size])
	}
	tables["cmap"] = cmap.Bytes()
	binary.BigEndian.PutUint16(tables["OS/2"][8:], licence)
	var head, body bytes.Buffer
	write(&head, ttf[:4], uint16(len(tables)), uint16(0), uint16(0), uint16(0))
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		write(&head, []byte(name), uint32(0), uint32(12+16*len(tables)+body.Len()), uint32(len(tables[name])))
		body.Write(tables[name])
		body.Write(make([]byte, 3-(len(tables[name])+3)%4))
	}
	return append(head.Bytes(), body.Bytes()...)
}

// printerWith returns a printer that finds these fonts on its computer.
func printerWith(t testing.TB, fonts ...[]byte) *Printer {
	t.Helper()
	folder := t.TempDir()
	var paths []string
	for i, content := range fonts {
		paths = append(paths, filepath.Join(folder, fmt.Sprintf("%d.ttf", i)))
		if err := os.WriteFile(paths[i], content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &Printer{&further{fonts: func() [2]*fontscan.FontMap {
		cuts := ownFonts()
		for _, cut := range cuts {
			for n, path := range paths {
				if err := cut.AddFont(bytes.NewReader(fonts[n]), path, ""); err != nil {
					panic(err)
				}
			}
		}
		return cuts
	}}}
}

// asLetters draws each of the characters as a letter.
func asLetters(chars string) map[rune]rune {
	drawn := map[rune]rune{}
	for _, r := range chars {
		if _, known := drawn[r]; !known {
			drawn[r] = rune('A' + len(drawn)%26)
		}
	}
	return drawn
}

// asian returns a printer that has letters of Chinese, Japanese, Korean and Thai, as many computers do.
func asian(t testing.TB) *Printer {
	t.Helper()
	letters := asLetters("日本商事株式会社計顧問料猫「」（）東京한국어บริษัทจำกดญชี\U00020bb7")
	return printerWith(t, fontOf(t, regular, letters, 0), fontOf(t, bold, letters, 0))
}

func wordsOf(t testing.TB, p *Printer, d app.Document) ([]word, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := p.write(&b, d, false); err != nil {
		t.Fatal(err)
	}
	return readPDF(t, b.Bytes()), b.Bytes()
}

// TestFontsOfTheComputerWriteWhatOursLacks prints names that our own font lacks, where they can be searched for, too.
func TestFontsOfTheComputerWriteWhatOursLacks(t *testing.T) {
	p := asian(t)
	d := sample(t, 1, nil)
	_, plain := wordsOf(t, p, d)
	d.Client.Name = "日本商事 株式会社"
	d.Invoice.Lines[0].Description = "会計顧問料, (accounting fees) 한국어 「東京」"
	d.Invoice.Reference = "บริษัท จัด"
	if unshown := p.Unshown(d); unshown != nil {
		t.Errorf("it lacks %v", unshown)
	}
	words, pdf := wordsOf(t, p, d)
	said := texts(words)
	for _, want := range []string{"日本商事", "株式会社", "会計顧問料", ", (accounting fees) ", "한국어", "「東京」", "บริษัท", "จัด"} {
		if len(find(words, want)) == 0 {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if strings.ContainsRune(said, missing) {
		t.Errorf("it has boxes:\n%s", said)
	}
	// Each letter is filled once, besides the rectangles that every paper has.
	filled := regexp.MustCompile(`\nf\n`)
	letters := len([]rune("日本商事株式会社会計顧問料한국어「東京」บริษัทจัด"))
	if got := len(filled.FindAll(pdf, -1)) - len(filled.FindAll(plain, -1)); got != letters {
		t.Errorf("%d letters are drawn, want %d", got, letters)
	}
	if hidden := bytes.Count(pdf, []byte("3 Tr\n")); hidden != 7 || bytes.Count(pdf, []byte("0 Tr\n")) != hidden {
		t.Errorf("%d texts are unseen", hidden)
	}
	for range 3 {
		if _, again := wordsOf(t, p, d); !bytes.Equal(pdf, again) {
			t.Fatal("printed again, it has other bytes")
		}
	}
}

// TestLettersFromRightToLeftStandInOrder prints Hebrew, which our own font has, beside Latin letters and numbers.
func TestLettersFromRightToLeftStandInOrder(t *testing.T) {
	p := printerWith(t)
	d := sample(t, 1, nil)
	d.Client.Name = "\u05d7\u05d1\u05e8\u05ea \u05db\u05d4\u05df"
	d.Invoice.Lines[0].Description = "Fees of אבג 12 (ltd)"
	if unshown := p.Unshown(d); unshown != nil {
		t.Errorf("it lacks %v", unshown)
	}
	words, _ := wordsOf(t, p, d)
	right := 0.0
	for _, text := range []string{"Fees of ", "12", "אבג ", " (ltd)"} {
		found := find(words, text)
		if len(found) != 1 || found[0].x <= right {
			t.Fatalf("%q is not where it is to be, right of %v: %v\n%s", text, right, found, texts(words))
		}
		right = found[0].x
	}
	if len(find(words, d.Client.Name)) != 1 {
		t.Errorf("the client's name is not written at once:\n%s", texts(words))
	}
}

// TestDrawnLettersTakeTheirOwnRoom has letters of ours drawn under other names: both are as wide.
func TestDrawnLettersTakeTheirOwnRoom(t *testing.T) {
	chars, err := printerWith(t, fontOf(t, regular, map[rune]rune{'猫': 'N', '犬': 'i'}, 0)).charset()
	if err != nil {
		t.Fatal(err)
	}
	p := newPen(chars, "", "", 1)
	for text, same := range map[string]string{"猫": "N", "犬": "i", "猫犬 猫": "Ni N", "a猫b": "aNb"} {
		if got, want := p.width(text, partyStyle), p.width(same, partyStyle); got < want-0.01 || got > want+0.01 {
			t.Errorf("%s is %v wide, %s %v", text, got, same, want)
		}
	}
}

// TestWhatNoFontMayOrCanShowIsABox gives the computer fonts that have all these characters.
func TestWhatNoFontMayOrCanShowIsABox(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		drawn   map[rune]rune // nil for letters
		licence uint16
		want    string
	}{
		"Chinese":                    {text: "猫", want: "猫"},
		"for preview and print":      {text: "猫", licence: 4, want: "猫"},
		"the licence forbids it":     {text: "猫", licence: 2, want: "□"},
		"has no picture":             {text: "猫", drawn: map[rune]rune{'猫': ' '}, want: "□"},
		"Hebrew":                     {text: "שלום", want: "שלום"},
		"Arabic digits":              {text: "٣", want: "٣"},
		"Arabic":                     {text: "سلام", want: "سلام"},
		"half of an Arabic word":     {text: "سلام 猫", drawn: asLetters("سلا猫"), want: "□□□□ 猫"},
		"downwards":                  {text: "ᠮ", want: "□"},
		"of no meaning":              {text: "\ue000\U000f0000", want: "□□"},
		"a mark on nothing":          {text: "\u0e31", want: "□"},
		"a mark on its letter":       {text: "\u0e01\u0e31", want: "\u0e01\u0e31"},
		"Chinese beside Arabic":      {text: "猫ش犬", drawn: asLetters("猫犬"), want: "猫□犬"},
		"a letter beside an unknown": {text: "\u0e01\u0e31猫", drawn: map[rune]rune{'\u0e01': 'A', '\u0e31': 'B'}, want: "\u0e01\u0e31□"},
		"above the basic plane":      {text: "\U00020bb7", want: "\U00020bb7"},
		"a control":                  {text: "猫\x01", want: "猫□"},
		"invisible":                  {text: "猫\u200d\ufe0f犬", want: "猫犬"},
	} {
		drawn := c.drawn
		if drawn == nil {
			drawn = asLetters(c.text)
		}
		chars, err := printerWith(t, fontOf(t, regular, drawn, c.licence)).charset()
		if err != nil {
			t.Fatal(err)
		}
		got := chars.clean(c.text)
		if got != c.want {
			t.Errorf("%s: %q", name, got)
		}
		if again := chars.clean(got); again != got {
			t.Errorf("%s, cleaned twice: %q", name, again)
		}
	}
}

// TestWhatThePDFLacksIsToldByItsPlace prints with our own font alone.
func TestWhatThePDFLacksIsToldByItsPlace(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*app.Document)
		want   string
	}{
		"nothing":      {func(*app.Document) {}, ""},
		"Greek":        {func(d *app.Document) { d.Client.Name = "Ελλάδα, Москва, Łódź, Nguyễn, Māori" }, ""},
		"Japanese":     {func(d *app.Document) { d.Client.Name = "日本商事 株式会社" }, "“日本商事株式会社” in the client's name"},
		"Arabic":       {func(d *app.Document) { d.Client.Name = "شركة" }, "“شركة” in the client's name"},
		"Thai":         {func(d *app.Document) { d.Client.Name = "บริษัท" }, "“บริษัท” in the client's name"},
		"mixed":        {func(d *app.Document) { d.Client.Name = "Neko 猫 Ltd 猫" }, "“猫” in the client's name"},
		"emoji":        {func(d *app.Document) { d.Invoice.Lines[1].Description = "Tea 🍵\ufe0f" }, "“🍵” in the description of line 2"},
		"its street":   {func(d *app.Document) { d.Client.Address.Lines[2] = "강남구" }, "“강남구” in the client's address"},
		"its country":  {func(d *app.Document) { d.Client.Address.Country = "日本" }, "“日本” in the client's address"},
		"the number":   {func(d *app.Document) { d.Invoice.Number = "猫-1" }, "“猫” in the invoice number"},
		"a reference":  {func(d *app.Document) { d.Invoice.Reference = "PO 猫" }, "“猫” in the reference"},
		"a tax":        {func(d *app.Document) { d.Taxes[0].Name = "消費税" }, "“消費税” in the name of the tax “消費税”"},
		"the firm":     {func(d *app.Document) { d.Firm.Name = "税理士 Hart" }, "“税理士” in your firm's name"},
		"its address":  {func(d *app.Document) { d.Firm.Address.City = "東京" }, "“東京” in your firm's address"},
		"its phone":    {func(d *app.Document) { d.Firm.Phone = "☎ 04" }, "“☎” in your firm's phone"},
		"its email":    {func(d *app.Document) { d.Firm.Email = "猫@hart.example" }, "“猫” in your firm's email"},
		"its number":   {func(d *app.Document) { d.Firm.TaxNumber = "番号 1" }, "“番号” in your firm's tax number"},
		"how to pay":   {func(d *app.Document) { d.Firm.Payment = "Kiwibank\n銀行 12" }, "“銀行” in how to pay"},
		"several":      {func(d *app.Document) { d.Client.Name, d.Firm.Payment = "猫", "犬" }, "“猫” in the client's name, “犬” in how to pay"},
		"not printed":  {func(d *app.Document) { d.Invoice.Note, d.Client.Code = "猫", "猫" }, ""},
		"what unfolds": {func(d *app.Document) { d.Client.Name = "Ma\u0304ori \u200b\ufeff" }, ""},
	} {
		d := sample(t, 3, nil)
		c.change(&d)
		unshown, got := new(Printer).Unshown(d), ""
		if len(unshown) > 0 {
			got = app.TellUnshown(unshown).String()
		}
		if got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestNoBoxIsSilent plants a character that the PDF lacks in each text of a document, in turn: what then shows a box is told,
// and nothing else.
func TestNoBoxIsSilent(t *testing.T) {
	told := 0
	var plant func(v reflect.Value, path string, look func(path string))
	plant = func(v reflect.Value, path string, look func(string)) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					plant(v.Field(i), path+"."+v.Type().Field(i).Name, look)
				}
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				plant(v.Index(i), fmt.Sprintf("%s[%d]", path, i), look)
			}
		case reflect.String:
			if v.CanSet() && v.Type() != reflect.TypeFor[billing.Invoice]().Field(0).Type {
				was := v.String()
				v.SetString(was + "猫")
				look(path)
				v.SetString(was)
			}
		}
	}
	d := sample(t, 2, func(v *billing.Invoice) { v.Lines[1].Tax = both })
	plant(reflect.ValueOf(&d).Elem(), "", func(path string) {
		if strings.HasSuffix(path, "Currency") {
			return // three Latin letters, or it is not stored
		}
		boxes := strings.ContainsRune(texts(read(t, d)), missing)
		if unshown := new(Printer).Unshown(d); boxes != (len(unshown) > 0) {
			t.Errorf("%s: the PDF has boxes: %v, and told is %v", path, boxes, unshown)
		} else if boxes {
			told++
		}
	})
	if told < 20 {
		t.Errorf("only %d texts were told", told)
	}
}

func TestWrappingDrawnLettersLosesNothingAndStaysWithinTheWidth(t *testing.T) {
	chars, err := asian(t).charset()
	if err != nil {
		t.Fatal(err)
	}
	p := newPen(chars, "", "", 1)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("ab W \n日本商事猫「」한บริษัที\u0301🙂שלום12(.)ش"))).Draw(t, "text")
		width := rapid.Float64Range(-5, 60).Draw(t, "width")
		lines := p.wrap(s, width, partyStyle)
		for _, line := range lines {
			if len(slices.Collect(clusters(withoutMarks.Replace(line)))) > 1 && p.width(line, partyStyle) > width+1e-9 {
				t.Fatalf("%q is wider than %v", line, width)
			}
			if again := chars.clean(line); again != line {
				t.Fatalf("%q would be printed as %q", line, again)
			}
		}
		if diff := cmp.Diff(spaceless(p.chars.clean(s)), spaceless(withoutMarks.Replace(strings.Join(lines, "")))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestABrokenFontShowsNothing has the fonts of the computer fail, and then only what our own has is shown.
func TestABrokenFontShowsNothing(t *testing.T) {
	d := sample(t, 1, nil)
	d.Client.Name = "猫 Ltd"
	for name, fonts := range map[string]func() [2]*fontscan.FontMap{"none but ours": ownFonts, "broken": func() [2]*fontscan.FontMap { panic("table glyf") }} {
		p := &Printer{&further{fonts: fonts}}
		for range 2 {
			if words, _ := wordsOf(t, p, d); len(find(words, "□ Ltd")) != 1 || len(p.Unshown(d)) != 1 {
				t.Errorf("%s: %v\n%s", name, p.Unshown(d), texts(words))
			}
		}
	}
}

func TestOnePrinterPrintsForMany(t *testing.T) {
	p := asian(t)
	d := sample(t, 3, nil)
	d.Client.Name, d.Invoice.Lines[1].Description = "日本商事 株式会社", "会計顧問料"
	var all sync.WaitGroup
	papers, failures := make([][]byte, 8), make([]error, 8)
	for i := range papers {
		all.Go(func() {
			papers[i], failures[i] = p.Print(d)
			if unshown := p.Unshown(d); unshown != nil {
				failures[i] = errors.New("it lacks something")
			}
		})
	}
	all.Wait()
	for i := range papers {
		if failures[i] != nil || !bytes.Equal(papers[i], papers[0]) {
			t.Errorf("%d: %v, or it is another", i, failures[i])
		}
	}
}
