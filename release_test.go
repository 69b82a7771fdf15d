package main

import (
	"os"
	"strings"
	"testing"
)

// TestTheVersionIsTheSameEverywhere finds the version where a release sets it.
func TestTheVersionIsTheSameEverywhere(t *testing.T) {
	for file, line := range map[string]string{"FyneApp.toml": `Version = "` + version + `"`, "CHANGELOG.md": "## " + version} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), "\n"+line) {
			t.Errorf("%s has no line %q", file, line)
		}
	}
}
