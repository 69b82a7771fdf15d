package check

import (
	"testing"

	"feebridge/xero/sim"
)

func TestEveryAssumptionHoldsInTheSimulatedXero(t *testing.T) {
	orgs, err := sim.Seed("demo")
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, sim.Config{Orgs: orgs, Limits: true}, nil, func(r *rig) {
		results, _, err := r.run(r.Context(), true)
		if err != nil {
			r.Fatal(err)
		}
		r.mustSay(results, nil, nil)
		r.mustBeGone()
		for _, a := range Assumptions() {
			r.Log(results[a.Name])
		}
	})
}
