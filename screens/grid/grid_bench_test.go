package grid_test

import (
	"fmt"
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"golang.org/x/text/language"

	"feebridge/screens/grid"
)

// The figures are for a firm of 100,000 invoices and 3,000 clients, in a window of forty
// rows. They are of the code on the UI goroutine; what painting adds, a real window shows.
const (
	invoices = 100_000
	clients  = 3_000
)

// invoice is a row with about the fields that the billing grid's have.
type invoice struct {
	id, clientID, client, number, reference, currency string
	date, due                                         int32
	total                                             int64
	status, export                                    int
	others                                            [8]int64
}

func invoiceSchema() *grid.Schema[invoice, string] {
	day := func(d int32) string { return fmt.Sprintf("%02d Nov %02d", d%100, d/10000%100) }
	statuses := []string{"Draft", "Finalized", "Closed"}
	exports := []string{"Not exported", "Queued", "Exported", "Failed", "Paid"}
	return &grid.Schema[invoice, string]{
		Key:    func(r invoice) string { return r.id },
		Locale: language.MustParse("en-NZ"),
		Columns: []grid.Column[invoice]{
			{ID: "number", Title: "Number", Width: 90, Text: func(r invoice) string { return r.number }, Search: true, Collate: true},
			{ID: "client", Title: "Client", Width: 200, Stretch: 2, Text: func(r invoice) string { return r.client }, Search: true, Collate: true},
			{ID: "reference", Title: "Reference", Width: 120, Text: func(r invoice) string { return r.reference }, Search: true},
			{ID: "date", Title: "Date", Width: 90, Text: func(r invoice) string { return day(r.date) }, Order: func(r invoice) int64 { return int64(r.date) }},
			{ID: "due", Title: "Due", Width: 90, Text: func(r invoice) string { return day(r.due) }, Order: func(r invoice) int64 { return int64(r.due) }},
			{
				ID: "total", Title: "Total", Width: 110, Align: fyne.TextAlignTrailing,
				Text: func(r invoice) string { return cents(r.total) }, Order: func(r invoice) int64 { return r.total },
			},
			{ID: "status", Title: "Status", Width: 90, Text: func(r invoice) string { return statuses[r.status] }, Order: func(r invoice) int64 { return int64(r.status) }},
			{
				ID: "export", Title: "Xero Export", Width: 160, Stretch: 1, Text: func(r invoice) string { return exports[r.export] },
				Sign: func(invoice) grid.Sign { return grid.Sign{Glyph: "→", Color: "success"} }, Order: func(r invoice) int64 { return int64(r.export) },
			},
		},
	}
}

func loadInvoices() []invoice {
	places := []string{"Harbour", "Kauri", "Ōtāhuhu", "Ridge", "Åse", "Bay", "Müller", "Silver", "Tāmaki", "North"}
	trades := []string{"Joinery", "Café", "Plumbing", "Vets", "Textiles", "Builders", "Motors"}
	names := make([]string, clients)
	for i := range names {
		names[i] = fmt.Sprintf("%s %s %d Ltd", places[i%len(places)], trades[i*7%len(trades)], i)
	}
	rows := make([]invoice, invoices)
	for i := range rows {
		client := i * 7919 % clients
		rows[i] = invoice{
			id: fmt.Sprintf("%024x", i), clientID: fmt.Sprintf("%024x", client), client: names[client], number: fmt.Sprintf("%07d", invoices-i),
			reference: fmt.Sprintf("Job %d/%d", client, i%12), date: int32(20200101 + i%28), due: int32(20200201 + i%28),
			total: int64(i * 37), currency: "NZD", status: i % 3, export: i % 5, others: [8]int64{int64(i)},
		}
	}
	return rows
}

// benchGrid opens a window on the whole firm.
func benchGrid(b *testing.B) (*grid.Grid[invoice, string], *grid.Schema[invoice, string], fyne.Canvas) {
	b.Helper()
	test.NewApp()
	s := invoiceSchema()
	g := grid.New(s)
	w := test.NewWindow(g)
	w.SetPadded(false)
	b.Cleanup(w.Close)
	w.Resize(fyne.NewSize(1400, grid.HeaderHeight+40*grid.RowHeight))
	g.SetModel(s.Build(loadInvoices()))
	g.SetSort("date", true)
	return g, s, w.Canvas()
}

