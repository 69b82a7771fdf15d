package sim

import (
	"net/url"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func TestOrganisation(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("GET", "/Organisation", "").want(200, "Organisations.0.Name", "Test Company", "Organisations.0.ShortCode", "!Test",
			"Organisations.0.BaseCurrency", "NZD", "Organisations.0.PeriodLockDate", "", "Organisations.0.CreatedDateUTC", "/Date(915148800000)/", "Organisations.1", "")
		if strings.Contains(a.body, "LockDate") {
			t.Error("an absent date is shown")
		}
		if err := r.sim.SetLockDates(testTenant, Day(2000, 1, 31), Day(1999, 3, 31)); err != nil {
			t.Fatal(err)
		}
		r.do("GET", "/Organisation", "").want(200, "Organisations.0.PeriodLockDate", "/Date(949276800000+0000)/", "Organisations.0.EndOfYearLockDate", "/Date(922838400000+0000)/")
		r.do("GET", "/Organisation/Actions", "").want(200, "Actions.0.Name", "CreateDraftInvoice", "Actions.0.Status", "ALLOWED")
	})
}

func TestSettingsLists(t *testing.T) {
	q := url.QueryEscape
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("GET", "/Accounts", "").want(200, "Accounts.0.Code", "090", "Accounts.0.BankAccountType", "BANK", "Accounts.6.Code", "880")
		r.do("GET", "/Accounts?where="+q(`Class=="REVENUE" AND Status=="ACTIVE" AND SystemAccount==null`)+"&order="+q("Code DESC"), "").want(200,
			"Accounts.0.Code", "260", "Accounts.1.Code", "200", "Accounts.2", "")
		r.do("GET", "/Accounts/a0000000-0000-4000-8000-000000000200", "").want(200, "Accounts.0.Code", "200")
		r.do("GET", "/Accounts/200", "").want(404)
		r.do("GET", "/TaxRates?where="+q(`Status=="ACTIVE"`), "").want(200, "TaxRates.0.Name", "15% GST on Expenses", "TaxRates.0.EffectiveRate", "15.0000", "TaxRates.4", "")
		r.do("GET", "/TaxRates/output2", "").want(200, "TaxRates.0.CanApplyToRevenue", "true", "TaxRates.0.CanApplyToExpenses", "false")
		r.do("GET", "/TaxRates/X", "").want(404)
		r.do("GET", "/TrackingCategories", "").want(200, "TrackingCategories.0.Name", "Region", "TrackingCategories.0.Options.0.Name", "North")
		r.do("GET", "/TrackingCategories/b0000000-0000-4000-8000-000000000001", "").want(200, "TrackingCategories.0.Name", "Region")
		r.do("GET", "/BrandingThemes", "").want(200, "BrandingThemes.0.Name", "Special", "BrandingThemes.1.SortOrder", "0")
		r.do("GET", "/BrandingThemes/c0000000-0000-4000-8000-000000000001", "").want(200, "BrandingThemes.0.Name", "Standard")
		r.do("GET", "/Currencies", "").want(200, "Currencies.1.Code", "USD")
		r.do("PUT", "/Currencies", `{"Code":"EURO"}`).want(400, "ErrorNumber", "14")
		for _, path := range []string{"Accounts", "TaxRates", "TrackingCategories", "Currencies", "Items", "Payments"} {
			r.do("GET", "/"+path+"?where="+q(`Foo==1`), "").want(400, "ErrorNumber", "16")
		}
	})
}

func TestItems(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Items?unitdp=4", `{"Items":[{"Code":"NEW","Name":"New","SalesDetails":{"UnitPrice":1.23456,"AccountCode":"200"}}]}`).
			want(200, "Items.0.SalesDetails.UnitPrice", "1.2346", "Items.0.PurchaseDetails", "{}")
		id := a.at("Items.0.ItemID")
		r.do("PUT", "/Items", `{"Code":"new"}`).wantError("Price List Item with Code 'new' already exists")
		r.do("PUT", "/Items?summarizeErrors=false", `{"Items":[{"Code":"A"},{"Code":"NEW"}]}`).want(200, "Items.0.StatusAttributeString", "OK", "Items.1.StatusAttributeString", "ERROR")
		r.do("PUT", "/Items", `{"Items":[{"Code":"B"},{"Name":"no code"}]}`).want(400)
		r.do("GET", "/Items/B", "").want(200)
		r.do("POST", "/Items", `{"Code":"NEW","Name":"Renamed"}`).want(200, "Items.0.ItemID", id, "Items.0.SalesDetails.UnitPrice", "1.23")
		r.do("POST", "/Items/"+id, `{"Code":"NEWER"}`).want(200, "Items.0.Name", "Renamed")
		r.do("GET", "/Items/newer", "").want(200, "Items.0.ItemID", id)
		r.do("POST", "/Items/none", `{"Code":"X"}`).want(404)
		r.do("GET", "/Items", "", "Authorization", "Bearer "+r.sim.MintToken("accounting.invoices.read")).want(200)
		r.do("PUT", "/Items", `{"Items":[`+strings.TrimSuffix(strings.Repeat(`{"Code":"x"},`, 501), ",")+`]}`).want(400, "ErrorNumber", "14")
	})
}

