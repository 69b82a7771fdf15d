package sim

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

func TestCreatedInvoiceHasItsDefaults(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", `{"Type":"ACCREC","Contact":{"ContactID":"`+contactID+`"},"LineItems":[{"Description":"x","UnitAmount":10,"AccountCode":"200"}]}`).
			want(200,
				"Invoices.0.Status", "DRAFT", "Invoices.0.InvoiceNumber", "INV-0001", "Invoices.0.LineAmountTypes", "Exclusive",
				"Invoices.0.CurrencyCode", "NZD", "Invoices.0.CurrencyRate", "1.0000000000", "Invoices.0.DateString", "2000-01-01T00:00:00",
				"Invoices.0.DueDate", "", "Invoices.0.BrandingThemeID", "c0000000-0000-4000-8000-000000000001",
				"Invoices.0.LineItems.0.Quantity", "1.0000", "Invoices.0.LineItems.0.TaxType", "OUTPUT2", "Invoices.0.Total", "11.50",
				"Invoices.0.LineItems.0.AccountID", "a0000000-0000-4000-8000-000000000200", "Invoices.0.Contact.Name", "Ann Ltd",
				"Invoices.0.StatusAttributeString", "")
		r.do("GET", "/Contacts/"+contactID, "").want(200, "Contacts.0.IsCustomer", "true", "Contacts.0.IsSupplier", "false")
	})
}

func TestDateDefaultsToTodayInTheOrganisationsZone(t *testing.T) {
	org := testOrg()
	org.Location = time.FixedZone("ahead", 13*60*60)
	bubble(t, Config{Orgs: []*Org{org}}, func(t *testing.T, r *rig) {
		time.Sleep(11*time.Hour - time.Minute) // still 1 January in UTC, and 1 January there for another minute
		r.do("PUT", "/Invoices", invoice("Date", "")).want(200, "Invoices.0.DateString", "2000-01-01T00:00:00")
		time.Sleep(time.Minute)
		r.do("PUT", "/Invoices", invoice("Date", "")).want(200, "Invoices.0.DateString", "2000-01-02T00:00:00")
	})
}

func TestItemGivesWhatALineLacks(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice("LineItems", line(`"ItemCode":"hour","Quantity":2`))).want(200,
			"Invoices.0.LineItems.0.ItemCode", "HOUR", "Invoices.0.LineItems.0.Description", "An hour of work",
			"Invoices.0.LineItems.0.UnitAmount", "125.50", "Invoices.0.LineItems.0.AccountCode", "200", "Invoices.0.Total", "288.65")
		r.do("PUT", "/Invoices", invoice("LineItems", line(`"ItemCode":"HOUR","Description":"Mine","UnitAmount":1`))).want(200,
			"Invoices.0.LineItems.0.Description", "Mine", "Invoices.0.Total", "1.15")
	})
}

func TestForeignCurrency(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice("CurrencyCode", `"USD"`)).want(200, "Invoices.0.CurrencyCode", "USD", "Invoices.0.CurrencyRate", "0.6000000000")
		r.do("PUT", "/Invoices", invoice("CurrencyCode", `"USD"`, "CurrencyRate", "0.5123456")).want(200, "Invoices.0.CurrencyRate", "0.5123460000")
		r.do("PUT", "/Invoices", invoice("CurrencyCode", `"EUR"`)).wantError("Organisation is not subscribed to currency EUR")
		r.do("PUT", "/Currencies", `{"Code":"EUR","Description":"Euro"}`).want(200, "Currencies.0.Code", "EUR")
		r.do("PUT", "/Invoices", invoice("CurrencyCode", `"EUR"`)).want(200)
	})
}