func BenchmarkBuild(b *testing.B) {
	s := invoiceSchema()
	for b.Loop() {
		b.StopTimer()
		rows := loadInvoices()
		b.StartTimer()
		s.Build(rows)
	}
}

func BenchmarkSwap(b *testing.B) {
	for _, view := range []string{"whole", "searched"} {
		b.Run(view, func(b *testing.B) {
			g, s, _ := benchGrid(b)
			if view == "searched" {
				g.SetSearch("harbour")
				g.SetFilter(func(r invoice) bool { return r.status == 1 })
			}
			m := s.Build(loadInvoices())
			for b.Loop() {
				g.SetModel(m)
			}
		})
	}
}

func BenchmarkSearchKey(b *testing.B) {
	for _, query := range []string{"harbour plumb", "0001", "otahuhu"} {
		b.Run(query, func(b *testing.B) {
			g, _, _ := benchGrid(b)
			n := 0
			for b.Loop() {
				n = n%len(query) + 1
				g.SetSearch(query[:n])
			}
		})
	}
}

// BenchmarkSearchWiden is Backspace: nothing of the result before can be used.
func BenchmarkSearchWiden(b *testing.B) {
	g, _, _ := benchGrid(b)
	for i := 0; b.Loop(); i++ {
		g.SetSearch([]string{"harb", "kaur"}[i%2])
	}
}

func BenchmarkFilter(b *testing.B) {
	g, _, _ := benchGrid(b)
	for i := 0; b.Loop(); i++ {
		g.SetFilter(func(r invoice) bool { return r.status == i%3 })
	}
}

func BenchmarkSortByClient(b *testing.B) {
	g, _, _ := benchGrid(b)
	for i := 0; b.Loop(); i++ {
		g.SetSort("client", i%2 == 0)
	}
}

func BenchmarkScroll(b *testing.B) {
	for name, by := range map[string]float32{"row": grid.RowHeight, "page": 40 * grid.RowHeight} {
		b.Run(name, func(b *testing.B) {
			_, _, c := benchGrid(b)
			at := fyne.NewPos(100, 100)
			scrolled := float32(0)
			for b.Loop() {
				if scrolled += by; scrolled > (invoices-100)*grid.RowHeight {
					b.StopTimer()
					test.Scroll(c, at, 0, scrolled)
					scrolled = by
					b.StartTimer()
				}
				test.Scroll(c, at, 0, -by)
			}
		})
	}
}

func BenchmarkClick(b *testing.B) {
	g, _, c := benchGrid(b)
	p := &person{t: b, window: test.NewWindow(g)}
	p.window.SetPadded(false)
	p.window.Resize(c.Size())
	var rows []desktop.Mouseable
	p.walk(func(o fyne.CanvasObject, _ fyne.Position) {
		if m, ok := o.(desktop.Mouseable); ok {
			rows = append(rows, m)
		}
	})
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	e.Position = fyne.NewPos(onText, 10)
	for i := 0; b.Loop(); i++ {
		rows[i%len(rows)].MouseDown(e)
	}
}

func BenchmarkSelectAll(b *testing.B) {
	g, _, c := benchGrid(b)
	g.Focus()
	for b.Loop() {
		c.Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
		b.StopTimer()
		g.ClearSelection()
		b.StartTimer()
	}
}

// BenchmarkPatch replaces 50 rows whose every sorted column changes.
func BenchmarkPatch(b *testing.B) {
	g, _, _ := benchGrid(b)
	rows := loadInvoices()
	for i := 0; b.Loop(); i++ {
		patch := make([]invoice, 50)
		for j := range patch {
			patch[j] = rows[(i*50+j)*31%len(rows)]
			patch[j].client, patch[j].date, patch[j].due = fmt.Sprintf("Patched %d", i), int32(20200101+i%28), int32(20200201+i%28)
			patch[j].total, patch[j].status, patch[j].export = int64(i*j), i%3, i%5
		}
		g.Patch(patch)
	}
}

// BenchmarkMemory reports what the grid holds, and what it holds while a reload is built.
func BenchmarkMemory(b *testing.B) {
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	for b.Loop() {
		before := heap()
		rows := loadInvoices()
		loaded := heap()
		s := invoiceSchema()
		m := s.Build(rows)
		built := heap()
		b.ReportMetric(loaded-before, "MB/rows")
		b.ReportMetric(built-loaded, "MB/model")
		runtime.KeepAlive(m)
	}
}
