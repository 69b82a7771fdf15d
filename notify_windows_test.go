package main

import (
	"slices"
	"strings"
	"testing"
)

// TestNoTextIsRun looks for what a notification says in what PowerShell runs.
func TestNoTextIsRun(t *testing.T) {
	const title, text = "Tui $(calc)", "\"; calc; \" `$(calc) ” 2 invoices"
	show, err := toastCommand(t.Context(), title, text)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(strings.ToLower(show.Path), `\system32\windowspowershell\v1.0\powershell.exe`) {
		t.Errorf("%s shows it", show.Path)
	}
	if want := []string{show.Path, "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded(toast)}; !slices.Equal(show.Args, want) {
		t.Errorf("run is %q", show.Args)
	}
	for _, want := range []string{"FEEBRIDGE_TITLE=" + title, "FEEBRIDGE_TEXT=" + text, "FEEBRIDGE_APP=org.feebridge.app"} {
		if !slices.Contains(show.Env, want) {
			t.Errorf("the environment lacks %q", want)
		}
	}
}

func TestAScriptIsEncodedAsPowerShellReadsIt(t *testing.T) {
	if got, want := encoded("dir “c:”"), "ZABpAHIAIAAcIGMAOgAdIA=="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAWindowHasTheIdentityOfTheShortcut(t *testing.T) {
	if err := identify(); err != nil {
		t.Error(err)
	}
}