func TestRefusedInvoices(t *testing.T) {
	approved := func(fields ...string) string {
		return invoice(append([]string{"Status", `"AUTHORISED"`}, fields...)...)
	}
	text := func(n int) string { return strconv.Quote(strings.Repeat("x", n)) }
	tests := []struct{ name, body, message string }{
		{"no type", invoice("Type", ""), "Invoice not of valid type for creation"},
		{"credit note", invoice("Type", `"ACCRECCREDIT"`), "Invoice not of valid type for creation"},
		{"made paid", invoice("Status", `"PAID"`), "Invoice not of valid status for creation"},
		{"made voided", invoice("Status", `"VOIDED"`), "Invoice not of valid status for creation"},
		{"made deleted", invoice("Status", `"DELETED"`), "Invoice not of valid status for creation"},
		{"no lines", invoice("LineItems", ""), "One or more line items must be specified"},
		{"empty lines", invoice("LineItems", "[]"), "One or more line items must be specified"},
		{"no contact", invoice("Contact", ""), "A Contact must be specified for this type of transaction"},
		{"empty contact", invoice("Contact", "{}"), "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, ContactNumber"},
		{"unknown contact", invoice("Contact", `{"ContactID":"`+unknownID+`"}`), "Unknown contact details, please provide a valid ContactID or Contact Number"},
		{"unknown contact number", invoice("Contact", `{"ContactNumber":"nobody"}`), "Unknown contact details, please provide a valid ContactID or Contact Number"},
		{"archived contact", invoice("Contact", `{"ContactID":"`+archivedContactID+`"}`), "The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes."},
		{"archived contact by number", invoice("Contact", `{"ContactNumber":"c9"}`), "The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes."},
		{"no due date to approve", approved("DueDate", ""), "The document DueDate field must be specified."},
		{"no due date to submit", invoice("Status", `"SUBMITTED"`, "DueDate", ""), "The document DueDate field must be specified."},
		{"no account to approve", approved("LineItems", line(`"Description":"x","UnitAmount":1,"TaxType":"OUTPUT2"`)), "Account code or ID must be specified"},
		{"unknown account to approve", approved("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"999"`)), "Account code '999' is not a valid code for this document."},
		{"bank account", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"090"`)), "Account code '090' is not a valid code for this document."},
		{"system account", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"610"`)), "Account code '610' is not a valid code for this document."},
		{"archived account", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"210"`)), "Account code '210' has been archived, or has been deleted. Each line item must reference a valid account."},
		{"tax against account", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"200","TaxType":"INPUT2"`)), "The TaxType code 'INPUT2' cannot be used with account code '200'."},
		{"unknown tax", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"200","TaxType":"WHAT"`)), "The TaxType code WHAT does not exist or cannot be used for this type of transaction."},
		{"deleted tax", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"200","TaxType":"OUTPUT"`)), "Tax rate must be Active"},
		{"no tax anywhere", approved("LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"260"`)), "The TaxType field is mandatory"},
		{"no description to approve", approved("LineItems", line(`"UnitAmount":1,"AccountCode":"200"`)), "The description field is mandatory for each line item."},
		{"empty description", invoice("LineItems", line(`"Description":"","UnitAmount":1,"AccountCode":"200"`)), "The description field is mandatory for each line item."},
		{"unknown item", invoice("LineItems", line(`"ItemCode":"NONE","Quantity":1`)), "Item code 'NONE' is not valid"},
		{"three tracking categories", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"Tracking":[{},{},{}]`)), msgManyTracking},
		{"unknown option", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"Tracking":[{"Name":"Region","Option":"Moon"}]`)), "Unknown tracking details. A Tracking Category did not match a known Active TrackingCategory"},
		{"archived option", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"Tracking":[{"Name":"Region","Option":"Gone"}]`)), "Unknown tracking details. A Tracking Category did not match a known Active TrackingCategory"},
		{"unknown theme", invoice("BrandingThemeID", `"`+unknownID+`"`), msgUnknownTheme(unknownID)},
		{"long number", invoice("InvoiceNumber", text(256)), msgTooLong("InvoiceNumber", 255)},
		{"number of other letters", invoice("InvoiceNumber", `"Ä1"`), msgNumberASCII},
		{"long reference", invoice("Reference", text(256)), msgTooLong("Reference", 255)},
		{"long description", invoice("LineItems", line(`"UnitAmount":1,"Description":`+text(4001))), msgTooLong("Description", 4000)},
		{"long item code", invoice("LineItems", line(`"ItemCode":`+text(31))), msgTooLong("ItemCode", 30)},
		{"long quantity", invoice("LineItems", line(`"Description":"x","UnitAmount":0,"Quantity":123456789.12345`)), msgQuantityTooBig},
		{"large line", invoice("LineItems", line(`"Description":"x","UnitAmount":10000000000,"Quantity":1`)), msgLineTooBig},
		{"relative url", invoice("Url", `"/open/1"`), msgURL},
		{"url of another scheme", invoice("Url", `"ftp://host/1"`), msgURL},
		{"url with the word", invoice("Url", `"https://xero.example.com/"`), msgURL},
		{"negative total to approve", approved("LineItems", line(`"Description":"x","UnitAmount":-1,"AccountCode":"200"`)), "The Total for this document must be greater than or equal to zero."},
		{"discount above the line", invoice("LineItems", line(`"Description":"x","Quantity":2,"UnitAmount":10,"DiscountAmount":20.01,"AccountCode":"200"`)), "The discount rate '20.01' is invalid. Discount must not be greater than the line total."},
		{"discount of zero on a negative line", invoice("LineItems", line(`"Description":"x","UnitAmount":-10,"DiscountAmount":0,"AccountCode":"200"`)), "The discount rate '0.00' is invalid. Discount must not be greater than the line total."},
		{"discount rate above a hundred", invoice("LineItems", line(`"Description":"x","UnitAmount":10,"DiscountRate":100.5,"AccountCode":"200"`)), "The discount rate '100.50' is invalid. Discount must not be greater than the line total."},
		{"discount on a bill", invoice("Type", `"ACCPAY"`, "LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"400","DiscountRate":1`)), "Discounts may not be applied to ACCPAY invoices."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, Config{}, func(t *testing.T, r *rig) {
				a := r.do("PUT", "/Invoices", test.body)
				a.wantError(test.message)
				a.want(400, "ErrorNumber", "10", "Type", "ValidationException", "Message", "A validation exception occurred",
					"Elements.0.InvoiceID", zeroID, "Elements.0.HasErrors", "true")
				if n := len(r.sim.Invoices(testTenant)); n != 0 {
					t.Errorf("%d invoices were made", n)
				}
			})
		})
	}
}

func TestRefusedElementEchoesWhatWasSent(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Invoices", invoice("InvoiceNumber", `"A1"`, "LineItems", line(`"Description":"x","Quantity":2,"UnitAmount":5,"AccountCode":"200","TaxType":"INPUT2"`)))
		a.want(400, "Elements.0.InvoiceNumber", "A1", "Elements.0.Total", "11.50", "Elements.0.Status", "DRAFT", "Elements.0.Contact.Name", "Ann Ltd")
		a = r.do("PUT", "/Invoices", invoice("Status", `"PAID"`))
		a.want(400, "Elements.0.InvoiceNumber", "", "Elements.0.Total", "")
		a = r.do("PUT", "/Invoices", invoice("Contact", `{"Name":"New Ltd"}`, "Url", `"bad"`))
		a.want(400, "Elements.0.Contact.Name", "New Ltd", "Elements.0.Contact.ContactID", zeroID)
		if n := len(r.sim.Contacts(testTenant)); n != 3 {
			t.Errorf("a refused invoice left a contact: %d", n)
		}
	})
}

