package help

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryFileIsShown(t *testing.T) {
	all, err := fs.ReadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, name := range Names {
		text := string(read(name + ".md"))
		if !strings.HasPrefix(text, "# ") {
			t.Errorf("%s.md begins without a title", name)
		}
		shown = append(shown, name+".md")
		for _, m := range picture.FindAllStringSubmatch(text, -1) {
			shown = append(shown, m[2])
		}
	}
	for _, f := range all {
		if !slices.Contains(shown, f.Name()) {
			t.Errorf("no topic shows %s", f.Name())
		}
	}
}

func TestPartsHaveTheWholePage(t *testing.T) {
	for _, topic := range Topics() {
		var text strings.Builder
		pictures := 0
		for _, p := range topic.Parts {
			text.WriteString(p.Markdown)
			if p.Markdown == "" {
				if pictures++; len(p.Picture) == 0 || p.Caption == "" {
					t.Errorf("%s: a picture is empty, or does not say what it shows", topic.Name)
				}
			}
		}
		all := regexp.MustCompile(`!\[`).FindAllString(string(read(topic.Name+".md")), -1)
		if pictures != len(all) {
			t.Errorf("%s shows %d of %d pictures", topic.Name, pictures, len(all))
		}
		if topic.Title == "" || strings.Contains(topic.Title, "#") || strings.TrimSpace(text.String()) == "" {
			t.Errorf("%s has the title %q and the text %q", topic.Name, topic.Title, text.String())
		}
		if !strings.Contains(topic.Words(), strings.ToLower(topic.Title)) {
			t.Errorf("%s is not found by its title", topic.Name)
		}
	}
}