func TestPayments(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id, draft := r.bring(StatusAuthorised, "A1"), r.bring(StatusDraft, "A2")
		pay := func(invoice, account, amount string) reply {
			return r.do("PUT", "/Payments", `{"Payments":[{"Invoice":`+invoice+`,"Account":`+account+`,"Date":"2000-01-05","Amount":`+amount+`,"Reference":"r"}]}`)
		}
		a1, bank := `{"InvoiceNumber":"A1"}`, `{"Code":"090"}`
		pay(a1, bank, "46.01").wantError("Payment amount exceeds the amount outstanding on this document")
		pay(`{"InvoiceID":"`+draft+`"}`, bank, "1").wantError("Payments can only be made against Authorised documents")
		pay(`{"InvoiceID":"`+unknownID+`"}`, bank, "1").wantError("Document could not be found")
		pay(a1, `{"Code":"200"}`, "1").wantError(msgPaymentAccount)
		pay(a1, `{"Code":"999"}`, "1").wantError("Account could not be found")
		pay(a1, bank, "0").wantError("Payment amounts must be positive amounts")
		first := pay(a1, bank, "6").want(200, "Payments.0.Status", "AUTHORISED", "Payments.0.Invoice.AmountDue", "40.00",
			"Payments.0.Invoice.Status", "AUTHORISED", "Payments.0.PaymentType", "ACCRECPAYMENT", "Payments.0.Account.Name", "Bank").at("Payments.0.PaymentID")
		second := r.do("POST", "/Payments", `{"Invoice":{"InvoiceID":"`+id+`"},"Account":{"AccountID":"a0000000-0000-4000-8000-000000000880"},"Amount":40}`).
			want(200, "Payments.0.Invoice.Status", "PAID", "Payments.0.Date", "/Date(946684800000+0000)/").at("Payments.0.PaymentID")
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Status", "PAID", "Invoices.0.AmountPaid", "46.00", "Invoices.0.Payments.0.Reference", "r")
		r.do("GET", "/Payments?page=1", "").want(200, "pagination.itemCount", "2", "Payments.0.Invoice.LineItems", "[]")
		r.do("GET", "/Payments/"+first, "").want(200, "Payments.0.Amount", "6.00", "Payments.0.Invoice.LineItems.0.Description", "Work")
		r.do("GET", "/Payments/"+unknownID, "").want(404)
		r.do("POST", "/Payments/"+first, `{"Reference":"changed"}`).wantError("Only Status accepted for updates.")
		r.do("POST", "/Payments/"+first, `{"Status":"DELETED","Reference":"changed"}`).wantError("Only Status accepted for updates.")
		r.do("POST", "/Payments/"+second, `{"Payments":[{"Status":"DELETED"}]}`).want(200, "Payments.0.Status", "DELETED", "Payments.0.Invoice.Status", "AUTHORISED")
		r.do("POST", "/Payments/"+second, `{"Status":"DELETED"}`).wantError("Payment not of valid status for modification")
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Status", "AUTHORISED", "Invoices.0.AmountDue", "40.00", "Invoices.0.FullyPaidOnDate", "", "Invoices.0.Payments.1", "")
		r.do("POST", "/Invoices/"+id, `{"Status":"VOIDED"}`).wantError(msgVoidAllocated)
		r.do("POST", "/Payments/"+first, `{"Status":"DELETED"}`).want(200)
		r.do("POST", "/Invoices/"+id, `{"Status":"VOIDED"}`).want(200)
		r.do("GET", "/Payments?where="+url.QueryEscape(`Status=="DELETED"`), "").want(200, "Payments.1.Status", "DELETED")
	})
}