// TestRecordedErrors are refusals with all of their sentences, in the order in which live Xero said them.
func TestRecordedErrors(t *testing.T) {
	for _, test := range []struct {
		name, query, body string
		want              []string
	}{
		{"a paid one without lines and contact", "", invoice("Status", `"PAID"`, "Contact", "", "LineItems", ""), []string{
			"One or more line items must be specified", "Invoice not of valid status for creation",
			"A Contact must be specified for this type of transaction"}},
		{"an unknown tax on two lines", "", invoice("LineItems", `[{"Description":"a","UnitAmount":1,"AccountCode":"200","TaxType":"GST on Income"},`+
			`{"Description":"b","UnitAmount":1,"AccountCode":"260","TaxType":"GST on Income"}]`), []string{
			"The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
			"The TaxType code 'GST on Income' cannot be used with account code '200'.",
			"The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
			"The TaxType code 'GST on Income' cannot be used with account code '260'."}},
		{"a tiny line approved", "?unitdp=4", invoice("Status", `"AUTHORISED"`, "LineItems", line(`"Description":"x","Quantity":2,"UnitAmount":0.001,"AccountCode":"200","TaxAmount":0`)), []string{
			"Account must be valid.", "Tax rate must be valid."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, Config{}, func(t *testing.T, r *rig) {
				a := r.do("PUT", "/Invoices"+test.query, test.body).want(400)
				var said []struct{ Message string }
				if err := json.Unmarshal([]byte(a.at("Elements.0.ValidationErrors")), &said); err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, m := range said {
					got = append(got, m.Message)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

func TestTinyLines(t *testing.T) {
	tiny := line(`"Description":"x","Quantity":2,"UnitAmount":0.001,"AccountCode":"200"`)
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.do("PUT", "/Invoices?unitdp=4", invoice("LineItems", tiny)).want(200, "Invoices.0.Total", "0.00").at("Invoices.0.InvoiceID")
		r.do("POST", "/Invoices/"+id+"?unitdp=4", `{"Status":"AUTHORISED"}`).want(400, "Elements.0.LineItems.0.ValidationErrors.0.Message", "Account must be valid.",
			"Elements.0.LineItems.0.ValidationErrors.1.Message", "Tax rate must be valid.")
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Status", "DRAFT", "Invoices.0.LineItems.0.ValidationErrors", "[]")
		r.do("POST", "/Invoices/"+id+"?unitdp=4", `{"Status":"SUBMITTED"}`).want(200)
		for _, fine := range []string{`"UnitAmount":0`, `"UnitAmount":0.005`, `"UnitAmount":10,"DiscountRate":100`} {
			r.do("PUT", "/Invoices?unitdp=4", invoice("Status", `"AUTHORISED"`, "LineItems", line(`"Description":"x","AccountCode":"200",`+fine))).want(200)
		}
	})
}

func TestDiscounts(t *testing.T) {
	for _, test := range []struct{ line, total, rate, amount string }{
		{`"UnitAmount":100,"DiscountRate":10,"DiscountAmount":50`, "90.00", "10.00", ""},
		{`"UnitAmount":100,"DiscountRate":0,"DiscountAmount":50`, "50.00", "", "50.00"},
		{`"UnitAmount":100,"DiscountAmount":100`, "0.00", "", "100.00"},
		{`"UnitAmount":-100,"DiscountRate":10`, "-90.00", "10.00", ""},
	} {
		bubble(t, Config{}, func(t *testing.T, r *rig) {
			r.do("PUT", "/Invoices", invoice("LineItems", line(`"Description":"x","AccountCode":"200",`+test.line))).want(200,
				"Invoices.0.SubTotal", test.total, "Invoices.0.LineItems.0.DiscountRate", test.rate, "Invoices.0.LineItems.0.DiscountAmount", test.amount)
		})
	}
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Invoices", invoice("LineItems", line(`"Description":"x","UnitAmount":100,"DiscountRate":10,"AccountCode":"200"`)))
		at := a.at("Invoices.0.LineItems.0.LineItemID")
		r.do("POST", "/Invoices/"+a.at("Invoices.0.InvoiceID"), `{"LineItems":[{"LineItemID":"`+at+`","DiscountAmount":30}]}`).
			want(200, "Invoices.0.SubTotal", "70.00", "Invoices.0.LineItems.0.DiscountRate", "")
		r.do("POST", "/Invoices/"+a.at("Invoices.0.InvoiceID"), `{"LineItems":[{"LineItemID":"`+at+`","DiscountRate":20}]}`).
			want(200, "Invoices.0.SubTotal", "80.00", "Invoices.0.LineItems.0.DiscountAmount", "")
	})
}

// TestRefusedRemovalShowsLittle: what stays is told by its id alone, so that nobody takes its amounts from there.
func TestRefusedRemovalShowsLittle(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		for _, query := range []string{"", "?summarizeErrors=false"} {
			a := r.do("POST", "/Invoices"+query, `{"InvoiceID":"`+id+`","Status":"DELETED"}`)
			at, status := "Elements.0", 400
			if query != "" {
				at, status = "Invoices.0", 200
			}
			a.want(status, at+".InvoiceID", id, at+".Status", "DELETED", at+".HasErrors", "true", at+".LineItems", "[]", at+".Payments", "[]",
				at+".ValidationErrors.0.Message", "Invoice not of valid status for modification")
			for _, key := range []string{"Type", "InvoiceNumber", "Contact", "Total", "AmountDue", "Date", "UpdatedDateUTC"} {
				if a.has(at + "." + key) {
					t.Errorf("it has %s: %s", key, a.body)
				}
			}
		}
		a := r.do("POST", "/Invoices", `{"InvoiceID":"`+unknownID+`","Reference":"x"}`).want(400, "Elements.0.InvoiceID", unknownID)
		if a.has("Elements.0.AmountDue") || a.has("Elements.0.Status") {
			t.Errorf("an unknown one has amounts or a status: %s", a.body)
		}
	})
}

