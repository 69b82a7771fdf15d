package command

import (
	"cmp"
	"context"
	"flag"
	"runtime"
	"runtime/debug"

	"feebridge/assets/translations"
	"feebridge/data/sqlite"
)

var versionCommand = command{
	name:  "version",
	about: "print the version of Feebridge and of what is in it",
	prepare: func(*flag.FlagSet) runner {
		return none(func(ctx context.Context, s *session) error {
			v, err := ReadVersions(ctx, s.Version)
			if err == nil {
				s.print(v, "%s", paragraph(v.String()))
			}
			return err
		})
	},
}

// Versions are of the program and of what is in it: the first that a person who helps needs to know.
type Versions struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`  // "" where the program was built without its history
	Changed bool   `json:"changed"` // whether it was built from files that differ from the commit
	Go      string `json:"go"`
	System  string `json:"system"`
	Engine  string `json:"engine"`
	Schema  int64  `json:"schema"` // to which it brings a database
}

// ReadVersions returns the versions of this program, whose own is told.
func ReadVersions(ctx context.Context, version string) (Versions, error) {
	v := built(version)
	var err error
	v.Engine, v.Schema, err = sqlite.Version(ctx)
	return v, err
}

// built returns the versions that the program itself carries.
func built(version string) Versions {
	v := Versions{Version: version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.learn(info.Settings)
	}
	return v
}

// learn takes the commit from what go build has noted in the program.
func (v *Versions) learn(settings []debug.BuildSetting) {
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Changed = s.Value == "true"
		}
	}
}

// String returns the versions as the window and the command show them, and as they are copied.
func (v Versions) String() string {
	commit := cmp.Or(v.Commit, translations.Text("versions.no-commit"))
	if v.Changed {
		commit = translations.Text("versions.changed", "Commit", commit)
	}
	return translations.Text("versions.text", "Version", v.Version, "Commit", commit, "Go", v.Go, "System", v.System, "Engine", v.Engine, "Schema", v.Schema)
}
