package command

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
	"feebridge/data/crash"
	"feebridge/data/disk"
	"feebridge/data/sqlite"
	"feebridge/data/vault"
	"feebridge/instance"
	"feebridge/xero"
)

// common are the flags of every command.
type common struct {
	db            string
	api, identity address
	json          bool
	as            string
	passwordFD    descriptor
}

func (c *common) register(flags *flag.FlagSet) {
	flags.StringVar(&c.db, "db", "", "the firm's database `FILE` (default: feebridge.db in your own data folder)")
	flags.Var(&c.api, "api", "`URL` of the Accounting API (default: Xero's own)")
	flags.Var(&c.identity, "identity", "`URL` where people sign in to Xero (default: Xero's own)")
	flags.BoolVar(&c.json, "json", false, "print one JSON object a line")
	flags.StringVar(&c.as, "as", "", "act as the staff member with this `NAME` or email address; Feebridge asks for the password on the terminal")
	flags.Var(&c.passwordFD, "password-fd", "read the password as one line from this file `DESCRIPTOR` instead (0 is standard input)")
}

// session is one run of the program: its face, the flags that every command has, and the
// firm once it is open.
type session struct {
	Face
	name   string // of the command; "" for the window
	common common
	look   bool // nothing is saved or sent

	shown bool           // a window showed why the firm could not be opened
	host  *instance.Host // this process has the window of the firm; nil where it has not

	watched *crash.Run  // nil while a crash would leave no file
	crashed *crash.File // by a run before; nil if the window has told of it

	db      *sqlite.DB
	log     *slog.Logger
	policy  app.Policy // under which the firm is open
	earlier *Earlier   // nil where no earlier version kept the data elsewhere
	door    *xero.Door
	xero    *xero.Client
	app     *Desk
	firm    app.Firm

	hear func(xero.Exchange) // is told of Xero's answers; nil for nobody

	me       staff.Member // who acts
	password string       // with which they proved it; "" where they need not
}

func newSession(face Face) *session {
	face.Patience = cmp.Or(face.Patience, time.Minute)
	return &session{Face: face}
}

// open opens the firm's database, and finds out who acts.
func (s *session) open(ctx context.Context) error {
	if err := s.openFirm(ctx); err != nil {
		return err
	}
	return s.signIn(ctx)
}

// openToRead opens the firm to read its audit trail, even if the file is damaged: the trail may say
// who changed it.
func (s *session) openToRead(ctx context.Context) error {
	err := s.open(ctx)
	if d, ok := errors.AsType[*app.Damaged](err); ok && d.What != app.Gone {
		s.complain("%v", d)
		s.close()
		s.look = true
		err = s.open(ctx)
	}
	return err
}

// openConnected opens the firm for a command that calls Xero.
func (s *session) openConnected(ctx context.Context) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	return s.connect(ctx)
}

// openFirm opens the firm's database, whoever acts.
func (s *session) openFirm(ctx context.Context) error {
	path, err := s.ready(ctx)
	if err != nil {
		return err
	}
	log := sqlite.LogOf(path)
	s.log = slog.New(slog.NewJSONHandler(disk.NewLog(log), &slog.HandlerOptions{ReplaceAttr: crash.Causes}))
	s.watch(log)
	return s.start(ctx, path, vault.New(), xero.Config{API: string(s.common.api), Token: s.token, Heard: s.heard}, app.Firm{Name: app.UnnamedFirm, Currency: "NZD"}, "Owner", nil, witness()...)
}

// ready returns where the firm's database is under the computer's policy, in a folder that is there. It moves the folder
// there from where an earlier version kept it.
func (s *session) ready(ctx context.Context) (path string, err error) {
	if s.policy, err = s.readPolicy(); err != nil {
		return "", err
	}
	if path, err = s.pathUnder(s.policy); err != nil {
		return "", err
	}
	usual, err := place()
	if err == nil && path == usual.path {
		if err := s.moveIn(ctx, usual); err != nil {
			return "", err
		}
	}
	return path, sqlite.MakeFolder(path)
}