func TestXeroFailsOnWhatItCannotRead(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		for _, test := range []struct{ method, path, body string }{
			{"PUT", "/Invoices", invoice("Contact", `{"ContactID":"nobody"}`)},
			{"POST", "/Contacts", `{"ContactID":"nobody","Name":"N"}`},
			{"PUT", "/Invoices", invoice("LineItems", line(`"Description":"x","UnitAmount":1,"Tracking":{"Name":"Region","Option":"North"}`))},
		} {
			r.do(test.method, test.path, test.body).want(500, "Title", "An error occurred", "Status", "500")
		}
		if n := len(r.sim.Invoices(testTenant)); n != 0 {
			t.Errorf("%d invoices were made", n)
		}
	})
}

func TestSeveralMessagesComeTogether(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Invoices", invoice("Status", `"AUTHORISED"`, "DueDate", "", "LineItems", line(`"Description":"x","UnitAmount":1`), "CurrencyCode", `"EUR"`))
		for _, message := range []string{msgCurrency("EUR"), msgNoDueDate, msgNoAccount, msgTaxMandatory} {
			a.wantError(message)
		}
	})
}

func TestSummarizeErrors(t *testing.T) {
	good, bad := invoice("InvoiceNumber", `"G"`), invoice("InvoiceNumber", `"B"`, "LineItems", "[]")
	warned := invoice("InvoiceNumber", `"W"`, "LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"476"`))
	body := `{"Invoices":[` + good + "," + bad + "," + warned + `]}`
	for _, path := range []string{"/Invoices", "/Invoices?summarizeErrors=true"} {
		bubble(t, Config{}, func(t *testing.T, r *rig) {
			a := r.do("PUT", path, body).want(400, "Elements.0.InvoiceNumber", "B", "Elements.1", "")
			a.wantError("One or more line items must be specified")
			if n := len(r.sim.Invoices(testTenant)); n != 2 {
				t.Errorf("%s: %d invoices were saved, want 2", path, n)
			}
		})
	}
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices?summarizeErrors=false", body).want(200,
			"Invoices.0.StatusAttributeString", "OK", "Invoices.0.HasErrors", "false", "Invoices.0.ValidationErrors", "",
			"Invoices.1.StatusAttributeString", "ERROR", "Invoices.1.HasErrors", "true", "Invoices.1.InvoiceID", zeroID,
			"Invoices.1.ValidationErrors.0.Message", "One or more line items must be specified",
			"Invoices.2.StatusAttributeString", "WARNING",
			"Invoices.2.Warnings.0.Message", "Account code '476' has been removed as it does not match a recognised account.",
			"Invoices.2.LineItems.0.AccountCode", "")
		if n := len(r.sim.Invoices(testTenant)); n != 2 {
			t.Errorf("%d invoices were saved, want 2", n)
		}
	})
}

func TestNothingOfARefusedBatchStaysWhereThatIsAssumed(t *testing.T) {
	bubble(t, Config{Odd: BatchAllOrNothing}, func(t *testing.T, r *rig) {
		id := r.add("InvoiceNumber", `"A1"`)
		before := r.sim.Invoices(testTenant)
		body := `{"Invoices":[{"InvoiceID":"` + id + `","Reference":"changed"},` +
			invoice("Contact", `{"Name":"New Ltd"}`) + "," + invoice("Contact", `{"ContactID":"`+contactID+`","EmailAddress":"new@example.com"}`) + "," + invoice("LineItems", "[]") + `]}`
		r.do("POST", "/Invoices", body).want(400)
		after := r.sim.Invoices(testTenant)
		if len(after) != 1 || after[0].Reference != before[0].Reference || !after[0].UpdatedUTC.Equal(before[0].UpdatedUTC) {
			t.Errorf("the books moved: %+v", after)
		}
		if c, _ := r.sim.Contact(testTenant, contactID); c.EmailAddress != "ann@example.com" || len(r.sim.Contacts(testTenant)) != 3 {
			t.Errorf("the contacts moved: %+v", c)
		}
		r.do("PUT", "/Invoices", invoice()).want(200, "Invoices.0.InvoiceNumber", "INV-0001")
	})
}

