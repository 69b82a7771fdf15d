package paper

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"

	"feebridge/app"
)

// picture is a PNG of that size.
func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLogosOfEveryKindAndShapeFit(t *testing.T) {
	encoded := func(encode func(b *bytes.Buffer) error) []byte {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, test := range map[string]struct {
		content []byte
		aspect  float64
	}{
		"wide":        {picture(t, 300, 100), 3},
		"high":        {picture(t, 100, 400), 0.25},
		"small":       {picture(t, 20, 20), 1},
		"large":       {picture(t, 1300, 650), 2},
		"a line":      {picture(t, 4000, 1), 4000},
		"one point":   {picture(t, 1, 1), 1},
		"sixteen bit": {encoded(func(b *bytes.Buffer) error { return png.Encode(b, image.NewNRGBA64(image.Rect(0, 0, 60, 30))) }), 2},
		"palette": {encoded(func(b *bytes.Buffer) error {
			return png.Encode(b, image.NewPaletted(image.Rect(0, 0, 60, 30), color.Palette{color.Transparent, color.Black}))
		}), 2},
		"JPEG":      {encoded(func(b *bytes.Buffer) error { return jpeg.Encode(b, image.NewRGBA(image.Rect(0, 0, 60, 30)), nil) }), 2},
		"grey JPEG": {encoded(func(b *bytes.Buffer) error { return jpeg.Encode(b, image.NewGray(image.Rect(0, 0, 60, 30)), nil) }), 2},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := readLogo(test.content)
			if err != nil {
				t.Fatal(err)
			}
			if l.width > logoWidth+1e-9 || l.height > logoHeight+1e-9 || l.width <= 0 || l.height <= 0 {
				t.Errorf("it is %.1f mm × %.1f mm", l.width, l.height)
			}
			if math.Abs(l.width/l.height-test.aspect) > 1e-6*test.aspect {
				t.Errorf("it is %.3f times as wide as high; want %.3f", l.width/l.height, test.aspect)
			}
			config, err := png.DecodeConfig(bytes.NewReader(l.png))
			if err != nil || max(config.Width, config.Height) > logoPoints {
				t.Errorf("it has %d × %d points, %v", config.Width, config.Height, err)
			}
			d := sample(t, 1, nil)
			d.Firm.Logo = test.content
			if n := bytes.Count(printed(t, d), []byte("/Subtype /Image")); n == 0 {
				t.Error("it is not on the paper")
			}
		})
	}
}

func TestALogoKeepsItsColours(t *testing.T) {
	want := color.NRGBA{R: 200, G: 100, B: 50, A: 255}
	source := image.NewNRGBA(image.Rect(0, 0, 10, 10))
	for i := range 100 {
		source.SetNRGBA(i%10, i/10, want)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, source); err != nil {
		t.Fatal(err)
	}
	l, err := readLogo(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := png.Decode(bytes.NewReader(l.png))
	if err != nil {
		t.Fatal(err)
	}
	if got := color.NRGBAModel.Convert(kept.At(5, 5)); got != want {
		t.Errorf("%v became %v", want, got)
	}
}

func TestALogoThatCannotBePrintedIsRefusedWithARemedy(t *testing.T) {
	whole := picture(t, 30, 30)
	var animated bytes.Buffer
	if err := gif.Encode(&animated, image.NewGray(image.Rect(0, 0, 3, 3)), nil); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		content []byte
		remedy  string
	}{
		"text":        {[]byte("not a picture"), "Choose another image"},
		"cut short":   {whole[:len(whole)-20], "Choose another image"},
		"a head only": {whole[:40], "Choose another image"},
		"a GIF":       {animated.Bytes(), "Choose another image"},
		"a bomb":      {sized(whole, 100_000, 100_000), "Choose a smaller image"},
	} {
		t.Run(name, func(t *testing.T) {
			d := sample(t, 1, nil)
			d.Firm.Logo = test.content
			var b bytes.Buffer
			err := new(Printer).Write(&b, d)
			if !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), test.remedy) {
				t.Errorf("Write = %v", err)
			}
			if b.Len() != 0 {
				t.Errorf("%d bytes were written", b.Len())
			}
		})
	}
}

// sized returns a PNG whose head claims another size.
func sized(content []byte, width, height uint32) []byte {
	forged := bytes.Clone(content)
	head := forged[12 : 12+4+13] // behind the signature and the head's length: its kind, then its data
	binary.BigEndian.PutUint32(head[4:], width)
	binary.BigEndian.PutUint32(head[8:], height)
	binary.BigEndian.PutUint32(forged[29:], crc32.ChecksumIEEE(head))
	return forged
}
