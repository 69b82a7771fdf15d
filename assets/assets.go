// Package assets holds what the application carries inside its one file.
package assets

import _ "embed"

// Icon is the application's icon, a PNG of 512 by 512 pixels.
//
//go:embed icon.png
var Icon []byte
