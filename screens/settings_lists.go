package screens

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/assets/translations"
	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

// taxesPart changes the firm's taxes.
func (s *settings) taxesPart() settingsPart {
	was := s.known.Taxes
	var rows [][]string
	for _, t := range was {
		rows = append(rows, []string{t.Name, t.Rate.String(), t.Code, partsText(t.Parts)})
	}
	s.table = newTable([]sheet.Column{
		{Title: lang.L("field.name"), Width: 200, Stretch: true},
		{Title: lang.L("field.rate"), Width: 90, Right: true},
		{Title: lang.L("settings.tax-code"), Width: 140},
		{Title: lang.L("settings.tax-parts"), Width: 230},
	}, rows, lang.L("settings.no-taxes"), !s.may())
	t := s.table
	var taxes []billing.Tax
	return settingsPart{
		content: container.NewBorder(nil, caption(lang.L("settings.taxes.hint")), nil, nil, t.Sheet),
		collect: func() error {
			taxes = nil
			return t.filled(func(_ int, row []string) error {
				tax, err := readTax(row[0], row[1], row[2], row[3])
				taxes = append(taxes, tax)
				return err
			})
		},
		save:  func(ctx context.Context) error { return s.app.SetTaxes(ctx, s.me(), was, taxes) },
		focus: t.Focus,
	}
}

func partsText(parts []billing.TaxPart) string {
	var words []string
	for _, p := range parts {
		words = append(words, p.Name+" "+p.Rate.String())
	}
	return strings.Join(words, " + ")
}

// readTax reads a row of the taxes. The parts are written as in “GST 5% + PST 7%”.
func readTax(name, rate, code, parts string) (billing.Tax, error) {
	t := billing.Tax{Name: strings.TrimSpace(name), Code: strings.TrimSpace(code)}
	var err error
	if t.Rate, err = money.ParseRate(rate); err != nil {
		return t, app.Errorf(app.Invalid, "problem.figure", "Problem", err)
	}
	for part := range strings.SplitSeq(parts, "+") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		last := words[len(words)-1]
		p := billing.TaxPart{Name: strings.Join(words[:len(words)-1], " ")}
		if p.Rate, err = money.ParseRate(last); err != nil {
			return t, app.Errorf(app.Invalid, "problem.tax-part-text", "Text", translations.Quoted(strings.TrimSpace(part)))
		}
		t.Parts = append(t.Parts, p)
	}
	return t, t.Check()
}

// codesPart changes the firm's billing codes.
func (s *settings) codesPart() settingsPart {
	was := s.known.Codes
	s.table = newTable([]sheet.Column{
		{Title: lang.L("field.code"), Width: 110},
		{Title: lang.L("field.description"), Width: 240, Stretch: true},
		{Title: lang.L("field.price"), Width: 100, Right: true},
		{Title: lang.L("field.tax-rate"), Width: 170, Options: func(int) []sheet.Option {
			var options []sheet.Option
			for _, t := range s.known.Taxes {
				options = append(options, sheet.Option{Value: t.Name, Label: t.Rate.String()})
			}
			return options
		}},
		{Title: lang.L("field.account"), Width: 90},
	}, s.codeRows(was), lang.L("settings.no-codes"), !s.may())
	t := s.table
	load := newButton(s.keys, lang.L("settings.codes.import"), func() {
		s.pickFile(lang.L("settings.codes.pick-title"), []string{".csv", ".xlsx", ".txt"}, func(name string, content []byte) { s.importCodes(t, name, content) })
	})
	load.enable(s.may())
	var codes []billing.Code
	return settingsPart{
		content: container.NewBorder(nil, container.NewBorder(nil, nil, load, nil,
			caption(lang.L("settings.codes.hint"))), nil, nil, t.Sheet),
		collect: func() error {
			codes = nil
			return t.filled(func(_ int, row []string) error {
				c, err := s.readCode(row)
				codes = append(codes, c)
				return err
			})
		},
		save:  func(ctx context.Context) error { return s.app.SetBillingCodes(ctx, s.me(), was, codes) },
		focus: t.Focus,
	}
}

func (s *settings) codeRows(codes []billing.Code) [][]string {
	var rows [][]string
	for _, c := range codes {
		amount, tax := "", c.Tax
		if c.UnitAmount != 0 {
			amount = c.UnitAmount.String()
		}
		if t, known := billing.FindTax(s.known.Taxes, c.Tax); known && c.Tax != "" {
			tax = t.Name
		}
		rows = append(rows, []string{c.Code, c.Description, amount, tax, c.Account})
	}
	return rows
}

func (s *settings) readCode(row []string) (billing.Code, error) {
	c := billing.Code{Code: strings.TrimSpace(row[0]), Description: strings.TrimSpace(row[1]), Account: strings.TrimSpace(row[4])}
	if text := strings.TrimSpace(row[2]); text != "" {
		amount, err := money.ParseUnitAmount(text)
		if err != nil {
			return c, app.Errorf(app.Invalid, "problem.figure", "Problem", err)
		}
		c.UnitAmount = amount
	}
	if text := strings.TrimSpace(row[3]); text != "" {
		tax, known := billing.FindTax(s.known.Taxes, text)
		if !known {
			return c, app.Errorf(app.Invalid, "problem.no-such-tax", "Tax", translations.Quoted(text))
		}
		c.Tax = tax.Code
	}
	return c, c.Check()
}

// importCodes puts the codes of a file into the table, those that there are already in
// their places. They are stored with the others.
func (s *settings) importCodes(t *table, name string, content []byte) {
	act(s.shell, lang.L("busy.reading-file"), func(ctx context.Context) (intake.Codes, error) {
		cells, err := s.read(name, content)
		if err != nil {
			return intake.Codes{}, err
		}
		return s.app.PreviewCodes(ctx, cells)
	}, func(read intake.Codes, err error) {
		switch {
		case err != nil:
			s.dialogs.tell(lang.L("file.read.failed"), toldError(err))
		case len(read.Problems) > 0:
			s.tellProblems(read.Problems)
		case len(read.Warnings) > 0:
			s.confirmCodes(read, func() { s.takeCodes(t, read.Codes) })
		default:
			s.takeCodes(t, read.Codes)
		}
	})
}

func (s *settings) takeCodes(t *table, codes []billing.Code) {
	t.take(s.codeRows(codes))
	s.tell(style.Done, lang.N("settings.codes.done", len(codes), with{"Count": len(codes)}))
}

// confirmCodes lists what a file warns of, and takes its codes if the person says so.
func (s *settings) confirmCodes(read intake.Codes, take func()) {
	list := container.NewVBox()
	for _, p := range read.Warnings {
		list.Add(signed(style.Warning, paragraph(problemText(p))))
	}
	var d *dialog
	no := newButton(s.keys, lang.L("action.cancel"), func() { d.hide() })
	yes := newButton(s.keys, lang.N("settings.codes.anyway", len(read.Codes), with{"Count": len(read.Codes)}), func() { d.hide(); take() })
	d = s.dialogs.show(lang.L("settings.codes.pick-title"), fyne.NewSize(560, 360), container.NewVScroll(list), no, yes)
}

// tellProblems lists what is wrong with a file.
func (s *settings) tellProblems(problems []intake.Problem) {
	list := container.NewVBox()
	for _, p := range problems {
		list.Add(signed(style.Failed, paragraph(problemText(p))))
	}
	var d *dialog
	d = s.dialogs.show(lang.L("import.none"), fyne.NewSize(560, 360),
		container.NewVScroll(list), newButton(s.keys, lang.L("action.close"), func() { d.hide() }))
}
