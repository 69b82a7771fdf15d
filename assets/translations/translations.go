// Package translations holds the words on screen: one JSON file a language. The key of
// a text is its English wording, or a name where one English word has several meanings.
package translations

import "embed"

// Files are the translations, by language.
//
//go:embed *.json
var Files embed.FS