// moveIn makes sure that the person's own folder is where data can stay, and brings what an earlier version kept
// elsewhere. Where Windows may remove the folder when the person signs out, nothing is moved there or begun there.
func (s *session) moveIn(ctx context.Context, usual usualPlace) error {
	if usual.profile != disk.Lasting && !isFile(usual.path) {
		return noPlace(usual)
	}
	if usual.before == "" {
		return nil
	}
	moved, err := sqlite.Move(ctx, usual.before, usual.path, seenFolder)
	if err == nil && (moved || isFile(usual.before)) {
		s.earlier = &Earlier{From: filepath.Dir(usual.before), To: filepath.Dir(usual.path), Moved: moved}
		s.complain("%s", s.earlier)
	}
	return err
}

// noPlace says why a person's own folder is no place for data, and where the data of an earlier version are.
func noPlace(usual usualPlace) error {
	why := translations.Say(map[disk.Profile]string{
		disk.Roaming: "database.profile.roaming", disk.Mandatory: "database.profile.mandatory", disk.Temporary: "database.profile.temporary",
	}[usual.profile])
	if usual.before != "" && isFile(usual.before) {
		return app.Errorf(app.Unavailable, "database.profile.before", "Why", why, "File", usual.before)
	}
	return app.Errorf(app.Unavailable, "database.profile", "Why", why)
}

// Earlier is where an earlier version of Feebridge kept the person's data.
type Earlier struct {
	From, To string // the folder there, and the one that is used
	Moved    bool   // this start moved the data; else there is a database in each folder
}

func (e *Earlier) String() string {
	key := "database.two"
	if e.Moved {
		key = "database.moved"
	}
	return translations.Text(key, "From", e.From, "To", e.To)
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// readPolicy returns what is set for everybody on this computer.
func (s *session) readPolicy() (app.Policy, error) {
	if s.Policy == nil {
		return app.Policy{}, nil
	}
	return s.Policy()
}

// path returns where the firm's database is.
func (s *session) path() (string, error) {
	policy, err := s.readPolicy()
	if err != nil {
		return "", err
	}
	return s.pathUnder(policy)
}

// pathUnder returns where the firm's database is under a policy, which nobody overrides. A network drive is refused, and
// what the path of one says by itself is never touched: a share that is away takes long to answer.
func (s *session) pathUnder(policy app.Policy) (string, error) {
	if policy.Database != "" {
		if err := sqlite.RefuseNetwork(policy.Database); err != nil {
			return policy.Database, err
		}
		if s.common.db != "" && (sqlite.RefuseNetwork(s.common.db) != nil || !disk.SameFile(s.common.db, policy.Database)) {
			return "", app.Errorf(app.Forbidden, "policy.database", "Database", policy.Database, "File", policy.From)
		}
		return policy.Database, nil
	}
	path := s.common.db
	if path == "" {
		usual, err := place()
		if err != nil {
			return "", fmt.Errorf("finding your own folder: %w. Name a database with --db", err)
		}
		path = usual.path
	}
	return path, sqlite.RefuseNetwork(path)
}

// settings is disk.Settings, but in tests.
var settings = disk.Settings

// usualPlace is where the firm's database is if nobody names one.
type usualPlace struct {
	path    string
	before  string // where earlier versions kept it; "" for the same place
	profile disk.Profile
}

func place() (usualPlace, error) {
	own, err := settings()
	within := func(folder string) string { return filepath.Join(folder, "feebridge", "feebridge.db") }
	u := usualPlace{path: within(own.Folder), profile: own.Profile}
	if own.Before != "" {
		u.before = within(own.Before)
	}
	return u, err
}

// seenFolder is the folder of the witness, beside the usual place of the database.
const seenFolder = "seen"

// witness keeps, in the person's own folder, what this computer has seen of the firm's
// database.
func witness() []sqlite.Option {
	usual, err := place()
	if err != nil {
		return nil
	}
	beside := func(path string) string { return filepath.Join(filepath.Dir(path), seenFolder) }
	if usual.before == "" {
		return []sqlite.Option{sqlite.Witness(beside(usual.path))}
	}
	return []sqlite.Option{sqlite.Witness(beside(usual.path), beside(usual.before))}
}

// token returns the access token for calls to an organisation: that of the environment,
// which checks and scripts set, or the one of its consent.
func (s *session) token(ctx context.Context, t ledger.TenantID) (string, error) {
	if token, err := s.givenToken(); err != nil || token != "" {
		return token, err
	}
	return s.app.Token(ctx, t)
}

// givenToken returns the access token of the environment; "" for none. It would pass by the client ID that a policy
// sets, so under one it is for a simulated Xero alone.
func (s *session) givenToken() (string, error) {
	token := os.Getenv("FEEBRIDGE_TOKEN")
	if token != "" && s.policy.ClientID != "" && !s.common.api.here() {
		return "", app.Errorf(app.Forbidden, "policy.token", "File", s.policy.From)
	}
	return token, nil
}

// heard passes an answer of Xero's on.
func (s *session) heard(x xero.Exchange) {
	if s.hear != nil {
		s.hear(x)
	}
}

// start opens the database and makes the App. The firm, its Admin and the others are used
// only for a new database; v is nil where consents are not to be kept.
func (s *session) start(ctx context.Context, path string, v app.Vault, x xero.Config, firm app.Firm, admin string, others []string, options ...sqlite.Option) error {
	var err error
	var books app.Books
	if s.look {
		options = append(options, sqlite.LookOnly())
	} else {
		x.Log = s.log
		s.xero = xero.New(x)
		books = s.xero
	}
	if s.db, err = sqlite.Open(ctx, path, options...); err != nil {
		return err
	}
	s.door = xero.NewDoor(xero.DoorConfig{Log: s.log})
	connector := xero.NewConnector(xero.ConnectorConfig{
		Login: string(s.common.identity), Identity: string(s.common.identity), API: string(s.common.api), Door: s.door, Log: s.log,
	})
	s.app = NewDesk(app.Params{Backups: s.db, Books: books, Connector: connector, Vault: v, Paper: s.Paper, Policy: s.policy, Log: s.log}, s.db)
	if err = s.app.Open(ctx, firm, admin, others...); err != nil {
		return err
	}
	s.firm, err = s.app.Firm(ctx)
	return err
}

// connect makes sure that the organisation named in the environment is the one that
// the firm exports to. Without one there, whatever is connected stays.
func (s *session) connect(ctx context.Context) error {
	tenant := ledger.TenantID(os.Getenv("FEEBRIDGE_TENANT"))
	if token, err := s.givenToken(); err != nil || token == "" || tenant == "" {
		return err
	}
	all, err := s.app.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Default && o.Tenant.ID == tenant && o.State == app.Connected {
			return nil
		}
	}
	if _, err := s.app.Connect(ctx, s.me, app.Connection{Tenant: ledger.Tenant{ID: tenant}}); err != nil {
		return err
	}
	return s.app.ExportTo(ctx, s.me, tenant)
}

