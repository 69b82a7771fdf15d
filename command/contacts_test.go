package command

import (
	"encoding/json"
	"fmt"
	"testing"

	"feebridge/xero/sim"
)

// TestContactsByCommand lists how clients stand, and decides about each.
func TestContactsByCommand(t *testing.T) {
	t.Parallel()
	made := map[string]string{}
	d := newDesk(t, func(config *sim.Config) {
		for _, c := range []sim.Contact{
			{Name: "ABBY LTD"}, {Name: "Basket Case Limited", EmailAddress: "b@example.com"}, {Name: "Cube Land", ContactNumber: "X-1"}, {Name: "Cube Land Ltd", ContactNumber: "X-2"},
			{Name: "Dune", Status: sim.StatusArchived}, {Name: "Group"},
		} {
			made[c.Name] = config.Orgs[0].AddContact(c).ContactID
		}
	})
	file := d.write("november.csv", templateHead+
		"Abby Ltd,,INV-31,PO 71,2026-11-02,2026-11-25,Annual accounts,2,35.10,200,OUTPUT2\n"+
		"Basket Case,b@example.com,INV-32,PO 72,2026-11-03,2026-11-26,Advice,4,50.00,200,OUTPUT2\n"+
		"Cube Land,,INV-33,PO 73,2026-11-04,2026-11-27,Letter,1,7.00,200,OUTPUT2\n"+
		"Dune,,INV-34,PO 74,2026-11-04,2026-11-27,Letter,1,7.00,200,OUTPUT2\n"+
		"Ember,,INV-35,PO 75,2026-11-04,2026-11-27,Letter,1,7.00,200,OUTPUT2\n")
	d.must(exitDone, "import", file, "--amounts", "exclusive", "--finalize")

	d.tells(0, `ABBY-LTD       Abby Ltd                         suggested  ABBY LTD
  <id>  ABBY LTD                         same name
BASKET-CASE    Basket Case                      suggested  Basket Case Limited
  <id>  Basket Case Limited              similar name, same email
CUBE-LAND      Cube Land                        several    
  <id>  Cube Land                        same name
  <id>  Cube Land Ltd                    similar name
DUNE           Dune                             archived   Dune
  <id>  Dune                             same name; archived
EMBER          Ember                            none       
`, "", "contacts")
	d.tells(0, fmt.Sprintf(`{"client":"ABBY-LTD","name":"Abby Ltd","organisation":"Demo Company (NZ)","state":"suggested","contact":"ABBY LTD","contact_id":"<id>","evidence":["name"],"exact":true,"choices":[%s],"messages":[]}
{"client":"BASKET-CASE","name":"Basket Case","organisation":"Demo Company (NZ)","state":"suggested","contact":"Basket Case Limited","contact_id":"<id>","evidence":["similar_name","email"],"exact":false,"choices":[%s],"messages":[]}
{"client":"CUBE-LAND","name":"Cube Land","organisation":"Demo Company (NZ)","state":"several","contact":"","contact_id":"","evidence":[],"exact":false,"choices":[%s],"messages":[]}
{"client":"DUNE","name":"Dune","organisation":"Demo Company (NZ)","state":"archived","contact":"Dune","contact_id":"<id>","evidence":["name"],"exact":false,"choices":[%s],"messages":[]}
{"client":"EMBER","name":"Ember","organisation":"Demo Company (NZ)","state":"none","contact":"","contact_id":"","evidence":[],"exact":false,"choices":[],"messages":[]}
`, `{"id":"<id>","name":"ABBY LTD","number":"","email":"","archived":false,"evidence":["name"]}`,
		`{"id":"<id>","name":"Basket Case Limited","number":"","email":"b@example.com","archived":false,"evidence":["similar_name","email"]}`,
		`{"id":"<id>","name":"Cube Land","number":"X-1","email":"","archived":false,"evidence":["name"]},{"id":"<id>","name":"Cube Land Ltd","number":"X-2","email":"","archived":false,"evidence":["similar_name"]}`,
		`{"id":"<id>","name":"Dune","number":"","email":"","archived":true,"evidence":["name"]}`), "", "contacts", "--json")

	d.tells(0, "ABBY-LTD       Abby Ltd                         linked     ABBY LTD\n", "", "contacts", "accept", "--exact")
	d.tells(0, "No client has an exact match that isn't linked yet.\n", "", "contacts", "accept", "--exact")
	d.tells(0, "CUBE-LAND      Cube Land                        linked     Group\n", "", "contacts", "link", "cube-land", made["Group"])
	d.tells(1, "", "feebridge: “Basket Case Limited” in Xero may already be the contact of “Basket Case”. Link it, or confirm that it's a different one.\n"+
		"  Run \"feebridge contacts\" to see them, and \"feebridge contacts create BASKET-CASE --different\" if none is the client's.\n", "contacts", "create", "BASKET-CASE")
	d.tells(0, "BASKET-CASE    Basket Case                      linked     Basket Case\n", "", "contacts", "create", "BASKET-CASE", "--different")
	d.tells(1, "", "feebridge: “Basket Case” is linked to the contact “Basket Case”. Unlink it first.\n", "contacts", "create", "BASKET-CASE", "--different")
	d.tells(0, "DUNE           Dune                             linked     Dune\n", "", "contacts", "create", "DUNE")
	d.tells(1, "", "feebridge: “Dune” is archived in Xero, which takes no invoices for it. Restore it there, or choose another contact.\n", "contacts", "link", "EMBER", made["Dune"])
	d.tells(0, "EMBER          Ember                            linked     Ember\n", "", "contacts", "create", "EMBER")
	d.tells(1, "", "feebridge: Demo Company (NZ) has no contact with the ID nobody. Run \"feebridge contacts\" to see the contacts that fit.\n", "contacts", "link", "EMBER", "nobody")
	d.tells(1, "", "feebridge: No client has the code “NOBODY”.\n", "contacts", "unlink", "NOBODY")
	d.tells(0, "CUBE-LAND      Cube Land                        several    \n  <id>  Cube Land                        same name\n  <id>  Cube Land Ltd                    similar name\n", "", "contacts", "unlink", "CUBE-LAND")
	d.tells(1, "", "feebridge: “Cube Land” in Xero already has this name, and Xero uses each name once. Link that contact, or rename the client or the contact.\n", "contacts", "create", "CUBE-LAND", "--different")
	d.must(exitSomeFailed, "export", "--all")
	if n := len(d.xero.Contacts(d.tenant())); n != 9 {
		t.Errorf("Xero has %d contacts", n)
	}
	for _, wrong := range [][]string{{"link", "EMBER"}, {"create"}, {"fly"}, {"accept"}, {"--exact"}, {"link", "EMBER", "x", "--different"}, {"unlink", "EMBER", "--exact"}} {
		d.must(exitWrongUse, append([]string{"contacts"}, wrong...)...)
	}
}

// TestContactsAreListedWithoutXero lists what is known where Xero does not answer.
func TestContactsAreListedWithoutXero(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(config *sim.Config) { config.Orgs[0].AddContact(sim.Contact{Name: "Abby Ltd"}) })
	file := d.write("november.csv", templateHead+"Abby Ltd,,INV-31,PO 71,2026-11-02,2026-11-25,Annual accounts,2,35.10,200,OUTPUT2\n")
	d.must(exitDone, "import", file, "--amounts", "exclusive")
	d.must(exitDone, "contacts")
	if err := d.xero.close(); err != nil {
		t.Fatal(err)
	}
	out, errs, status := d.run("contacts", "--json")
	var line struct{ State string }
	if err := json.Unmarshal([]byte(out), &line); err != nil || line.State != "suggested" || status != exitUnavailable || errs == "" {
		t.Errorf("it ended with %d and printed %q, %q (%v)", status, out, errs, err)
	}
}