func TestNumbersAreUnique(t *testing.T) {
	for _, test := range []struct {
		status string
		held   bool
		put    string // what PUT of the number says
		post   string // what POST of the number without an id says
		same   bool   // POST changes the invoice that is there
	}{
		{status: StatusDraft, put: msgNumberTaken, same: true},
		{status: StatusSubmitted, put: msgNumberTaken, same: true},
		{status: StatusAuthorised, put: msgNumberTaken, same: true},
		{status: StatusPaid, put: msgNumberTaken, post: msgStatusModify},
		{status: StatusVoided, put: msgNumberTaken, post: msgStatusModify},
		{status: StatusDeleted},
		{status: StatusDeleted, held: true, put: msgNumberTaken, post: msgStatusModify},
	} {
		name := test.status
		if test.held {
			name += " held"
		}
		t.Run(name, func(t *testing.T) {
			bubble(t, Config{DeletedNumbersHeld: test.held}, func(t *testing.T, r *rig) {
				id := r.bring(test.status, "A1")
				a := r.do("POST", "/Invoices", invoice("InvoiceNumber", `"a1"`, "Status", `"AUTHORISED"`, "Reference", `"again"`, "LineItems", line(`"Description":"x","UnitAmount":7,"AccountCode":"200"`)))
				if test.post != "" {
					a.wantError(test.post)
				} else if got := a.want(200).at("Invoices.0.InvoiceID"); (got == id) != test.same {
					t.Errorf("POST wrote %s, the first is %s", got, id)
				}
			})
			bubble(t, Config{DeletedNumbersHeld: test.held}, func(t *testing.T, r *rig) {
				r.bring(test.status, "A1")
				a := r.do("PUT", "/Invoices", invoice("InvoiceNumber", `"a1"`))
				if test.put != "" {
					a.wantError(test.put)
				} else {
					a.want(200)
				}
			})
		})
	}
}

func TestNumbersOfBillsNeedNotBeUnique(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		bill := invoice("Type", `"ACCPAY"`, "InvoiceNumber", `"B1"`, "LineItems", line(`"Description":"x","UnitAmount":1,"AccountCode":"400"`))
		r.do("PUT", "/Invoices", bill).want(200)
		r.do("PUT", "/Invoices", bill).want(200, "Invoices.0.TotalTax", "0.15")
		r.do("GET", "/Contacts/"+contactID, "").want(200, "Contacts.0.IsSupplier", "true")
	})
}

func TestNumberTwiceInOneBatch(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		one := invoice("InvoiceNumber", `"A1"`)
		r.do("PUT", "/Invoices?summarizeErrors=false", `{"Invoices":[`+one+","+one+`]}`).want(200,
			"Invoices.0.StatusAttributeString", "OK", "Invoices.1.ValidationErrors.0.Message", "Invoice # must be unique.")
	})
}

// TestStatusMachine walks all pairs of the official table.
func TestStatusMachine(t *testing.T) {
	allowed := map[string]string{
		StatusDraft:      "DRAFT SUBMITTED AUTHORISED DELETED",
		StatusSubmitted:  "DRAFT SUBMITTED AUTHORISED DELETED",
		StatusAuthorised: "AUTHORISED VOIDED",
		StatusPaid:       "PAID",
		StatusVoided:     "",
		StatusDeleted:    "",
	}
	statuses := []string{StatusDraft, StatusSubmitted, StatusAuthorised, StatusPaid, StatusVoided, StatusDeleted}
	for _, from := range statuses {
		for _, to := range statuses {
			t.Run(from+" to "+to, func(t *testing.T) {
				bubble(t, Config{}, func(t *testing.T, r *rig) {
					id := r.bring(from, "A1")
					a := r.do("POST", "/Invoices/"+id, `{"InvoiceID":"`+id+`","Status":"`+to+`"}`)
					switch {
					case strings.Contains(allowed[from], to):
						a.want(200, "Invoices.0.Status", to, "Invoices.0.InvoiceNumber", "A1")
					case from == StatusPaid && to == StatusVoided:
						a.wantError("This document cannot be edited as it has a payment or credit note allocated to it.")
						a.wantError("The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.")
					default:
						a.wantError("Invoice not of valid status for modification")
					}
				})
			})
		}
	}
}

func TestManyLeaveForceInOneRequest(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		asked := []struct{ from, to, refusal string }{
			{StatusDraft, StatusDeleted, ""},
			{StatusSubmitted, StatusDeleted, ""},
			{StatusAuthorised, StatusVoided, ""},
			{StatusAuthorised, StatusDeleted, msgStatusModify},
			{StatusPaid, StatusVoided, msgAllocated},
			{StatusPaid, StatusDeleted, msgStatusModify},
			{StatusDraft, StatusVoided, msgStatusModify},
			{StatusVoided, StatusDeleted, msgStatusModify},
			{StatusDeleted, StatusDeleted, msgStatusModify},
			{"", StatusDeleted, msgNoInvoice},
		}
		var ids, elements []string
		for i, test := range asked {
			id := unknownID
			if test.from != "" {
				id = r.bring(test.from, "A"+strconv.Itoa(i))
			}
			ids = append(ids, id)
			elements = append(elements, `{"InvoiceID":"`+id+`","Status":"`+test.to+`"}`)
		}
		before := r.sim.Invoices(testTenant)
		time.Sleep(time.Second)
		a := r.do("POST", "/Invoices?summarizeErrors=false", `{"Invoices":[`+strings.Join(elements, ",")+`]}`)
		list := r.do("GET", "/Invoices?summaryOnly=true&order=InvoiceNumber&IDs="+strings.Join(ids, ","), "")
		for i, test := range asked {
			at := "Invoices." + strconv.Itoa(i)
			a.want(200, at+".InvoiceID", ids[i], at+".ValidationErrors.0.Message", test.refusal)
			if test.refusal == "" {
				a.want(200, at+".StatusAttributeString", "OK", at+".Status", test.to, at+".InvoiceNumber", "A"+strconv.Itoa(i), at+".Total", "46.00")
				list.want(200, at+".Status", test.to, at+".UpdatedDateUTCString", "2000-01-01T00:00:01Z")
				continue
			}
			a.want(200, at+".StatusAttributeString", "ERROR", at+".HasErrors", "true")
			if test.from != "" {
				list.want(200, at+".Status", test.from)
				if after, _ := r.sim.Invoice(testTenant, ids[i]); !after.UpdatedUTC.Equal(before[i].UpdatedUTC) {
					t.Errorf("from %s to %s: it was refused and is told as changed", test.from, test.to)
				}
			}
		}
	})
}

