package sim

import (
	"time"

	"github.com/shopspring/decimal"
)

// contactRow is a contact as the seeds list it. Most contacts of a real organisation carry no contact number.
type contactRow struct{ name, first, last, city, country string }

var demoContacts = []contactRow{
	{"Alpine Bike Hire", "Grace", "Ihaka", "Queenstown", "New Zealand"},
	{"Bay of Islands Charters", "Tom", "Rewi", "Paihia", "New Zealand"},
	{"Blenheim Print", "Sue", "Cameron", "Blenheim", "New Zealand"},
	{"Boulder Software Inc", "Dana", "Whitfield", "Boulder", "United States"},
	{"Canterbury Grain Traders", "Neil", "Ashby", "Ashburton", "New Zealand"},
	{"Capital Cabs", "", "", "Wellington", "New Zealand"},
	{"Cook Strait Freight", "Mereana", "Pohatu", "Picton", "New Zealand"},
	{"Coromandel Dive Centre", "Jess", "Lowe", "Whitianga", "New Zealand"},
	{"Eastport City Council", "", "", "Eastport", "New Zealand"},
	{"Gum Tree Imports Pty Ltd", "Colin", "Bright", "Ballarat", "Australia"},
	{"Harbour Café", "Léa", "Martin", "Lyttelton", "New Zealand"},
	{"Hastings Orchard Supplies", "Ruth", "Penfold", "Hastings", "New Zealand"},
	{"Hokianga Timber", "Wiremu", "Tau", "Rawene", "New Zealand"},
	{"Kauri Joinery Ltd", "Aroha", "Ngata", "Whangārei", "New Zealand"},
	{"Lakeside Veterinary", "Priya", "Nair", "Wānaka", "New Zealand"},
	{"Mackenzie Helicopters", "Ross", "Mackay", "Twizel", "New Zealand"},
	{"Mānuka Marine Services", "Ken", "Olsen", "Auckland", "New Zealand"},
	{"Net Connect", "", "", "Auckland", "New Zealand"},
	{"O'Hara & Daughters", "Niamh", "O'Hara", "Hokitika", "New Zealand"},
	{"Office Corner", "", "", "Wellington", "New Zealand"},
	{"Otago Peninsula Tours", "Fiona", "Begg", "Dunedin", "New Zealand"},
	{"Porirua Physio", "Sina", "Leota", "Porirua", "New Zealand"},
	{"Pōhutukawa Books", "Hana", "Kerei", "Thames", "New Zealand"},
	{"PowerSouth", "", "", "Invercargill", "New Zealand"},
	{"Ridgeway University", "Accounts", "Office", "Hamilton", "New Zealand"},
	{"Rimu Furniture Makers", "Jack", "Tui", "Greymouth", "New Zealand"},
	{"Ruapehu Lodge", "Moana", "Rangi", "Ohakune", "New Zealand"},
	{"Southern Alps Guiding Ltd", "Peter", "Hall", "Aoraki", "New Zealand"},
	{"Taranaki Dairy Co-op", "Anne", "Vickers", "Hāwera", "New Zealand"},
	{"Te Aro Architects", "Yusuf", "Demir", "Wellington", "New Zealand"},
	{"Thames & Tyne Ltd", "Oliver", "Shaw", "Newcastle", "United Kingdom"},
	{"Truxton Property Management", "", "", "Wellington", "New Zealand"},
	{"Tūī Landscapes", "Bex", "Harper", "Nelson", "New Zealand"},
	{"Waitākere Early Learning", "Karen", "Fa'asavalu", "Henderson", "New Zealand"},
	{"Wairau Vineyards", "Michel", "Durand", "Renwick", "New Zealand"},
}

// saleRow is an approved sales invoice as the seeds list it.
type saleRow struct {
	number, contact string
	date            time.Time
	lines           []Line
}

