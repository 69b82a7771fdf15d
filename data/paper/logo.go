package paper

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // a logo may be a JPEG
	"image/png"

	"golang.org/x/image/draw"

	"feebridge/app"
	"feebridge/assets/translations"
)

// The room of the logo, in millimetres, and how fine it is printed. A picture of fewer
// points is not blown up beyond coarsest.
const (
	logoWidth, logoHeight = 62.0, 24.0
	logoPoints            = 800       // across at most: 330 to the inch
	coarsest              = 25.4 / 72 // millimetres of a point
)

// logo is the firm's logo ready to print.
type logo struct {
	png           []byte
	width, height float64 // millimetres
}

// readLogo reads a PNG or JPEG, nil for none. Whatever kind it was it comes back as a
// plain PNG: the writer of the PDF knows neither 16 bits a colour nor interlacing.
func readLogo(content []byte) (*logo, error) {
	if len(content) == 0 {
		return nil, nil
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || format != "png" && format != "jpeg" {
		return nil, refuseLogo(err)
	}
	if int64(config.Width)*int64(config.Height) > app.MaxLogoPoints {
		return nil, app.Errorf(app.Invalid, "logo.large", "Width", config.Width, "Height", config.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, refuseLogo(err)
	}
	size := picture.Bounds().Size()
	if size.X < 1 || size.Y < 1 {
		return nil, refuseLogo(nil)
	}
	scale := min(1, logoPoints/float64(size.X), logoPoints/float64(size.Y))
	plain := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale)), max(1, int(float64(size.Y)*scale))))
	draw.CatmullRom.Scale(plain, plain.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, plain); err != nil {
		return nil, fmt.Errorf("writing the logo: %w", err)
	}
	onPaper := min(logoWidth/float64(size.X), logoHeight/float64(size.Y), coarsest)
	return &logo{b.Bytes(), float64(size.X) * onPaper, float64(size.Y) * onPaper}, nil
}

func refuseLogo(err error) error {
	return &app.Error{Code: app.Invalid, Err: err,
		Phrase: translations.Say("logo.unreadable")}
}
