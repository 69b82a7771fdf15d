package xero_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// remove sends one request that deletes or voids invoices.
func (b books) remove(ctx context.Context, t *testing.T, removals ...ledger.Removal) ([]ledger.Outcome, error) {
	t.Helper()
	payloads, err := b.PrepareRemovals(removals, 50)
	if err != nil || len(payloads) != 1 {
		t.Fatalf("PrepareRemovals: %d payloads, %v", len(payloads), err)
	}
	return b.Post(ctx, batch(b.tenant, payloads[0], "removal-of-test"))
}

func TestAPreparedRemovalSaysNothingButTheStatus(t *testing.T) {
	got, err := xero.New(xero.Config{}).PrepareRemovals([]ledger.Removal{
		{Member: "a", ID: "id-1", To: ledger.DeletedThere},
		{Member: "b", ID: "id-2", To: ledger.VoidedThere},
		{Member: "c", ID: "id-3", To: ledger.DeletedThere},
	}, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []app.Payload{
		{
			Kind: app.RemovalBatch, Members: []string{"a", "b"},
			Body: []byte(`{"Invoices":[{"InvoiceID":"id-1","Status":"DELETED"},{"InvoiceID":"id-2","Status":"VOIDED"}]}`),
		},
		{Kind: app.RemovalBatch, Members: []string{"c"}, Body: []byte(`{"Invoices":[{"InvoiceID":"id-3","Status":"DELETED"}]}`)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestARemovalUpdatesByID(t *testing.T) {
	var got *http.Request
	var body string
	b := books{tenant: "tenant", Client: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		got, body = r, string(read)
		answers(http.StatusOK, envelope(`"Invoices":[]`)).ServeHTTP(w, r)
	}), xero.Config{})}
	if _, err := b.remove(t.Context(), t, ledger.Removal{Member: "m", ID: recordedStanding.ID, To: ledger.DeletedThere}); err != nil {
		t.Fatal(err)
	}
	if got.Method != http.MethodPost || got.URL.String() != "/api.xro/2.0/Invoices?summarizeErrors=false" || got.Header.Get("Idempotency-Key") == "" {
		t.Errorf("it went out as %s %s with %v", got.Method, got.URL, got.Header)
	}
	if want := `{"Invoices":[{"InvoiceID":"` + string(recordedStanding.ID) + `","Status":"DELETED"}]}`; body != want {
		t.Errorf("the body is %s", body)
	}
}

func TestXeroTakesOutOfForceWhatItAllows(t *testing.T) {
	for _, test := range []struct {
		name    string
		status  ledger.InvoiceStatus // as which it is exported
		before  func(s *sim.Sim, tenant, id string) error
		to      ledger.InvoiceStatus
		verdict ledger.Verdict
		cause   ledger.Cause // of the refusal
	}{
		{"a draft", ledger.DraftThere, nil, ledger.DeletedThere, ledger.Accepted, ""},
		{"one awaiting approval", ledger.SubmittedThere, nil, ledger.DeletedThere, ledger.Accepted, ""},
		{"an approved one", ledger.AuthorisedThere, nil, ledger.VoidedThere, ledger.Accepted, ""},
		{"one approved meanwhile", ledger.DraftThere, (*sim.Sim).Approve, ledger.DeletedThere, ledger.Rejected, ledger.StatusMoved},
		{"one deleted meanwhile", ledger.DraftThere, (*sim.Sim).Delete, ledger.DeletedThere, ledger.Rejected, ledger.StatusMoved},
		{"a draft that is to be voided", ledger.DraftThere, nil, ledger.VoidedThere, ledger.Rejected, ledger.StatusMoved},
		{"one credited in part", ledger.AuthorisedThere, func(s *sim.Sim, tenant, id string) error {
			return s.ApplyCredit(tenant, id, decimal.NewFromInt(1))
		}, ledger.VoidedThere, ledger.Rejected, ledger.StatusMoved},
		{"one in a locked period", ledger.DraftThere, func(s *sim.Sim, tenant, _ string) error {
			return s.SetLockDates(tenant, sim.Day(2026, time.November, 30), time.Time{})
		}, ledger.DeletedThere, ledger.Rejected, ledger.LockedDate},
		{"one that is gone", ledger.DraftThere, (*sim.Sim).Lose, ledger.DeletedThere, ledger.Rejected, ledger.NotFoundThere},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := simulate(t, "empty", sim.Config{})
			contact := b.contact(t.Context(), t, "Kauri Joinery Ltd")
			first, second := sale("FB-1", contact), sale("FB-2", contact)
			first.Status = test.status
			made, err := b.post(t.Context(), t, first, second)
			if err != nil {
				t.Fatal(err)
			}
			id := made[0].Standing.ID
			if test.before != nil {
				if err := test.before(b.sim, string(b.tenant), string(id)); err != nil {
					t.Fatal(err)
				}
			}
			there, _ := b.sim.Invoice(string(b.tenant), string(id))
			got, err := b.remove(t.Context(), t,
				ledger.Removal{Member: "first", ID: id, To: test.to},
				ledger.Removal{Member: "second", ID: made[1].Standing.ID, To: ledger.DeletedThere})
			if err != nil {
				t.Fatal(err)
			}
			o := got[0]
			if o.Verdict != test.verdict {
				t.Fatalf("the outcome is %+v", o)
			}
			if o.Verdict == ledger.Accepted {
				if o.Standing.ID != id || o.Standing.Number != "FB-1" || o.Standing.Status != test.to {
					t.Errorf("the outcome is %+v", o)
				}
				return
			}
			if len(o.Messages) == 0 || o.Messages[0].Cause != test.cause {
				t.Errorf("the outcome is %+v", o)
			}
			after, _ := b.sim.Invoice(string(b.tenant), string(id))
			if diff := cmp.Diff(there, after); diff != "" {
				t.Errorf("what was refused changed it: %s", diff)
			}
			if locked := test.cause == ledger.LockedDate; (got[1].Verdict == ledger.Accepted) == locked {
				t.Errorf("the other is %+v", got[1])
			}
		})
	}
}

