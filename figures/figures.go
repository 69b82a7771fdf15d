// Package figures measures what the application is held to: how many calls an export
// makes, how long things take, how much memory they need. All of it are tests under the
// build tag figures, which `make bench` sets. It opens the real window, so that it links the
// graphics driver under that tag.
package figures
