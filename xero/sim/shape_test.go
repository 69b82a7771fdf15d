package sim

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

// TestRawAnswer holds an answer to its last byte: CRLF, escaped slashes in dates, two places for money, four for
// quantities, ten for rates, and the order of the fields.
func TestRawAnswer(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Invoices?summarizeErrors=false", invoice("InvoiceNumber", `"A \"1\""`, "Reference", `"50/50 <é>"`, "Url", `"http://localhost:8742/open/1"`,
			"LineItems", line(`"Description":"Work","Quantity":2,"UnitAmount":20,"AccountCode":"200","Tracking":[{"Name":"Region","Option":"North"}]`))).want(200)
		inv := r.sim.Invoices(testTenant)[0]
		want := strings.NewReplacer(
			"\n", "\r\n", "$ID", a.header.Get("Xero-Correlation-Id"), "$INVOICE", inv.InvoiceID, "$LINE", inv.Lines[0].LineItemID,
		).Replace(rawAnswer)
		if diff := cmp.Diff(want, a.body); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

const rawAnswer = `{
  "Id": "$ID",
  "Status": "OK",
  "ProviderName": "Feebridge",
  "DateTimeUTC": "\/Date(946684800000)\/",
  "Invoices": [
    {
      "Type": "ACCREC",
      "InvoiceID": "$INVOICE",
      "InvoiceNumber": "A \"1\"",
      "Reference": "50/50 <é>",
      "Prepayments": [],
      "Overpayments": [],
      "AmountDue": 46.00,
      "AmountPaid": 0.00,
      "Url": "http://localhost:8742/open/1",
      "SentToContact": false,
      "CurrencyRate": 1.0000000000,
      "HasErrors": false,
      "IsDiscounted": false,
      "InvoicePaymentServices": [],
      "Contact": {
        "ContactID": "e0000000-0000-4000-8000-000000000001",
        "ContactNumber": "C1",
        "ContactStatus": "ACTIVE",
        "Name": "Ann Ltd",
        "EmailAddress": "ann@example.com",
        "BankAccountDetails": "",
        "Addresses": [
          {
            "AddressType": "STREET",
            "City": "",
            "Region": "",
            "PostalCode": "",
            "Country": ""
          },
          {
            "AddressType": "POBOX",
            "City": "",
            "Region": "",
            "PostalCode": "",
            "Country": ""
          }
        ],
        "Phones": [
          {
            "PhoneType": "DEFAULT",
            "PhoneNumber": "",
            "PhoneAreaCode": "",
            "PhoneCountryCode": ""
          },
          {
            "PhoneType": "DDI",
            "PhoneNumber": "",
            "PhoneAreaCode": "",
            "PhoneCountryCode": ""
          },
          {
            "PhoneType": "FAX",
            "PhoneNumber": "",
            "PhoneAreaCode": "",
            "PhoneCountryCode": ""
          },
          {
            "PhoneType": "MOBILE",
            "PhoneNumber": "",
            "PhoneAreaCode": "",
            "PhoneCountryCode": ""
          }
        ],
        "UpdatedDateUTC": "\/Date(915148800000+0000)\/",
        "ContactGroups": [],
        "IsSupplier": false,
        "IsCustomer": true,
        "SalesTrackingCategories": [],
        "PurchasesTrackingCategories": [],
        "ContactPersons": [],
        "HasValidationErrors": false
      },
      "DateString": "2000-01-01T00:00:00",
      "Date": "\/Date(946684800000+0000)\/",
      "DueDateString": "2000-01-31T00:00:00",
      "DueDate": "\/Date(949276800000+0000)\/",
      "BrandingThemeID": "c0000000-0000-4000-8000-000000000001",
      "Status": "DRAFT",
      "LineAmountTypes": "Exclusive",
      "LineItems": [
        {
          "Description": "Work",
          "UnitAmount": 20.00,
          "TaxType": "OUTPUT2",
          "TaxAmount": 6.00,
          "LineAmount": 40.00,
          "AccountCode": "200",
          "Tracking": [
            {
              "Name": "Region",
              "Option": "North",
              "TrackingCategoryID": "b0000000-0000-4000-8000-000000000001",
              "TrackingOptionID": "b0000000-0000-4000-8000-000000000011",
              "Options": []
            }
          ],
          "Quantity": 2.0000,
          "LineItemID": "$LINE",
          "AccountID": "a0000000-0000-4000-8000-000000000200",
          "ValidationErrors": []
        }
      ],
      "SubTotal": 40.00,
      "TotalTax": 6.00,
      "Total": 46.00,
      "UpdatedDateUTC": "\/Date(946684800000+0000)\/",
      "UpdatedDateUTCString": "2000-01-01T00:00:00Z",
      "CurrencyCode": "NZD",
      "StatusAttributeString": "OK"
    }
  ]
}`

// TestKeysThatComeAndGo: an absent key and an empty list are not the same, and live answers differ in them.
func TestKeysThatComeAndGo(t *testing.T) {
	bubble(t, Config{Orgs: demoOrgs(t)}, func(t *testing.T, r *rig) {
		tenant := []string{"Xero-Tenant-Id", r.sim.Orgs()[0].TenantID}
		ask := func(path string) reply { return r.do("GET", path, "", tenant...).want(200) }
		paged, single := ask("/Invoices?page=1&where="+url.QueryEscape(`InvoiceNumber=="INV-0001"`)), ask("/Invoices/INV-0001")
		for _, test := range []struct {
			answer reply
			at     string
			there  string
			gone   string
		}{
			{paged, "Invoices.0", "InvoiceAddresses InvoicePaymentServices", "Attachments"},
			{single, "Invoices.0", "Attachments InvoicePaymentServices", "InvoiceAddresses"},
			{single, "Invoices.0.Contact.Addresses.0", "City Region PostalCode Country", "AttentionTo"},
			{ask("/BrandingThemes"), "BrandingThemes.0", "BrandingThemeID", "LogoUrl"},
			{ask("/BrandingThemes"), "BrandingThemes.1", "LogoUrl", ""},
			{ask("/Accounts?where=" + url.QueryEscape(`Code=="200"`)), "Accounts.0", "ReportingCode", ""},
			{ask("/Payments?page=1"), "Payments.0.Invoice", "InvoiceAddresses InvoicePaymentServices", ""},
		} {
			for _, key := range strings.Fields(test.there) {
				if !test.answer.has(test.at + "." + key) {
					t.Errorf("%s has no %s", test.at, key)
				}
			}
			for _, key := range strings.Fields(test.gone) {
				if test.answer.has(test.at + "." + key) {
					t.Errorf("%s has %s", test.at, key)
				}
			}
		}
		single.want(200, "Invoices.0.Attachments", "[]")
	})
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.add()
		a := r.do("PUT", "/Invoices/"+id+"/Attachments/a.pdf?IncludeOnline=true", "x", "Content-Type", "application/octet-stream")
		if a.want(200, "Attachments.0.MimeType", "application/pdf").has("Attachments.0.IncludeOnline") {
			t.Error("the attachment tells whether it is shown online")
		}
		r.do("PUT", "/Invoices/"+id+"/Attachments/a.unknown", "x", "Content-Type", "application/octet-stream").
			want(200, "Attachments.0.MimeType", "application/octet-stream")
		r.do("PUT", "/Invoices/"+id+"/Attachments/b.pdf", "x", "Content-Type", "image/png").want(200, "Attachments.0.MimeType", "image/png")
	})
}

func demoOrgs(t *testing.T) []*Org {
	t.Helper()
	orgs, err := Seed("demo")
	if err != nil {
		t.Fatal(err)
	}
	return orgs
}

func TestTextIsQuoted(t *testing.T) {
	var b strings.Builder
	writeJSON(&b, "a\"b\\c\n\r\t\x01\u2028é</script>", 0)
	if want := `"a\"b\\c\n\r\t\u0001\u2028é</script>"`; b.String() != want {
		t.Errorf("%s, want %s", b.String(), want)
	}
}

// order is the fields of an object of a JSON text in their order, by the object's path; elements of a list share one.
type order map[string][]string

func fieldsOf(t *testing.T, text string) order {
	t.Helper()
	found := order{}
	d := json.NewDecoder(strings.NewReader(text))
	var walk func(path string)
	walk = func(path string) {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case json.Delim('['):
			for d.More() {
				walk(path)
			}
		case json.Delim('{'):
			var names []string
			for d.More() {
				name, err := d.Token()
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, name.(string))
				walk(path + "/" + name.(string))
			}
			if len(names) > len(found[path]) {
				found[path] = names
			}
		default:
			return
		}
		if _, err := d.Token(); err != nil {
			t.Fatal(err)
		}
	}
	walk("")
	return found
}

// TestFieldOrderIsThatOfXerosExamples compares the answers with the examples of Xero's own OpenAPI file: what both have
// must stand in the same order, and the examples may have nothing that is not known to be left out. Where the examples
// are not beside the project, the same is held by the short list of orders below.
func TestFieldOrderIsThatOfXerosExamples(t *testing.T) {
	examples := map[string]order{
		"GET_Invoices": {"/Invoices": {"Type", "InvoiceID", "InvoiceNumber", "Reference", "Payments", "CreditNotes", "Prepayments", "Overpayments",
			"AmountDue", "AmountPaid", "AmountCredited", "SentToContact", "CurrencyRate", "HasErrors", "IsDiscounted", "HasAttachments", "Contact",
			"DateString", "Date", "DueDateString", "DueDate", "Status", "LineAmountTypes", "LineItems", "SubTotal", "TotalTax", "Total",
			"UpdatedDateUTC", "UpdatedDateUTCString", "CurrencyCode", "FullyPaidOnDate"}},
		"GET_Contacts":           {"/Contacts": {"ContactID", "ContactStatus", "Name", "EmailAddress", "Addresses", "Phones", "UpdatedDateUTC", "IsSupplier", "IsCustomer", "Balances", "ContactPersons", "HasAttachments"}},
		"GET_Organisation":       {"/Organisations": {"Name", "LegalName", "Version", "BaseCurrency", "CountryCode", "PeriodLockDate", "CreatedDateUTC", "ShortCode", "OrganisationID", "Class"}},
		"GET_Accounts":           {"/Accounts": {"AccountID", "Code", "Name", "Type", "TaxType", "EnablePaymentsToAccount", "BankAccountType", "CurrencyCode"}},
		"GET_TaxRates":           {"/TaxRates": {"Name", "TaxType", "CanApplyToAssets", "EffectiveRate", "Status", "TaxComponents"}},
		"GET_Items":              {"/Items": {"ItemID", "Code", "Description", "UpdatedDateUTC", "PurchaseDetails", "SalesDetails", "Name"}},
		"GET_Payments":           {"/Payments": {"PaymentID", "Date", "BankAmount", "Amount", "Status", "HasAccount", "Account", "Invoice"}},
		"GET_Invoices_InvoiceID": {"/Invoices/LineItems": {"ItemCode", "Description", "UnitAmount", "TaxType", "TaxAmount", "LineAmount", "AccountCode", "Tracking", "Quantity", "LineItemID", "ValidationErrors"}},
	}
	for _, name := range []string{"GET_Organisation_Actions", "GET_TrackingCategories", "GET_Currencies", "GET_BrandingThemes",
		"GET_Contacts_ContactID", "GET_Payments_PaymentID", "GET_Invoices_InvoiceID_Attachments", "GET_Invoices_InvoiceID_OnlineInvoice", "PUT_Invoices", "PUT_Contacts"} {
		examples[name] = order{}
	}
	for name, fields := range examples {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "xero", "examples", name+".response200.json"))
		if err != nil {
			continue // not beside the project
		}
		var example struct{ Body json.RawMessage }
		if err := json.Unmarshal(text, &example); err != nil {
			t.Fatal(err)
		}
		for path, names := range fieldsOf(t, string(example.Body)) {
			fields[path] = names
		}
	}
	// What the examples have and an answer of the Sim never does, because nothing here gives it a value, because it is a
	// slip of the example (TaxNumbeType), or because the recorded answers lack it.
	unknown := []string{
		"RepeatingInvoiceID", "APIKey", "Attachments", "Website", "BatchPayments", "BatchPayment", "BatchPaymentID", "Discount",
		"BrandingTheme", "PurchasesDefaultAccountCode", "SalesDefaultAccountCode", "PaymentTerms", "TaxNumbeType",
		"SalesDefaultLineAmountType", "PurchasesDefaultLineAmountType", "ValidationErrors", "StatusAttributeString", "Reference",
		"BankAccountNumber",
	}
	bubble(t, Config{Orgs: []*Org{richOrg()}}, func(t *testing.T, r *rig) {
		id := r.add("Status", `"AUTHORISED"`, "LineItems", line(`"ItemCode":"HOUR"`))
		if _, err := r.sim.RecordPayment(testTenant, id, "090", Day(2000, 1, 1), decimal.RequireFromString("144.33")); err != nil {
			t.Fatal(err)
		}
		r.do("PUT", "/Invoices/"+id+"/Attachments/a.pdf", "x").want(200)
		payment := r.do("GET", "/Payments", "").at("Payments.0.PaymentID")
		for name, fields := range examples {
			method, path := "GET", strings.ReplaceAll(strings.TrimPrefix(name, "GET_"), "_", "/")
			body := ""
			switch {
			case name == "PUT_Invoices":
				method, path, body = "PUT", "Invoices?summarizeErrors=false", invoice("Reference", `"r"`)
			case name == "PUT_Contacts":
				method, path, body = "PUT", "Contacts", `{"Name":"Full"}`
				if of, ok := fields["/Contacts"]; ok {
					fields["/Contacts"] = slices.DeleteFunc(of, func(f string) bool { return f == "CompanyNumber" }) // stands elsewhere in GET_Contacts
				}
			case name == "GET_Contacts" || name == "GET_Invoices" || name == "GET_Payments":
				path += "?page=1"
			}
			path = strings.NewReplacer("InvoiceID", id, "ContactID", contactID, "PaymentID", payment).Replace(path)
			ours := fieldsOf(t, r.do(method, "/"+path, body).want(200).body)
			for place, want := range fields {
				got, ok := ours[place]
				if !ok {
					continue // an empty list, or something that is left out as a whole
				}
				want = slices.DeleteFunc(slices.Clone(want), func(f string) bool { return slices.Contains(unknown, f) })
				shared := slices.DeleteFunc(slices.Clone(got), func(f string) bool { return !slices.Contains(want, f) })
				if strings.HasSuffix(place, "/Contact") || strings.HasSuffix(place, "Addresses") || strings.HasSuffix(place, "Invoice") {
					want = slices.DeleteFunc(want, func(f string) bool { return !slices.Contains(got, f) }) // the examples differ among themselves
				}
				if diff := cmp.Diff(want, shared); diff != "" {
					t.Errorf("%s%s (-example +ours):\n%s", name, place, diff)
				}
			}
		}
	})
}

// richOrg has a value in every field that an example shows.
func richOrg() *Org {
	o := testOrg()
	o.PeriodLockDate, o.EndOfYearLockDate = Day(1990, 1, 1), Day(1990, 1, 1)
	o.TaxNumber, o.SalesTaxBasis, o.SalesTaxPeriod, o.Edition = "1", "PAYMENTS", "TWOMONTHS", "BUSINESS"
	o.Accounts[0].Description = "Income"
	o.Items[0].UpdatedUTC, o.Themes[0].CreatedUTC = Day(1999, 1, 1), Day(1999, 1, 1)
	o.Accounts[5].BankAccountNumber = "02-0908-7654321-050"
	o.TaxRates[0].ReportTaxType = "OUTPUT"
	o.TaxRates[0].Components = []TaxComponent{{Name: "GST", Rate: decimal.NewFromInt(15)}}
	ann := o.contactByID[contactID]
	ann.AccountNumber, ann.FirstName, ann.LastName, ann.CompanyNumber, ann.BankAccount, ann.TaxNumber = "1", "Ann", "A", "2", "3", "4"
	ann.SalesTaxType, ann.PurchasesTaxType, ann.DefaultCurrency = "OUTPUT2", "INPUT2", "NZD"
	ann.Persons = []ContactPerson{{FirstName: "P"}}
	ann.Addresses = []Address{{Type: "POBOX", Line1: "1", Line2: "2", Line3: "3", Line4: "4", AttentionTo: "5"}}
	return o
}
