package screens

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/screens/style"
)

// listedFirst is how many invoices a confirmation names. Of the others it tells the number.
const listedFirst = 10

// itemized names the invoices that a person is asked about, by number, client and amount, and what all of them come to:
// an action reaches no other.
func (s *shell) itemized(rows []*app.InvoiceRow) fyne.CanvasObject {
	named := rows[:min(len(rows), listedFirst)]
	columns := []listColumn{{}, {stretch: true}, {}}
	var numbers, amounts []string
	for _, r := range named {
		number, amount := string(r.Number), s.format.Money(r.Total)
		if number == "" {
			number = lang.L("confirm.no-number")
		}
		numbers, amounts = append(numbers, number), append(amounts, amount)
		columns[0].width = max(columns[0].width, textWidth(number, false)+2*style.Spacing)
		columns[2].width = max(columns[2].width, textWidth(amount, false)+2*style.Spacing)
	}
	columns[0].width = min(columns[0].width, confirmWidth/3)
	lines := container.New(layout.NewCustomPaddedVBoxLayout(-style.Gap))
	for i, r := range named {
		number, client, amount := widget.NewLabel(numbers[i]), widget.NewLabel(r.Client), widget.NewLabel(amounts[i])
		number.Truncation, client.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
		amount.Alignment = fyne.TextAlignTrailing
		lines.Add(container.New(listLine{columns}, number, client, amount))
	}
	if more := len(rows) - len(named); more > 0 {
		lines.Add(caption(lang.N("confirm.more", more, with{"Count": s.format.Count(more)})))
	}
	total := paragraph(lang.L("confirm.total", with{"Sums": sumOf(s.firm.Currency, rows).text(s.format)}))
	total.TextStyle.Bold = true
	return container.NewVBox(lines, total)
}