// fillDemoCompany gives the demo company its contacts and its history: sales invoices in every status, and some bills.
func fillDemoCompany(org *Org) {
	o := seeded{org, org.addContacts(demoContacts)}
	// Two contacts of the demo firm's clients bear a number that is not the firm's: one a number of its own, the other
	// the firm's code under a name that the firm does not know. A person has to say who they are.
	o.AddContact(Contact{Name: "Kōwhai Dental Care", ContactNumber: "KDC-0042", EmailAddress: "office@kowhaidental.example"})
	o.AddContact(Contact{Name: "Pukeko Press Ltd", ContactNumber: "PUKEKO-PRINT", EmailAddress: "accounts@pukekopress.example"})
	o.AddContact(Contact{Name: "Old Mill Bakery", Status: StatusArchived})
	o.AddContact(Contact{Name: "Tui Street Books", Status: StatusArchived, EmailAddress: "hello@tuistreet.example"})
	o.AddContact(Contact{Name: "Ridgeway Uni", Status: StatusArchived, MergedToContactID: o.ids["Ridgeway University"]})

	o.addPaid()
	o.addAwaitingPayment()
	o.addNotApproved()
	o.addRemoved()
	o.addBills()
}

func (o seeded) addPaid() {
	// Paid in full, most at once.
	for _, s := range []saleRow{
		{"INV-0001", "Ridgeway University", Day(2026, 1, 12), []Line{hours(1200, "DEVH", "Timetable import, January"), sold(2, "TRAIN", "Training for the registry")}},
		{"INV-0002", "Harbour Café", Day(2026, 1, 14), []Line{work(34500, "Till set-up and first reconciliation")}},
		{"INV-0003", "Taranaki Dairy Co-op", Day(2026, 1, 20), []Line{o.region(work(480000, "Supplier portal, stage one"), "West Coast")}},
		{"INV-0004", "Pōhutukawa Books", Day(2026, 1, 23), []Line{sold(12, "BOOK", "Bookkeeping for small firms, paperback")}},
		{"INV-0005", "Kauri Joinery Ltd", Day(2026, 2, 2), []Line{o.region(hours(650, "PMBR", "Workshop layout, project management"), "North")}},
		{"INV-0006", "Eastport City Council", Day(2026, 2, 9), []Line{o.region(hours(2400, "DEVH", "Consent register"), "Eastside"), o.region(hours(400, "PMBR", "Steering group"), "Eastside")}},
		{"INV-0007", "Wairau Vineyards", Day(2026, 2, 16), []Line{work(125000, "Harvest roster")}},
		{"INV-0008", "O'Hara & Daughters", Day(2026, 2, 18), []Line{work(9975, "Label proofs <draft> & final")}},
		{"INV-0009", "Southern Alps Guiding Ltd", Day(2026, 2, 27), []Line{hours(800, "DEVH", "Booking calendar")}},
		{"INV-0010", "Otago Peninsula Tours", Day(2026, 3, 3), []Line{work(64000, "Season brochure")}},
		{"INV-0011", "Ruapehu Lodge", Day(2026, 3, 9), []Line{hours(375, "DEVH", "Channel manager")}},
		{"INV-0012", "Te Aro Architects", Day(2026, 3, 16), []Line{discounted(work(300000, "Document store"), 10)}},
	} {
		inv := o.sale(s.number, s.contact, s.date, StatusAuthorised, s.lines...)
		o.pay(inv, "090", s.date.AddDate(0, 0, 18), inv.Total)
	}
	split := o.sale("INV-0013", "Ridgeway University", Day(2026, 3, 20), StatusAuthorised, hours(1600, "DEVH", "Timetable import, March"))
	o.pay(split, "090", Day(2026, 4, 1), price(100000))
	o.pay(split, "091", Day(2026, 4, 20), split.Total.Sub(price(100000)))

	// Paid by credit notes alone: nothing was ever received for it.
	credited := o.sale("INV-0014", "Cook Strait Freight", Day(2026, 3, 24), StatusAuthorised, work(47065, "Depot labels"))
	o.credit(credited, "CN-0003", Day(2026, 4, 2), credited.Total)
	partCredited := o.sale("INV-0015", "Lakeside Veterinary", Day(2026, 4, 8), StatusAuthorised, hours(500, "PMBR", "Clinic move"))
	o.credit(partCredited, "CN-0004", Day(2026, 4, 15), price(11250))
	nothing := o.sale("INV-0016", "Waitākere Early Learning", Day(2026, 4, 13), StatusAuthorised, discounted(work(20000, "Sponsored training"), 100))
	nothing.Status, nothing.FullyPaidOn = StatusPaid, nothing.Date // nothing to pay is paid at once
}

