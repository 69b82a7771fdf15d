package app

import (
	"slices"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// ListSheet returns the list of invoices as a sheet: a header, and a row an invoice in the
// order given.
func ListSheet(rows []InvoiceRow) [][]SheetCell {
	cells := [][]SheetCell{
		textCells("Number", "Client", "Date", "Due", "Currency", "Subtotal", "Tax", "Total", "Status", "Xero export", "Xero status", "Message"),
	}
	for _, r := range rows {
		cells = append(cells, slices.Concat(
			textCells(string(r.Number), r.Client),
			[]SheetCell{dateCell(r.Date), dateCell(r.Due)},
			textCells(string(r.Total.Currency())),
			[]SheetCell{amountCell(r.SubTotal), amountCell(r.Tax), amountCell(r.Total)},
			textCells(r.Stage.Status.String(), r.Stage.Export.String(), string(r.XeroStatus), r.Message),
		))
	}
	return cells
}

func textCells(all ...string) []SheetCell {
	cells := make([]SheetCell, len(all))
	for i, text := range all {
		cells[i].Text = text
	}
	return cells
}

func amountCell(a money.Amount) SheetCell { return SheetCell{Text: a.String(), Kind: NumberCell} }

func dateCell(d billing.Date) SheetCell { return SheetCell{Text: d.String(), Kind: DateCell} }
