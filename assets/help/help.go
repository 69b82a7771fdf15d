// Package help holds the pages of the help: one Markdown file a topic, and the pictures in them. Both come with the
// program, so that the help is there without a network.
package help

import (
	"embed"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// files are the pages and the pictures.
//
//go:embed *.md *.png
var files embed.FS

// Names are the topics, in the order in which the help lists them.
var Names = []string{
	"start", "connect", "map", "write", "import", "export", "failures", "history", "draft", "replace", "follow", "clients",
	"organisations", "roles", "backups", "keys",
}

// Topic is a page of the help.
type Topic struct {
	Name  string // under which others lead to it
	Title string
	Parts []Part
	Leads []string // the names of the topics that it refers to, each once
}

// Part is a piece of a page: text, or a picture.
type Part struct {
	Markdown string // "" for a picture
	Picture  []byte // a PNG
	Caption  string // says what the picture shows
}

// picture is a line of a page that shows a picture.
var picture = regexp.MustCompile(`(?m)^!\[(.+)\]\((.+\.png)\)$`)

// link is a place in a page that refers to another.
var link = regexp.MustCompile(`\[([^\]]+)\]\((\w+)\)`)

// Topics returns the pages in their order.
func Topics() []Topic {
	all := make([]Topic, len(Names))
	for i, name := range Names {
		all[i] = topic(name)
	}
	return all
}

// topic reads a page. What refers to another stands there as plain text: the window leads to it below the page.
func topic(name string) Topic {
	text := string(read(name + ".md"))
	title, body, _ := strings.Cut(text, "\n")
	t := Topic{Name: name, Title: strings.TrimPrefix(title, "# ")}
	for _, m := range link.FindAllStringSubmatch(body, -1) {
		if !slices.Contains(t.Leads, m[2]) {
			t.Leads = append(t.Leads, m[2])
		}
	}
	body = link.ReplaceAllString(body, "$1")
	from := 0
	for _, at := range picture.FindAllStringSubmatchIndex(body, -1) {
		t.Parts = append(t.Parts, Part{Markdown: body[from:at[0]]}, Part{Picture: read(body[at[4]:at[5]]), Caption: body[at[2]:at[3]]})
		from = at[1]
	}
	t.Parts = append(t.Parts, Part{Markdown: body[from:]})
	return t
}

// read returns a file that is part of the program: only a broken build lacks one, and a test finds that first.
func read(name string) []byte {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err)
	}
	return data
}

// Words returns what a search looks through, in lower case.
func (t Topic) Words() string {
	var words strings.Builder
	words.WriteString(t.Title)
	for _, p := range t.Parts {
		words.WriteString("\n" + p.Markdown)
	}
	return strings.ToLower(words.String())
}
