package app

import (
	"errors"

	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// Code tells the kinds of error apart: what a caller can do about it.
type Code string

// The codes.
const (
	Invalid     Code = "invalid"     // the input is wrong; the text says what and how to mend it
	NotFound    Code = "not_found"   // no such invoice, client or run
	Conflict    Code = "conflict"    // another change came first, or the stage does not allow it
	Forbidden   Code = "forbidden"   // the member of staff may not
	Unavailable Code = "unavailable" // not possible now: offline, limit, not connected
	Internal    Code = "internal"    // ours to mend
)

// Error is an error that a person may read, in a phrase of the translations.
type Error struct {
	Code Code
	translations.Phrase
	Err error // what it came from; nil when it began here
}

// Error returns the English text.
func (e *Error) Error() string { return e.String() }

// Unwrap returns what the error came from.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an error with a code and a text that a person may read: its key in the
// translations, and the values that are filled in, each after its name.
func Errorf(code Code, key string, values ...any) *Error {
	return &Error{Code: code, Phrase: translations.Say(key, values...)}
}

// CodeOf returns the code of err: that of the first *Error it wraps, Invalid for a
// refusal by a rule of billing, else Internal.
func CodeOf(err error) Code {
	var e *Error
	var r *billing.Refused
	switch {
	case errors.As(err, &e):
		return e.Code
	case errors.As(err, &r):
		return Invalid
	}
	return Internal
}

// IsCode reports whether err has that code.
func IsCode(err error, code Code) bool { return err != nil && CodeOf(err) == code }
