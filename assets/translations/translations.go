// Package translations holds the words of the program: one JSON file a language, a text by its
// key. English is the only place where the texts are written; a description tells translators
// where a text is shown and what is filled in. The window says them in the person's language;
// commands, errors and what is stored say them in English.
package translations

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Files are the translations, by language.
//
//go:embed *.json
var Files embed.FS

// Data names what is filled into a text. Count, where it is there, decides between the forms
// for one and for several.
type Data map[string]any

// Phrase is a text by its key, with what is filled in. What is filled in may be a Phrase
// itself, or an error that has one.
type Phrase struct {
	Key  string
	Data Data
}

// Say returns the phrase of a key, filled with the values that follow, each after its name.
func Say(key string, values ...any) Phrase {
	p := Phrase{Key: key}
	for i := 0; i+1 < len(values); i += 2 {
		if p.Data == nil {
			p.Data = Data{}
		}
		p.Data[values[i].(string)] = values[i+1]
	}
	return p
}

// Text returns the English text of a key, filled with the values that follow, each after its
// name.
func Text(key string, values ...any) string { return Say(key, values...).String() }

// english looks up English texts.
var english = sync.OnceValue(func() *i18n.Localizer {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	if _, err := bundle.LoadMessageFileFS(Files, "en.json"); err != nil {
		panic(err) // it is part of the program: only a broken build comes here
	}
	return i18n.NewLocalizer(bundle, language.English.String())
})

// String returns the phrase in English; one whose key is not there is its key.
func (p Phrase) String() string {
	look := i18n.LocalizeConfig{MessageID: p.Key, PluralCount: p.Data["Count"]}
	if p.Data != nil {
		look.TemplateData = p.Data
	}
	if cause, ok := p.Data["Error"]; ok {
		data := maps.Clone(p.Data)
		data["Error"] = Clause(fmt.Sprint(cause))
		look.TemplateData = data
	}
	text, err := english().Localize(&look)
	if err != nil {
		return p.Key
	}
	return text
}

// Clause returns what an error says as a part of a sentence that goes on. Windows, and errors of
// our own, end with a full stop; every text fills in Error before its own.
func Clause(text string) string { return strings.TrimRight(text, ". ") }

// Quoted returns a text in quotation marks, with the characters that cannot be seen written out.
func Quoted(text string) string {
	quoted := strconv.Quote(text)
	return "“" + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + "”"
}
