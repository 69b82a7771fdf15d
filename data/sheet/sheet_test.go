package sheet

import "testing"

func TestPlace(t *testing.T) {
	in := place{file: "in.csv"}
	for want, p := range map[string]place{
		"in.csv":                    in,
		"in.csv, line 3":            in.within(3, 0),
		"in.csv, line 3, column A":  in.within(3, 1),
		"in.csv, line 3, column GS": in.within(3, 201),
	} {
		if got := p.String(); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
}