func TestVoidedInvoiceShowsItsDueInTheAnswerOnly(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		r.do("POST", "/Invoices/"+id, `{"Status":"VOIDED"}`).want(200, "Invoices.0.AmountDue", "46.00", "Invoices.0.Total", "46.00")
		r.do("GET", "/Invoices?IDs="+id, "").want(200, "Invoices.0.AmountDue", "0.00", "Invoices.0.Total", "46.00")
	})
}

func TestRenamingWhileVoidingDoesNotRename(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		r.do("POST", "/Invoices/"+id, `{"Status":"VOIDED","InvoiceNumber":"A1-VOID"}`).want(200, "Invoices.0.InvoiceNumber", "A1")
	})
}

func TestZeroTotalIsPaidAtOnce(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice("Status", `"AUTHORISED"`, "LineItems", line(`"Description":"x","UnitAmount":0,"AccountCode":"200"`))).
			want(200, "Invoices.0.Status", "PAID")
	})
}

func TestUpdateChangesOnlyWhatWasSent(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.add("Reference", `"keep"`, "Url", `"http://localhost:8742/open/1"`)
		time.Sleep(time.Second)
		r.do("POST", "/Invoices/"+id, `{"Invoices":[{"DueDate":"2000-02-01","LineItems":[],"Contact":{},"InvoiceID":"`+zeroID+`"}]}`).want(200,
			"Invoices.0.DueDateString", "2000-02-01T00:00:00", "Invoices.0.Reference", "keep", "Invoices.0.Total", "46.00",
			"Invoices.0.Url", "http://localhost:8742/open/1", "Invoices.0.Contact.Name", "Ann Ltd",
			"Invoices.0.UpdatedDateUTCString", "2000-01-01T00:00:01Z")
		r.do("POST", "/Invoices/INV-0001", `{"Contact":{"ContactID":"`+otherContactID+`"},"InvoiceNumber":"N2"}`).
			want(200, "Invoices.0.Contact.Name", "Bob Ltd", "Invoices.0.InvoiceNumber", "N2")
		r.do("POST", "/Invoices/"+unknownID, `{}`).want(404)
		r.do("POST", "/Invoices", `{"InvoiceID":"`+unknownID+`"}`).wantError("An existing Invoice with the specified InvoiceID could not be found")
	})
}

func TestLinesAreKeptByTheirIDs(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Invoices", invoice("LineItems", `[{"Description":"a","UnitAmount":1,"AccountCode":"200"},{"Description":"b","UnitAmount":2,"AccountCode":"200"}]`))
		id, second := a.at("Invoices.0.InvoiceID"), a.at("Invoices.0.LineItems.1.LineItemID")
		a = r.do("POST", "/Invoices/"+id, `{"LineItems":[{"LineItemID":"`+second+`","Quantity":3},{"Description":"c","UnitAmount":4,"AccountCode":"200"}]}`).want(200,
			"Invoices.0.LineItems.0.LineItemID", second, "Invoices.0.LineItems.0.Description", "b", "Invoices.0.LineItems.0.LineAmount", "6.00",
			"Invoices.0.LineItems.1.Description", "c", "Invoices.0.LineItems.2", "", "Invoices.0.SubTotal", "10.00")
		if a.at("Invoices.0.LineItems.1.LineItemID") == second {
			t.Error("two lines share an id")
		}
	})
}

func TestPaidInvoiceMayChangeALittle(t *testing.T) {
	for _, part := range []string{"46", "10"} {
		t.Run("paid "+part, func(t *testing.T) {
			bubble(t, Config{}, func(t *testing.T, r *rig) {
				id := r.bring(StatusAuthorised, "A1")
				if _, err := r.sim.RecordPayment(testTenant, id, "090", Day(2000, 1, 2), decimal.RequireFromString(part)); err != nil {
					t.Fatal(err)
				}
				lineID := r.do("GET", "/Invoices/"+id, "").at("Invoices.0.LineItems.0.LineItemID")
				for _, change := range []string{
					`"Reference":"r"`, `"DueDate":"2000-03-01"`, `"InvoiceNumber":"A2"`, `"Url":"http://localhost/2"`,
					`"BrandingThemeID":"c0000000-0000-4000-8000-000000000002"`, `"Contact":{"ContactID":"` + otherContactID + `"}`,
					`"LineItems":[{"LineItemID":"` + lineID + `","Description":"new words","AccountCode":"260","Tracking":[{"Name":"Region","Option":"North"}]}]`,
				} {
					if a := r.do("POST", "/Invoices/"+id, "{"+change+"}"); a.status != 200 {
						t.Errorf("%s: %d %s", change, a.status, a.body)
					}
				}
				for _, change := range []string{
					`"Date":"2000-01-05"`, `"CurrencyCode":"USD"`, `"LineAmountTypes":"Inclusive"`,
					`"LineItems":[{"LineItemID":"` + lineID + `","Quantity":3}]`,
					`"LineItems":[{"LineItemID":"` + lineID + `","TaxType":"NONE"}]`,
					`"LineItems":[{"Description":"another","UnitAmount":1,"AccountCode":"200"}]`,
				} {
					a := r.do("POST", "/Invoices/"+id, "{"+change+"}")
					a.wantError("This document cannot be edited as it has a payment or credit note allocated to it.")
					if part == "46" {
						a.wantError("Invoice not of valid status for modification")
					}
				}
			})
		})
	}
}