func (o seeded) addAwaitingPayment() {
	for i, s := range []saleRow{
		{"INV-0017", "Mackenzie Helicopters", Day(2026, 6, 3), []Line{hours(1150, "DEVH", "Flight log")}},
		{"INV-0018", "Bay of Islands Charters", Day(2026, 6, 6), []Line{work(156000, "Winter refit plan"), textOnly("Survey of 2 June enclosed")}},
		{"INV-0019", "Hokianga Timber", Day(2026, 6, 12), []Line{o.region(work(88000, "Yard scales"), "North")}},
		{"INV-0020", "Canterbury Grain Traders", Day(2026, 6, 19), []Line{hours(900, "DEVH", "Moisture reports")}},
		{"INV-0021", "Coromandel Dive Centre", Day(2026, 6, 25), []Line{sold(6, "TSS", "Black T-shirt, small"), sold(8, "TSL", "Black T-shirt, large")}},
		{"INV-0022", "Porirua Physio", Day(2026, 7, 1), []Line{hours(250, "DEVH", "Appointment reminders")}},
		{"INV-0023", "Rimu Furniture Makers", Day(2026, 7, 7), []Line{work(112550, "Showroom signs")}},
		{"INV-0024", "Hastings Orchard Supplies", Day(2026, 7, 14), []Line{work(23910, "Price list")}},
		{"INV-0025", "Tūī Landscapes", Day(2026, 7, 21), []Line{o.region(hours(725, "PMBR", "Riverside path"), "South")}},
		{"INV-0026", "Harbour Café", Day(2026, 7, 28), []Line{work(34500, "Quarterly reconciliation")}},
		{"INV-0027", "Ridgeway University", Day(2026, 8, 5), []Line{hours(2100, "DEVH", "Timetable import, July")}},
	} {
		inv := o.sale(s.number, s.contact, s.date, StatusAuthorised, s.lines...)
		if i < 2 {
			o.pay(inv, "090", s.date.AddDate(0, 0, 20), price(50000))
		}
	}
	abroad := []Invoice{
		{Number: "INV-0028", ContactID: o.ids["Boulder Software Inc"], CurrencyCode: "USD", CurrencyRate: decimal.New(604512, -6), Lines: []Line{zeroRated(hours(1800, "DEVH", "Porting, July"))}},
		{Number: "INV-0029", ContactID: o.ids["Gum Tree Imports Pty Ltd"], CurrencyCode: "AUD", CurrencyRate: decimal.New(914037, -6), Lines: []Line{zeroRated(work(240000, "Stock catalogue"))}},
		{Number: "INV-0030", ContactID: o.ids["Thames & Tyne Ltd"], CurrencyCode: "GBP", CurrencyRate: decimal.New(448201, -6), Lines: []Line{zeroRated(hours(600, "PMBR", "Launch plan"))}},
	}
	for _, inv := range abroad {
		inv.Date = Day(2026, 8, 7)
		o.add(inv)
	}
	o.add(Invoice{
		Number: "INV-0031", ContactID: o.ids["Alpine Bike Hire"], Date: Day(2026, 8, 12), LineAmountTypes: AmountsInclusive,
		Lines: []Line{work(57500, "Hire agreements, price with GST"), {Description: "Interest on the overdue account", UnitAmount: price(1240), AccountCode: "270"}},
	})
	o.add(Invoice{
		Number: "INV-0032", ContactID: o.ids["Blenheim Print"], Date: Day(2026, 8, 14), LineAmountTypes: AmountsNoTax,
		Lines: []Line{{Description: "Refund of the bond", UnitAmount: price(80000), AccountCode: "260", TaxType: "NONE"}},
	})

	// The demo firm has given this number to an invoice of its own.
	taken := o.sale("INV-0041", "Southern Alps Guiding Ltd", Day(2026, 8, 28), StatusAuthorised, hours(425, "DEVH", "Booking calendar, changes"))
	taken.Reference = "PO 7731"
	taken.Attachments = []Attachment{{
		AttachmentID: o.seedID("attachment", "order"), FileName: "order-7731.txt", MimeType: "text/plain",
		IncludeOnline: true, Content: []byte("Order 7731: changes to the booking calendar, as discussed.\n"),
	}}
}

