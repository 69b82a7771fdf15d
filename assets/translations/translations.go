// Package translations holds the words on screen: one JSON file a language, a text by its key.
// English is the only place where the texts are written; a description tells translators where
// a text is shown and what is filled in.
package translations

import "embed"

// Files are the translations, by language.
//
//go:embed *.json
var Files embed.FS