func TestCreditedInvoiceKeepsItsContact(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		if err := r.sim.ApplyCredit(testTenant, id, decimal.NewFromInt(46)); err != nil {
			t.Fatal(err)
		}
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Status", "PAID", "Invoices.0.AmountPaid", "0.00", "Invoices.0.AmountCredited", "46.00")
		r.do("POST", "/Invoices/"+id, `{"Contact":{"ContactID":"`+otherContactID+`"}}`).wantError(msgAllocated)
	})
}

// TestPrepaymentsAndOverpaymentsAreCredit: the invoice tells of them by AppliedAmount, in a list by AmountCredited alone.
func TestPrepaymentsAndOverpaymentsAreCredit(t *testing.T) {
	for kind, collection := range map[CreditKind]string{Prepayment: "Prepayments", Overpayment: "Overpayments"} {
		bubble(t, Config{}, func(t *testing.T, r *rig) {
			id := r.bring(StatusAuthorised, "A1")
			if err := r.sim.Allocate(testTenant, id, kind, decimal.NewFromInt(10)); err != nil {
				t.Fatal(err)
			}
			a := r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Status", "AUTHORISED", "Invoices.0.AmountPaid", "0.00", "Invoices.0.AmountCredited", "10.00",
				"Invoices.0.AmountDue", "36.00", "Invoices.0."+collection+".0.AppliedAmount", "10.00", "Invoices.0."+collection+".1", "", "Invoices.0.CreditNotes", "")
			if key := strings.TrimSuffix(collection, "s") + "ID"; a.at("Invoices.0."+collection+".0."+key) != a.at("Invoices.0."+collection+".0.ID") || a.at("Invoices.0."+collection+".0.ID") == "" {
				t.Errorf("it has no %s: %s", key, a.body)
			}
			r.do("GET", "/Invoices?page=1", "").want(200, "Invoices.0."+collection, "[]", "Invoices.0.AmountCredited", "10.00", "Invoices.0.CreditNotes", "[]")
			r.do("POST", "/Invoices/"+id, `{"Status":"VOIDED"}`).wantError(msgVoidAllocated)
			if err := r.sim.Allocate(testTenant, id, kind, decimal.NewFromInt(37)); !refusedWith(err, "exceeds") {
				t.Errorf("more than is due: %v", err)
			}
			if err := r.sim.Allocate(testTenant, id, kind, decimal.NewFromInt(36)); err != nil {
				t.Fatal(err)
			}
			r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Status", "PAID", "Invoices.0.FullyPaidOnDate", "/Date(946684800000+0000)/")
		})
	}
}

func TestDueDateOfAPartPaidInvoiceDoesNotMoveItsDateOfChange(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		if _, err := r.sim.RecordPayment(testTenant, id, "090", Day(2000, 1, 2), decimal.NewFromInt(1)); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			change string
			moves  bool
		}{{`"DueDate":"2000-05-01"`, false}, {`"SentToContact":true`, false}, {`"Reference":"r"`, true}, {`"DueDate":"2000-06-01","Reference":"s"`, true}} {
			before, _ := r.sim.Invoice(testTenant, id)
			time.Sleep(time.Minute)
			r.do("POST", "/Invoices", `{"InvoiceID":"`+id+`","InvoiceNumber":"A1","Type":"ACCREC",`+test.change+`}`).want(200)
			after, _ := r.sim.Invoice(testTenant, id)
			if moved := after.UpdatedUTC.After(before.UpdatedUTC); moved != test.moves {
				t.Errorf("%s moved it: %v", test.change, moved)
			}
		}
	})
}

func TestSentToContactOfADraftIsAWarning(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices?summarizeErrors=false", invoice("SentToContact", "true")).want(200, "Invoices.0.SentToContact", "false",
			"Invoices.0.StatusAttributeString", "WARNING", "Invoices.0.Warnings.0.Message", "Only AUTHORISED invoices may have SentToContact updated.")
		r.do("PUT", "/Invoices?summarizeErrors=false", invoice("SentToContact", "true", "Status", `"AUTHORISED"`)).want(200,
			"Invoices.0.SentToContact", "true", "Invoices.0.StatusAttributeString", "OK")
	})
}

