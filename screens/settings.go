package screens

import (
	"bytes"
	"context"
	"image"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/staff"
	"feebridge/assets/translations"
	"feebridge/screens/style"
)

// settingsApp is what the firm's settings ask of the application.
type settingsApp interface {
	Settings(ctx context.Context) (app.Settings, error)
	SaveFirm(ctx context.Context, by staff.Member, f app.Firm) (app.Firm, error)
	SetTaxes(ctx context.Context, by staff.Member, was, taxes []billing.Tax) error
	SetBillingCodes(ctx context.Context, by staff.Member, was, codes []billing.Code) error
	PreviewCodes(ctx context.Context, sheet app.Sheet) (intake.Codes, error)
	Gaps(ctx context.Context, by staff.Member) ([]app.Gap, error)
}

// settings changes what the firm has set, a part at a time.
type settings struct {
	*shell
	app     settingsApp
	read    func(name string, data []byte) (app.Sheet, error)
	changed func(app.Firm) // after the firm was saved
	reviews *reviews       // which each person has as they like

	known  app.Settings
	box    *dialog
	parts  *chips
	told   *fyne.Container
	holder *fyne.Container
	part   settingsPart
	table  *table // of the part that is one
	save   *button

	decoding task // the logo
}

// settingsPart is one part of the settings.
type settingsPart struct {
	content fyne.CanvasObject
	save    func(context.Context) error // stores it; runs in the background
	collect func() error                // reads the fields, before save
	focus   func()
	own     bool // it is about who acts alone, who may change it in any case
}

func newSettings(s *shell, a settingsApp, read func(string, []byte) (app.Sheet, error), changed func(app.Firm)) *settings {
	return &settings{shell: s, app: a, read: read, changed: changed, decoding: task{ui: s.ui}}
}

// open shows the settings.
func (s *settings) open() {
	act(s.shell, lang.L("busy.loading-settings"), s.app.Settings, func(known app.Settings, err error) {
		if err != nil {
			s.failed(lang.L("settings.failed"), err)
			return
		}
		s.known = known
		s.show()
	})
}

func (s *settings) show() {
	s.told, s.holder = container.NewVBox(), container.NewStack()
	s.parts = newChips(s.keys, []string{lang.L("settings.firm"), lang.L("settings.numbers"), lang.L("settings.taxes"), lang.L("settings.codes"), lang.L("settings.own")}, s.turn)
	s.save = newButton(s.keys, lang.L("action.save"), s.store)
	leave := newButton(s.keys, lang.L("action.close"), func() { s.box.hide() })
	s.box = s.dialogs.show(lang.L("settings.title"), fyne.NewSize(860, 600),
		container.NewBorder(container.NewVBox(s.parts, s.told), nil, nil, nil, s.holder), leave, s.save)
	s.turn(0)
}

// may reports whether who acts may change the settings.
func (s *settings) may() bool { return s.me().May(staff.EditSettings, "") }

// turn shows another part. What was not saved of the one before is dropped.
func (s *settings) turn(to int) {
	s.part = []func() settingsPart{s.firmPart, s.numbersPart, s.taxesPart, s.codesPart, s.ownPart}[to]()
	s.holder.Objects = []fyne.CanvasObject{s.part.content}
	s.tell(style.Sign{}, "")
	may := s.may() || s.part.own
	s.save.enable(may)
	if !may {
		s.tell(style.Held, lang.L("settings.view-only",
			with{"Permission": permissionsFor(staff.EditSettings), "Ask": told(s.me().WhoGrants())}))
	}
	s.box.fit()
	s.part.focus()
}

func (s *settings) tell(sign style.Sign, text string) {
	s.told.RemoveAll()
	if text != "" {
		s.told.Add(signed(sign, paragraph(text)))
	}
	s.box.popup.Refresh()
}

// store saves the part that is shown.
func (s *settings) store() {
	part := s.part
	if err := part.collect(); err != nil {
		s.tell(style.Failed, say(err))
		return
	}
	act(s.shell, lang.L("busy.saving"), func(ctx context.Context) (app.Settings, error) {
		if err := part.save(ctx); err != nil {
			return app.Settings{}, err
		}
		return s.app.Settings(ctx)
	}, func(now app.Settings, err error) {
		if err != nil {
			s.tell(style.Failed, say(err))
			return
		}
		s.known = now
		s.changed(now.Firm)
		s.tell(style.Done, lang.L("done.saved"))
	})
}

// field is a field for a text of the settings.
func (s *settings) field(text, hint string) *entry {
	e := newEntry(s.keys)
	e.SetText(text)
	e.CursorColumn = len([]rune(text))
	e.SetPlaceHolder(hint)
	if !s.may() {
		e.Disable()
	}
	return e
}