func TestRefusedBatchOfPayments(t *testing.T) {
	good := `{"Invoice":{"InvoiceNumber":"A1"},"Account":{"Code":"090"},"Amount":40}`
	body := `{"Payments":[` + good + "," + good + `]}`
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		r.do("PUT", "/Payments", body).wantError(msgPaymentExceeds)
		if inv, _ := r.sim.Invoice(testTenant, id); len(inv.Payments) != 1 {
			t.Errorf("%d payments stayed, want the good one", len(inv.Payments))
		}
	})
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		r.do("PUT", "/Payments?summarizeErrors=false", body).want(200, "Payments.0.StatusAttributeString", "OK", "Payments.1.StatusAttributeString", "ERROR", "Payments.1.HasValidationErrors", "true")
		if inv, _ := r.sim.Invoice(testTenant, id); !inv.AmountPaid().Equal(decimal.NewFromInt(40)) {
			t.Errorf("%s was paid", inv.AmountPaid())
		}
	})
}

func TestReconciledPaymentStays(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.bring(StatusAuthorised, "A1")
		id := r.do("PUT", "/Payments", `{"Invoice":{"InvoiceNumber":"A1"},"Account":{"Code":"090"},"Amount":40,"IsReconciled":true}`).want(200).at("Payments.0.PaymentID")
		r.do("POST", "/Payments/"+id, `{"Status":"DELETED"}`).wantError(msgPaymentModify)
	})
}

func TestHistory(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		r.do("PUT", "/Invoices/"+id+"/History", `{"HistoryRecords":[{"Details":"first"},{"Details":"second"}]}`).want(200, "HistoryRecords.0.Details", "first", "HistoryRecords.0.DateUTC", "/Date(946684800000)/")
		r.do("GET", "/Invoices/"+id+"/History", "").want(200, "HistoryRecords.0.Details", "second", "HistoryRecords.0.Changes", "Note", "HistoryRecords.2.Changes", "Created")
		r.do("PUT", "/Invoices/"+id+"/History", `{"HistoryRecords":[{"Details":"fine"},{"Details":"`+strings.Repeat("x", 2501)+`"}]}`).wantError(msgTooLong("Details", 2500))
		r.do("PUT", "/Invoices/"+id+"/History", `{"HistoryRecords":[{}]}`).wantError(msgNoDetails)
		r.do("PUT", "/Invoices/"+unknownID+"/History", `{"HistoryRecords":[{"Details":"x"}]}`).wantError("The document with the supplied id was not found for this endpoint.")
		r.do("GET", "/Invoices/"+unknownID+"/History", "").want(404)
		if inv, _ := r.sim.Invoice(testTenant, id); len(inv.History) != 3 {
			t.Errorf("%d records", len(inv.History))
		}
		r.do("PUT", "/Contacts/C1/History", `{"HistoryRecords":[{"Details":"hello"}]}`).want(200)
		r.do("GET", "/Contacts/"+contactID+"/History", "").want(200, "HistoryRecords.0.Details", "hello")
	})
}

func TestAttachments(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusDraft, "A1")
		put := func(name, content string) reply {
			return r.do("PUT", "/Invoices/"+id+"/Attachments/"+url.PathEscape(name)+"?IncludeOnline=true", content, "Content-Type", "application/pdf")
		}
		a := put("a b.pdf", "one").want(200, "Attachments.0.FileName", "a b.pdf", "Attachments.0.MimeType", "application/pdf",
			"Attachments.0.ContentLength", "3",
			"Attachments.0.Url", "http://sim/api.xro/2.0/Invoices/"+id+"/Attachments/a%20b.pdf")
		first := a.at("Attachments.0.AttachmentID")
		if inv, _ := r.sim.Invoice(testTenant, id); !inv.Attachments[0].IncludeOnline {
			t.Error("it isn't shown online")
		}
		put("A B.pdf", "longer").want(200, "Attachments.0.AttachmentID", first, "Attachments.0.ContentLength", "6")
		for _, path := range []string{first, "a%20b.pdf"} {
			if a := r.do("GET", "/Invoices/"+id+"/Attachments/"+path, ""); a.body != "longer" || a.header.Get("Content-Type") != "application/pdf" {
				t.Errorf("%s: %d %s %s", path, a.status, a.header.Get("Content-Type"), a.body)
			}
		}
		r.do("GET", "/Invoices/"+id+"/Attachments/none", "").want(404)
		put("a+b.pdf", "x").wantError("The file name is not valid.")
		put("a/b.pdf", "x").wantError("The file name is not valid.")
		put("empty.pdf", "").wantError("The attachment is empty.")
		for i := range 9 {
			put(string(rune('a'+i)), "x").want(200)
		}
		put("eleventh", "x").wantError("A document may have at most 10 attachments.")
		r.do("GET", "/Invoices/"+id+"/Attachments", "").want(200, "Attachments.9.FileName", "i", "Attachments.10", "")
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.HasAttachments", "true", "Invoices.0.Attachments.9.FileName", "i")
		r.do("GET", "/Invoices/"+unknownID+"/Attachments", "").want(404)
	})
}