// close closes the database, where one is open, and then lets the next start have the window.
func (s *session) close() {
	if s.db != nil {
		if err := s.db.Close(); err != nil {
			s.complain("Couldn't close the database: %v", err)
		}
		s.db = nil
	}
	if s.host != nil {
		s.host.Close()
		s.host = nil
	}
}

// await returns what read reads, which may wait for a person or another program for as long as they like; or, when ctx
// ends before, why. What it waits for then is not read any more: the program is about to end.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		read T
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		read, err := read()
		answers <- answer{read, err}
	}()
	select {
	case a := <-answers:
		return a.read, a.err
	case <-ctx.Done():
		var nothing T
		return nothing, ctx.Err()
	}
}

// errSomeFailed ends a command that printed a result for each invoice.
var errSomeFailed = errors.New("some failed")

// misuse is an error of who called the program.
type misuse struct{ text string }

// Error returns what is wrong with the call.
func (m *misuse) Error() string { return m.text }

func misused(text string, args ...any) error { return &misuse{fmt.Sprintf(text, args...)} }

// advised is an error with the flag that helps.
type advised struct {
	error
	advice string
}

// Error returns the error, and on a line below it what helps.
func (a *advised) Error() string { return a.error.Error() + "\n" + a.advice }

// Unwrap returns the error without the advice.
func (a *advised) Unwrap() error { return a.error }

// end prints why a command did not do what it was asked, unless it said so already, and
// returns the exit status.
func (s *session) end(err error) int {
	var parked *app.Parked
	var trouble *app.Trouble
	var wrong *misuse
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errSomeFailed):
		return exitSomeFailed
	case errors.Is(err, context.Canceled):
		if _, told := errors.AsType[*app.Error](err); !told {
			err = errors.New(translations.Text("command.interrupted"))
		}
	}
	s.complain("%v", err)
	switch {
	case errors.As(err, &wrong):
		return exitWrongUse
	case errors.As(err, &parked), errors.As(err, &trouble), app.IsCode(err, app.Unavailable):
		return exitUnavailable
	}
	return exitSomeFailed
}