func TestAnElementSaysWhatBecameOfARemoval(t *testing.T) {
	id := string(recordedStanding.ID)
	deleted := strings.Replace(fmt.Sprintf(recorded, ""), `"AUTHORISED"`, `"DELETED"`, 1)
	standing := recordedStanding
	standing.Status = ledger.DeletedThere
	const text = "Invoice not of valid status for modification"
	refused := fmt.Sprintf(recorded, `,"ValidationErrors":[{"Message":"`+text+`"}]`)
	unclear := ledger.Outcome{Member: "m"}
	for _, test := range []struct {
		name, element string
		want          ledger.Outcome
	}{
		{"removed", deleted, ledger.Outcome{Member: "m", Verdict: ledger.Accepted, Standing: standing}},
		{"refused, with its real ID", strings.Replace(refused, `"OK"`, `"ERROR"`, 1), ledger.Outcome{
			Member: "m", Verdict: ledger.Rejected, Messages: []ledger.Message{{Text: text, Cause: ledger.StatusMoved}},
		}},
		{"refused, with the ID of nothing", strings.Replace(refused, id, "00000000-0000-0000-0000-000000000000", 1), unclear},
		{"another invoice", strings.Replace(deleted, id, "11111111-e141-4150-aab7-89c3bbbb851c", 1), unclear},
		{"no ID", strings.Replace(deleted, `"InvoiceID": "`+id+`",`, "", 1), unclear},
		{"no status of its own", strings.Replace(deleted, `"StatusAttributeString": "OK"`, `"X":0`, 1), unclear},
		{"an amount that is none", strings.Replace(deleted, `"Total": 40.00`, `"Total": "much"`, 1), unclear},
		{"null", "null", unclear},
		{"a number in its place", "7", unclear},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := books{Client: serve(t, answers(http.StatusOK, envelope(`"Invoices":[`+test.element+`]`)), xero.Config{}), tenant: "tenant"}
			got, err := b.remove(t.Context(), t, ledger.Removal{Member: "m", ID: recordedStanding.ID, To: ledger.DeletedThere})
			if err != nil {
				t.Fatal(err)
			}
			test.want.Correlation = "ccece84a-075c-4fcd-9073-149d4f7a91cf" // of the call, whatever its element says
			if diff := cmp.Diff([]ledger.Outcome{test.want}, got, exact); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRemovalsAreMatchedByPlaceAndID(t *testing.T) {
	ids := []string{"11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"}
	element := func(i int) string {
		return strings.ReplaceAll(fmt.Sprintf(recorded, ""), string(recordedStanding.ID), ids[i])
	}
	for _, test := range []struct {
		name     string
		elements []string
		want     []ledger.Verdict
	}{
		{"both", []string{element(0), element(1)}, []ledger.Verdict{ledger.Accepted, ledger.Accepted}},
		{"in each other's place", []string{element(1), element(0)}, []ledger.Verdict{ledger.Unclear, ledger.Unclear}},
		{"the second alone", []string{element(1)}, []ledger.Verdict{ledger.Unclear, ledger.Unclear}},
		{"the first alone", []string{element(0)}, []ledger.Verdict{ledger.Accepted, ledger.Unclear}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := books{Client: serve(t, answers(http.StatusOK, envelope(`"Invoices":[`+strings.Join(test.elements, ",")+`]`)), xero.Config{}), tenant: "tenant"}
			outcomes, err := b.remove(t.Context(), t,
				ledger.Removal{Member: "a", ID: ledger.InvoiceID(ids[0]), To: ledger.DeletedThere},
				ledger.Removal{Member: "b", ID: ledger.InvoiceID(ids[1]), To: ledger.DeletedThere})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, []ledger.Verdict{outcomes[0].Verdict, outcomes[1].Verdict}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatAFaultMeansForARemoval(t *testing.T) {
	for _, test := range []struct {
		fault string
		want  app.Trouble // Reason, Unsent and Answered
		there string      // its status right after
		sent  int         // how often it reached Xero
	}{
		{"429:minute:20", app.Trouble{}, sim.StatusDeleted, 2},
		{"429:day:3000", app.Trouble{Reason: app.DayLimit, Unsent: true, Answered: true}, sim.StatusDraft, 1},
		{"500", app.Trouble{Reason: app.Troubled, Answered: true}, sim.StatusDraft, 1},
		{"500-after-commit", app.Trouble{Reason: app.Troubled, Answered: true}, sim.StatusDeleted, 1},
		{"503:maintenance", app.Trouble{Reason: app.Troubled}, sim.StatusDraft, 1},
		{"drop-after-commit", app.Trouble{Reason: app.Interrupted}, sim.StatusDeleted, 1},
		{"cut", app.Trouble{Reason: app.Interrupted}, sim.StatusDeleted, 1},
		{"reset", app.Trouble{Reason: app.Interrupted}, sim.StatusDraft, 1},
		{"late-commit:90s", app.Trouble{Reason: app.Interrupted}, sim.StatusDraft, 1},
		{"disconnect", app.Trouble{Reason: app.NotConnected, Unsent: true, Answered: true}, sim.StatusDraft, 1},
	} {
		t.Run(test.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := simulate(t, "empty", sim.Config{}, "POST /Invoices #1 "+test.fault)
				made, err := b.post(t.Context(), t, sale("FB-1", b.contact(t.Context(), t, "Kauri Joinery Ltd")))
				if err != nil {
					t.Fatal(err)
				}
				id := made[0].Standing.ID
				_, err = b.remove(t.Context(), t, ledger.Removal{Member: "m", ID: id, To: ledger.DeletedThere})
				there, _ := b.sim.Invoice(string(b.tenant), string(id))
				if sent := b.sim.Calls()["POST /Invoices"]; there.Status != test.there || sent != test.sent {
					t.Errorf("it is %s after %d requests, want %s after %d", there.Status, sent, test.there, test.sent)
				}
				if test.want == (app.Trouble{}) {
					if err != nil {
						t.Error(err)
					}
					return
				}
				got := troubleIn(t, err)
				if diff := cmp.Diff(test.want, app.Trouble{Reason: got.Reason, Unsent: got.Unsent, Answered: got.Answered}); diff != "" {
					t.Errorf("%s\n%+v", diff, got)
				}
				time.Sleep(3 * time.Minute) // what comes late has come
			})
		})
	}
}
