package app

import (
	"context"
	"time"

	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Damaged says that the file of the firm's data is damaged, was changed by another program, or is gone, and which
// copy there is to put in its place. Until a person decides, nothing is written to it, and so nothing is sent. It is
// an *Error, too.
type Damaged struct {
	File string
	What Damage
	Copy *Copy // the newest good one beside it; nil for none
	Err  error // what was found
}

// Damage is what is wrong with the file of the firm's data.
type Damage string

// What may be wrong with it.
const (
	Broken  Damage = "broken"  // parts of it cannot be read, or disagree
	Altered Damage = "altered" // all of it can be read, but it is not what Feebridge wrote last
	Gone    Damage = "gone"    // while its copies are there
)

// Copy is a copy of the firm's data that was found to be good.
type Copy struct {
	Path string
	At   time.Time // when something was last done in it
	Lost int       // how many changes were saved since; -1 where that is not known
}

// Error says what is wrong, and what to do.
func (d *Damaged) Error() string { return d.text().Error() }

// Unwrap returns it in the form for a person, and what it came from.
func (d *Damaged) Unwrap() []error { return []error{d.text(), d.Err} }

func (d *Damaged) text() *Error {
	words := []any{"File", d.File}
	if d.Copy != nil {
		words = append(words, "Backup", d.Copy.Path, "Time", d.Copy.At.Local().Format(time.DateTime), "Lost", d.Copy.LostWords())
	}
	return &Error{Code: Unavailable, Phrase: translations.Say(damageWords[d.What][d.Copy != nil], words...), Err: d.Err}
}

// damageWords are the texts, by whether there is a good copy.
var damageWords = map[Damage]map[bool]string{
	Broken:  {false: "damaged.broken", true: "damaged.broken.with-backup"},
	Altered: {false: "damaged.altered", true: "damaged.altered.with-backup"},
	Gone:    {false: "damaged.gone", true: "damaged.gone.with-backup"},
}

// LostWords says in a sentence how many changes were saved since the copy was made.
func (c *Copy) LostWords() translations.Phrase {
	switch {
	case c.Lost < 0:
		return translations.Say("damaged.lost.unknown")
	case c.Lost == 0:
		return translations.Say("damaged.lost.none")
	}
	return translations.Say("damaged.lost", "Count", c.Lost)
}

// Damage returns what is wrong with the file of the firm's data, with the copy that can take its place; nil as long
// as nothing was found. It may take seconds.
func (a *App) Damage(ctx context.Context) *Damaged { return a.backups.Damage(ctx) }

// SaveDamaged copies the file of the firm's data to path as it is, for whoever may be able to repair it.
func (a *App) SaveDamaged(ctx context.Context, by staff.Member, path string) error {
	if err := a.allow(ctx, by, staff.BackUp, ""); err != nil {
		return err
	}
	return a.backups.CopyAsItIs(ctx, path)
}

// lookForDamage checks the file in the background. Every part of the program learns of damage when it next tries to
// write.
func (a *App) lookForDamage(ctx context.Context) {
	if err := a.backups.Check(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("checking the file of the firm's data", "error", err)
	}
}