func (s *settings) firmPart() settingsPart {
	firm := s.known.Firm
	head := firm.Letterhead
	name, currency := s.field(firm.Name, ""), s.field(string(firm.Currency), "")
	phone, email, number := s.field(head.Phone, ""), s.field(head.Email, ""), s.field(head.TaxNumber, "")
	var address []*entry
	a := head.Address
	hints := []string{lang.L("field.street"), "", lang.L("field.city"), lang.L("field.postal-code"), lang.L("field.region"), lang.L("field.country")}
	for i, text := range []string{a.Lines[0], a.Lines[1], a.City, a.PostalCode, a.Region, a.Country} {
		address = append(address, s.field(text, hints[i]))
	}
	payment := newEntry(s.keys)
	payment.MultiLine = true
	payment.SetText(head.Payment)
	payment.SetMinRowsVisible(3)
	payment.Wrapping = fyne.TextWrapWord
	if !s.may() {
		payment.Disable()
	}
	logo := container.NewHBox()
	var showLogo func()
	showLogo = func() {
		logo.RemoveAll()
		shown := container.NewStack()
		logo.Add(shown)
		content := head.Logo
		load(&s.decoding, func(context.Context) (image.Image, error) {
			img, _, err := image.Decode(bytes.NewReader(content))
			return img, err
		}, func(img image.Image, err error) {
			if err != nil {
				return // there is none
			}
			picture := canvas.NewImageFromImage(img)
			picture.FillMode = canvas.ImageFillContain
			picture.SetMinSize(fyne.NewSize(120, 40))
			shown.Add(picture)
			logo.Refresh()
		})
		choose := newButton(s.keys, lang.L("settings.logo.choose"), func() {
			s.pickFile(lang.L("settings.logo.pick-title"), []string{".png", ".jpg", ".jpeg"}, func(_ string, content []byte) {
				if err := app.CheckLogo(content); err != nil {
					s.tell(style.Failed, say(err))
					return
				}
				head.Logo = content
				showLogo()
			})
		})
		remove := newButton(s.keys, lang.L("settings.logo.remove"), func() { head.Logo = nil; showLogo() })
		choose.enable(s.may())
		remove.enable(s.may() && len(head.Logo) > 0)
		logo.Add(container.NewCenter(choose))
		logo.Add(container.NewCenter(remove))
		logo.Refresh()
	}
	showLogo()
	pair := func(a, b fyne.CanvasObject) fyne.CanvasObject { return container.NewGridWithColumns(2, a, b) }
	return settingsPart{
		content: container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, style.Spacing+style.Gap), container.NewVBox(
			labelled(lang.L("field.firm-name"), name),
			labelled(lang.L("field.currency"), container.New(fixedWidth{width: 90, least: 90}, currency)),
			caption(lang.L("settings.firm.hint")),
			labelled(lang.L("field.address"), container.NewVBox(address[0], address[1], pair(address[2], address[3]), pair(address[4], address[5]))),
			labelled(lang.L("field.phone"), phone), labelled(lang.L("field.email"), email), labelled(lang.L("field.tax-number"), number),
			labelled(lang.L("field.how-to-pay"), payment), labelled(lang.L("field.logo"), logo)))),
		collect: func() (err error) {
			firm.Name = name.Text
			if firm.Currency, err = readCurrency(currency.Text); err != nil {
				return err
			}
			a := &head.Address
			for i, part := range []*string{&a.Lines[0], &a.Lines[1], &a.City, &a.PostalCode, &a.Region, &a.Country} {
				*part = strings.TrimSpace(address[i].Text)
			}
			head.Phone, head.Email, head.TaxNumber, head.Payment = phone.Text, strings.TrimSpace(email.Text), number.Text, strings.TrimSpace(payment.Text)
			firm.Letterhead = head
			return nil
		},
		save:  func(ctx context.Context) error { _, err := s.app.SaveFirm(ctx, s.me(), firm); return err },
		focus: func() { s.box.focus(name) },
	}
}

func (s *settings) numbersPart() settingsPart {
	firm := s.known.Firm
	prefix, digits := s.field(firm.Numbering.Prefix, ""), s.field(strconv.Itoa(firm.Numbering.Digits), "")
	next := s.field(strconv.FormatInt(firm.Numbering.Next, 10), "")
	term := newTermField(s.keys, firm.Term, lang.L("term.none"))
	example := paragraph("")
	read := func() (n billing.Numbering, err error) {
		n.Prefix = prefix.Text
		if n.Digits, err = strconv.Atoi(strings.TrimSpace(digits.Text)); err != nil {
			return n, app.Errorf(app.Invalid, "problem.digits-text", "Text", translations.Quoted(digits.Text))
		}
		if n.Next, err = strconv.ParseInt(strings.TrimSpace(next.Text), 10, 64); err != nil {
			return n, app.Errorf(app.Invalid, "problem.next-text", "Text", translations.Quoted(next.Text))
		}
		return n, n.Check()
	}
	show := func(string) {
		n, err := read()
		if err != nil {
			example.SetText(say(err))
			return
		}
		example.SetText(lang.L("settings.next-number", with{"Number": n.Number()}))
	}
	for _, e := range []*entry{prefix, digits, next} {
		e.OnChanged = show
	}
	show("")
	small := func(e *entry) fyne.CanvasObject { return container.New(fixedWidth{width: 160, least: 90}, e) }
	return settingsPart{
		content: container.NewVBox(
			labelled(lang.L("settings.prefix"), small(prefix)), labelled(lang.L("settings.digits"), small(digits)), labelled(lang.L("settings.next"), small(next)),
			example, container.New(inset, container.NewHBox(s.gapsButton())), widget.NewSeparator(),
			labelled(lang.L("field.payment-terms"), term.content),
			caption(lang.L("settings.term-hint"))),
		collect: func() (err error) {
			if firm.Numbering, err = read(); err != nil {
				return err
			}
			firm.Term, err = term.read()
			return err
		},
		save:  func(ctx context.Context) error { _, err := s.app.SaveFirm(ctx, s.me(), firm); return err },
		focus: func() { s.box.focus(prefix) },
	}
}

// ownPart is what each person has as they like.
func (s *settings) ownPart() settingsPart {
	skips := s.reviews.skips()
	skip := s.reviews.newSkipCheck(func(on bool) { skips = on })
	return settingsPart{
		own:     true,
		content: container.NewVBox(skip, caption(lang.L("settings.own.hint"))),
		collect: func() error { return nil },
		save: func(context.Context) error {
			s.reviews.setSkips(skips)
			return nil
		},
		focus: func() { s.box.focus(skip) },
	}
}
