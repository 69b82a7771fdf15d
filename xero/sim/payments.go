package sim

import "time"

// listPayments is GET /Payments; deleted ones are among them.
func listPayments(c *call) answer {
	var all []*Payment
	for _, inv := range c.org.invoices {
		all = append(all, inv.Payments...)
	}
	found, err := query(c, paymentTable(c.org), all)
	if err != nil {
		return c.badQuery(err.Error())
	}
	p := c.pageAsked(false)
	if p != nil {
		found = cut(p, found)
	}
	return c.page("Payments", listOf("Payment", found, paymentShape{org: c.org}.render), p)
}

func paymentTable(o *Org) table[*Payment] {
	return table[*Payment]{
		name: "Payment",
		fields: map[string]func(*Payment) any{
			"paymentid":         func(p *Payment) any { return guid(p.PaymentID) },
			"status":            func(p *Payment) any { return p.Status },
			"date":              func(p *Payment) any { return optionalDate(p.Date) },
			"amount":            func(p *Payment) any { return p.Amount },
			"reference":         func(p *Payment) any { return optional(p.Reference) },
			"isreconciled":      func(p *Payment) any { return p.IsReconciled },
			"updateddateutc":    func(p *Payment) any { return p.UpdatedUTC },
			"invoice.invoiceid": func(p *Payment) any { return guid(p.InvoiceID) },
			"invoice.invoicenumber": func(p *Payment) any {
				return optional(o.invoiceByID[p.InvoiceID].Number)
			},
		},
		id:      func(p *Payment) string { return p.PaymentID },
		updated: func(p *Payment) time.Time { return p.UpdatedUTC },
	}
}

// readPaymentByID is GET /Payments/{PaymentID}.
func readPaymentByID(c *call) answer {
	p, _ := c.org.payment(c.args[0])
	if p == nil {
		return notFound()
	}
	return c.ok("Payments", listOf("Payment", []*Payment{p}, paymentShape{org: c.org, full: true}.render))
}

// createPayments is PUT /Payments and POST /Payments.
func createPayments(c *call) answer {
	inputs, err := readAll(c, "Payments", readPayment)
	if err != nil {
		return c.unreadable(err)
	}
	k := c.sim.clerk(c.org, c.unitPlaces(), true)
	shape := paymentShape{org: c.org, full: true}
	var elements, refused []any
	for _, in := range inputs {
		v := k.pay(in)
		element := shape.element(&v, !c.summarize())
		elements = append(elements, element)
		if len(v.errors) > 0 {
			refused = append(refused, element)
		} else {
			c.touched = append(c.touched, v.payment.InvoiceID)
		}
	}
	if len(refused) > 0 && c.summarize() {
		c.takeBack(k)
		return c.invalid(refused)
	}
	return c.ok("Payments", list{"Payment", elements})
}

// deletePayment is POST /Payments/{PaymentID}, which can do nothing but delete.
func deletePayment(c *call) answer {
	p, inv := c.org.payment(c.args[0])
	if p == nil {
		return notFound()
	}
	inputs, err := readAll(c, "Payments", readPayment)
	if err != nil {
		return c.unreadable(err)
	}
	shape := paymentShape{org: c.org, full: true}
	k := c.sim.clerk(c.org, c.unitPlaces(), true)
	v := paymentOutcome{payment: *p}
	if inputs[0].onlyDeletes() {
		v.errors = k.unpay(p, inv)
	} else {
		v.errors = []string{msgPaymentOnlyStatus}
	}
	if len(v.errors) > 0 {
		return c.invalid([]any{shape.element(&v, false)})
	}
	c.touched = []string{inv.InvoiceID}
	gone, _ := c.org.payment(p.PaymentID)
	return c.ok("Payments", listOf("Payment", []*Payment{gone}, shape.render))
}

// paymentShape is how a payment is shown; full shows all of its invoice.
type paymentShape struct {
	org  *Org
	full bool
}

func (s paymentShape) render(p *Payment) object {
	return append(s.body(p), field{"HasValidationErrors", false})
}

func (s paymentShape) element(v *paymentOutcome, states bool) object {
	o := append(s.body(&v.payment), field{"HasValidationErrors", len(v.errors) > 0})
	if states {
		o.add("StatusAttributeString", stateOf(v.errors, nil))
	}
	if len(v.errors) > 0 {
		o.add("ValidationErrors", messageList("ValidationError", s.org.odd.said(v.errors)))
	}
	return o
}

func (s paymentShape) body(p *Payment) object {
	inv := s.org.invoiceByID[p.InvoiceID]
	kind := "ACCRECPAYMENT"
	if inv != nil && inv.Type == TypeBill {
		kind = "ACCPAYPAYMENT"
	}
	o := object{
		{"PaymentID", p.PaymentID}, {"Date", stamp(p.Date)}, {"BankAmount", money(p.Amount)}, {"Amount", money(p.Amount)},
	}
	o.text("Reference", p.Reference)
	o.add("CurrencyRate", rate(p.CurrencyRate))
	o.add("PaymentType", kind)
	o.add("Status", p.Status)
	o.updated(p.UpdatedUTC)
	o.add("HasAccount", p.AccountID != "")
	o.add("IsReconciled", p.IsReconciled)
	if account := s.org.accountByID(p.AccountID); account != nil {
		a := object{{"AccountID", account.AccountID}}
		a.text("Code", account.Code)
		if s.full {
			a.add("Name", account.Name)
		}
		o.add("Account", a)
	}
	switch {
	case inv == nil:
	case s.full:
		o.add("Invoice", invoiceShape{org: s.org, lines: true, written: true, places: 2}.render(inv))
	default:
		o.add("Invoice", s.brief(inv))
	}
	return o
}

func (s paymentShape) brief(inv *Invoice) object {
	o := object{{"Type", inv.Type}, {"InvoiceID", inv.InvoiceID}}
	o.text("InvoiceNumber", inv.Number)
	for _, l := range []struct{ name, item string }{
		{"Payments", "Payment"}, {"CreditNotes", "CreditNote"}, {"Prepayments", "Prepayment"}, {"Overpayments", "Overpayment"},
	} {
		o.add(l.name, none(l.item))
	}
	o.add("HasErrors", false)
	o.add("IsDiscounted", false)
	o.add("InvoiceAddresses", none("InvoiceAddress"))
	o.add("InvoicePaymentServices", none("InvoicePaymentService"))
	if contact := s.org.contactByID[inv.ContactID]; contact != nil {
		o.add("Contact", renderContactSummary(contact))
	}
	o.add("LineItems", none("LineItem"))
	o.add("CurrencyCode", inv.CurrencyCode)
	return o
}
