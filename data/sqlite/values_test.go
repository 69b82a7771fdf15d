package sqlite

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
	"feebridge/app/staff"
)

// What is kept as JSON outlives the version that wrote it: these texts may gain names,
// and none of theirs may change.
func TestJSONOfAnEarlierVersionIsRead(t *testing.T) {
	db := openNew(t)
	for _, statement := range []string{
		`INSERT INTO staff VALUES ('anna', 0, 'Anna', '', '{"ProcessTime":true}', 0, 0, 0, '{"kauri":2}', 0)`,
		`INSERT INTO clients VALUES ('kauri', 1, 'K', 'k', 'Kauri', 'kauri', '',
			'{"lines":["1 Quay St","","","L2"],"city":"Auckland","region":"AKL","postal_code":"1010","country":"NZ"}', '', '{"rule":"after","days":7}', '', 0)`,
		`INSERT INTO organisations VALUES ('demo', 'Demo', 1, 'connected', 0, 0, '', '', NULL,
			'{"arrival":"SUBMITTED","default_account":"200","theme":"Blue","codes":{"ACC":{"account":"201","item":"I"}},"taxes":{"GST":"OUTPUT2"}}', '')`,
		`INSERT INTO invoices (id, version, client, type, number, number_fold, date, due, reference, currency, amounts, theme, note, sub_total, tax, total, status, export, deleted)
			VALUES ('v', 1, 'kauri', 'final', '', '', 0, 0, '', 'NZD', 'NoTax', '', '', 0, 0, 0, 'draft', 'not_exported', 0)`,
		`INSERT INTO lines VALUES ('v', 0, '', 'Work', 0, 0, 0, 0, '', '', 0, '[{"name":"GST","rate":50000},{"name":"PST","rate":70000}]', '', '', '[{"category":"Region","option":"North"}]')`,
		`INSERT INTO runs VALUES ('r', '', 'demo', 'anna', 1, 1, 0)`,
		`INSERT INTO batches (id, tenant, kind, key, members, state, tries, tried, tried_last, troubles, look_up, body)
			VALUES ('b', 'demo', 'invoices', 'k', '["one","two"]', 'ready', 0, 0, 0, 0, 0, x'00')`,
		`INSERT INTO exports (id, run, invoice, number, tenant, mark, contact, expected, currency, sent, since, small, ended, result,
				xero_id, xero_number, xero_mark, xero_status, xero_contact, xero_contact_name, xero_date, xero_currency, xero_total, xero_due, xero_paid, xero_credited,
				xero_paid_on, xero_updated, message, cause, messages, mark_key, candidates)
			VALUES ('e', 'r', 'v', '', 'demo', 'm', '', 0, '', 0, 0, 0, 0, 'not_exported', '', '', '', '', '', '', 0, '', 0, 0, 0, 0, 0, 0, '', '',
				'[{"text":"Locked","cause":"locked_date","warning":true}]', 'm',
				'[{"id":"there","number":"INV-1","mark":"m","status":"DRAFT","contact":"c","contact_name":"Kauri","date":20261103,"currency":"NZD",
				"total":11500,"due":1500,"paid":9000,"credited":1000,"paid_on":20261105,"updated":1000}]')`,
	} {
		if _, err := db.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	err := db.View(t.Context(), func(r app.Reader) error {
		same := func(got, want any, err error) {
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(money.Discount{}), cmpopts.EquateComparable(money.Amount{})); diff != "" || err != nil {
				t.Errorf("%v (-kept +read):\n%s", err, diff)
			}
		}
		members, err := r.Staff()
		same(members[0].Time, map[staff.TimePermission]bool{staff.ProcessTime: true}, err)
		same(members[0].Roles, map[billing.ClientID]staff.Role{"kauri": staff.Editor}, err)
		client, err := r.Client("kauri")
		same(client.Address, billing.Address{Lines: [4]string{"1 Quay St", "", "", "L2"}, City: "Auckland", Region: "AKL", PostalCode: "1010", Country: "NZ"}, err)
		same(client.Term, billing.Term{Rule: billing.AfterDate, Days: 7}, err)
		mapping, err := r.Mapping("demo")
		same(mapping, ledger.Mapping{
			Arrival: ledger.SubmittedThere, DefaultAccount: "200", Theme: "Blue",
			Codes: map[string]ledger.Target{"ACC": {Account: "201", Item: "I"}}, Taxes: map[string]string{"GST": "OUTPUT2"},
		}, err)
		invoice, err := r.Invoice("v")
		same(invoice.Lines[0].Tax.Parts, []billing.TaxPart{{Name: "GST", Rate: 5_0000}, {Name: "PST", Rate: 7_0000}}, err)
		same(invoice.Lines[0].Tracking, []billing.Tracking{{Category: "Region", Option: "North"}}, err)
		batches, err := r.(outbox.Reader).BatchesByID("b")
		same(batches[0].Members, []string{"one", "two"}, err)
		exports, err := r.Exports([]app.ExportID{"e"})
		same(exports[0].Messages, []ledger.Message{{Text: "Locked", Cause: "locked_date", Warning: true}}, err)
		same(exports[0].Candidates, []ledger.Standing{{
			ID: "there", Number: "INV-1", Mark: "m", Status: ledger.DraftThere, Contact: "c", ContactName: "Kauri", Date: 20261103, Currency: "NZD",
			Total: money.New(11500, "NZD"), AmountDue: money.New(1500, "NZD"), AmountPaid: money.New(9000, "NZD"), AmountCredited: money.New(1000, "NZD"),
			PaidOn: 20261105, Updated: time.UnixMilli(1000),
		}}, err)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