func TestLockDates(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		draft, approved := r.bring(StatusDraft, "A1"), r.bring(StatusAuthorised, "A2")
		lock := func(period, year time.Time) {
			t.Helper()
			if err := r.sim.SetLockDates(testTenant, period, year); err != nil {
				t.Fatal(err)
			}
		}
		lock(Day(2000, 1, 31), time.Time{})
		r.do("PUT", "/Invoices", invoice("Date", `"2000-01-31"`)).wantError("The document date cannot be before the period lock date, currently set at 31-Jan-2000")
		r.do("PUT", "/Invoices", invoice("Date", `"2000-02-01"`)).want(200)
		lock(time.Time{}, Day(2000, 1, 31))
		r.do("PUT", "/Invoices", invoice("Date", `"2000-01-31"`)).wantError("The document date cannot be before the end of year lock date, currently set at 31-Jan-2000")
		const locked = "The document cannot be edited as it is currently dated before the end of year lock date"
		r.do("POST", "/Invoices/"+draft, `{"Reference":"x"}`).wantError(locked)
		r.do("POST", "/Invoices/"+draft, `{"Status":"DELETED"}`).wantError(locked)
		r.do("POST", "/Invoices/"+approved, `{"Status":"VOIDED"}`).wantError(locked)
		later := r.add("Date", `"2000-02-02"`)
		r.do("POST", "/Invoices/"+later, `{"Date":"2000-01-02"}`).wantError("The document date cannot be before the end of year lock date, currently set at 31-Jan-2000")
		lock(time.Time{}, time.Time{})
		r.do("POST", "/Invoices/"+approved, `{"Status":"VOIDED"}`).want(200)
	})
}

func TestAdviserIsNotHeldByThePeriodLock(t *testing.T) {
	org := testOrg()
	org.PeriodLockDate = Day(2000, 1, 31)
	org.Actions = append(org.Actions, Action{"ApproveTransactionsBeforePeriodLockDate", true})
	bubble(t, Config{Orgs: []*Org{org}}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice()).want(200)
	})
}

func TestInvoiceMakesOrChangesItsContact(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Invoices", invoice("Contact", `{"Name":" ann   LTD "}`)).want(200, "Invoices.0.Contact.ContactID", contactID)
		r.do("PUT", "/Invoices", invoice("Contact", `{"ContactNumber":"c1"}`)).want(200, "Invoices.0.Contact.ContactID", contactID)
		a := r.do("PUT", "/Invoices", invoice("Contact", `{"Name":"  New   Ltd ","EmailAddress":"new@example.com"}`)).want(200, "Invoices.0.Contact.Name", "New Ltd")
		r.do("GET", "/Contacts/"+a.at("Invoices.0.Contact.ContactID"), "").want(200, "Contacts.0.EmailAddress", "new@example.com", "Contacts.0.IsCustomer", "true")
		r.do("POST", "/Contacts/"+contactID, `{"ContactPersons":[{"FirstName":"P"}]}`).want(200, "Contacts.0.ContactPersons.0.FirstName", "P")
		r.do("PUT", "/Invoices", invoice()).want(200, "Invoices.0.Contact.ContactPersons.0.FirstName", "P")
		r.do("PUT", "/Invoices", invoice("Contact", `{"ContactID":"`+contactID+`","EmailAddress":"changed@example.com"}`)).
			want(200, "Invoices.0.Contact.EmailAddress", "changed@example.com", "Invoices.0.Contact.ContactPersons", "[]")
	})
}

func TestSingleInvoice(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusPaid, "A1")
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.InvoiceNumber", "A1", "Invoices.0.Payments.0.Amount", "46.00", "Invoices.0.FullyPaidOnDate", "/Date(946684800000+0000)/")
		r.do("GET", "/Invoices/a1", "").want(200, "Invoices.0.InvoiceID", id)
		r.do("GET", "/Invoices/"+strings.ToUpper(id), "").want(200, "Invoices.0.InvoiceID", id)
		r.do("GET", "/Invoices/NONE", "").want(404)
		a := r.do("GET", "/Invoices/"+id, "", "Accept", "application/pdf").want(200)
		if a.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(a.body, "%PDF-1.4") || !strings.HasSuffix(a.body, "%%EOF\n") {
			t.Errorf("%s %.20q", a.header.Get("Content-Type"), a.body)
		}
	})
}

func TestNumberPrefersTheInvoiceThatLives(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.bring(StatusDeleted, "A1")
		time.Sleep(time.Second)
		second := r.bring(StatusDraft, "A1")
		r.do("GET", "/Invoices/A1", "").want(200, "Invoices.0.InvoiceID", second)
		r.do("GET", "/Invoices?InvoiceNumbers=a1", "").want(200, "Invoices.0.Status", "DELETED", "Invoices.1.Status", "DRAFT")
	})
}

func TestOnlineInvoiceAndEmail(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		draft, approved := r.bring(StatusDraft, "A1"), r.bring(StatusAuthorised, "A2")
		if a := r.do("GET", "/Invoices/"+approved+"/OnlineInvoice", "").want(200); !strings.HasPrefix(a.at("OnlineInvoices.0.OnlineInvoiceUrl"), "https://in.xero.com/") {
			t.Error(a.body)
		}
		r.do("GET", "/Invoices/"+draft+"/OnlineInvoice", "").wantError(msgOnlineDraft)
		r.do("POST", "/Invoices/"+draft+"/Email", "").wantError(msgEmailStatus)
		if a := r.do("POST", "/Invoices/"+approved+"/Email", ""); a.status != 204 || a.body != "" {
			t.Errorf("%d %s", a.status, a.body)
		}
		r.do("GET", "/Invoices/"+approved, "").want(200, "Invoices.0.SentToContact", "true")
	})
	org := testOrg()
	org.IsDemoCompany = true
	bubble(t, Config{Orgs: []*Org{org}}, func(t *testing.T, r *rig) {
		r.do("POST", "/Invoices/"+r.bring(StatusAuthorised, "A1")+"/Email", "").wantError(msgEmailLimit)
	})
}