func (o seeded) addNotApproved() {
	for _, number := range []string{"INV-0033", "INV-0034", "INV-0035", "INV-0036"} {
		o.sale(number, "Eastport City Council", Day(2026, 8, 19), StatusSubmitted, o.region(hours(1275, "DEVH", "Consent register, "+number), "Eastside"))
	}
	o.sale("INV-0037", "Kauri Joinery Ltd", Day(2026, 8, 24), StatusDraft, hours(350, "PMBR", "Planning of the spray booth"))
	o.sale("INV-0038", "Te Aro Architects", Day(2026, 8, 24), StatusDraft, hours(525, "DEVH", "Document store, stage two"))
	o.sale("INV-0039", "Wairau Vineyards", Day(2026, 8, 25), StatusDraft, work(62000, "Cellar door counter"))
	o.sale("INV-0040", "Pōhutukawa Books", Day(2026, 8, 26), StatusDraft, sold(4, "BOOK", "Bookkeeping for small firms, paperback"))
	// A draft may be incomplete: this one lacks due date, account and tax.
	o.AddInvoice(Invoice{
		Number: "INV-0042", ContactID: o.ids["Harbour Café"], Date: Day(2026, 8, 27), Status: StatusDraft,
		Lines: []Line{{Description: "To be priced", UnitAmount: price(10000)}},
	})
}

// addRemoved adds invoices that were voided after they had been approved, or deleted before.
func (o seeded) addRemoved() {
	o.sale("INV-0043", "Mānuka Marine Services", Day(2026, 6, 2), StatusVoided, work(99000, "Slipway booking, called off"))
	o.sale("INV-0044", "Ruapehu Lodge", Day(2026, 6, 11), StatusVoided, hours(200, "DEVH", "Entered twice"))
	o.sale("INV-0045", "Harbour Café", Day(2026, 7, 1), StatusDeleted, work(1000, "Test"))
	o.sale("INV-0046", "Porirua Physio", Day(2026, 7, 6), StatusDeleted, work(45000, "Quote that was not taken up"))
}

func (o seeded) addBills() {
	bill := func(number, contact string, date time.Time, status, account string, cents int64) *Invoice {
		return o.add(Invoice{
			Type: TypeBill, Number: number, ContactID: o.ids[contact], Date: date, Status: status,
			Lines: []Line{{Description: "As per their invoice " + number, UnitAmount: price(cents), AccountCode: account}},
		})
	}
	power := bill("8800214", "PowerSouth", Day(2026, 7, 30), StatusAuthorised, "445", 12955)
	o.pay(power, "090", Day(2026, 8, 15), power.Total)
	bill("NC-5591", "Net Connect", Day(2026, 8, 1), StatusAuthorised, "489", 9900)
	bill("INV-0041", "Office Corner", Day(2026, 8, 6), StatusAuthorised, "461", 21340) // numbers of bills are their makers' own
	bill("77", "Capital Cabs", Day(2026, 8, 20), StatusDraft, "493", 4675)
	bill("R-10", "Truxton Property Management", Day(2026, 8, 1), StatusSubmitted, "469", 118800)
}

// harbourContacts shares names with the demo company, so that a mix-up of the two would pass unseen by name alone.
var harbourContacts = []contactRow{
	{"Cook Strait Freight", "Mereana", "Pohatu", "Picton", "New Zealand"},
	{"Harbour Café", "Léa", "Martin", "Lyttelton", "New Zealand"},
	{"Kauri Joinery Ltd", "Aroha", "Ngata", "Whangārei", "New Zealand"},
	{"Mānuka Marine Services", "Ken", "Olsen", "Auckland", "New Zealand"},
	{"Slipway Stores", "Ani", "Poutama", "Bluff", "New Zealand"},
}

func fillHarbourTrading(org *Org) {
	o := seeded{org, org.addContacts(harbourContacts)}
	paid := o.sale("HT-0001", "Cook Strait Freight", Day(2026, 6, 4), StatusAuthorised, work(68000, "Berth hire, May"))
	o.pay(paid, "090", Day(2026, 6, 20), paid.Total)
	o.sale("HT-0002", "Mānuka Marine Services", Day(2026, 7, 3), StatusAuthorised, o.tracked(work(210000, "Hull survey"), "Department", "Workshop"))
	o.sale("HT-0003", "Slipway Stores", Day(2026, 7, 17), StatusSubmitted, work(15550, "Storage"))
	o.sale("HT-0004", "Harbour Café", Day(2026, 8, 8), StatusDraft, work(9000, "Wharf stall"))
	o.sale("HT-0005", "Kauri Joinery Ltd", Day(2026, 8, 9), StatusVoided, work(32000, "Timber, sent back"))
}
