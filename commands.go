package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/natefinch/lumberjack.v2"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/data/paper"
	"feebridge/data/sqlite"
	"feebridge/data/vault"
	"feebridge/xero"
)

// The exit statuses.
const (
	exitDone        = 0
	exitSomeFailed  = 1 // each is named
	exitWrongUse    = 2
	exitUnavailable = 3 // offline, a limit, not connected
)

// command is one word after feebridge.
type command struct {
	name  string
	usage string // its arguments
	about string
	flags func(*flag.FlagSet, *options)
	run   func(context.Context, *session, []string) int
}

func commands() []command {
	return []command{
		{"import", "FILE.csv|.xlsx", "import invoices in the columns of Xero's sales invoice template, all or none", importFlags, importFile},
		{"finalize", "NUMBER...", "make drafts ready for export", nil, finalize},
		{"export", "--number NUMBER... | --all", "export finalized invoices to Xero", exportFlags, exportInvoices},
		{"refresh", "", "read what became of the exported invoices in Xero, and tell what changed", nil, refresh},
		{"redraft", "NUMBER...", "take invoices back to draft; what Xero holds unapproved is deleted there", nil, redraft},
		{"replace", "NUMBER", "replace a closed invoice: out of force in Xero, deleted here, a new draft", replaceFlags, replaceInvoice},
		{"connect", "", "sign in to Xero and connect an organisation", connectFlags, connectXero},
		{"disconnect", "[ORGANISATION]", "end the connection to an organisation", nil, disconnectXero},
		{"organisations", "", "list the connected organisations", organisationsFlags, organisations},
		{"mapping", "show|set [ORGANISATION]", "print how invoices stand in Xero, or change it", nil, mapping},
		{"list", "", "list the invoices", listFlags, list},
		{"show", "NUMBER", "show one invoice", nil, show},
		{"staff", "list|add|set|deactivate|reactivate|password [NAME]", "list the staff, or change who may do what", staffFlags, manageStaff},
		{"audit", "verify|list", "check the audit trail, or list it", auditFlags, auditTrail},
		{"backup", "FILE", "write a verified copy of the firm's database", backupFlags, backUp},
		{"restore", "FILE", "put a backup in the place of the firm's database", nil, restoreBackup},
		{"reconcile", "", "compare a restored or copied database with Xero, which unlocks it", reconcileFlags, reconcile},
		{"sim", "", "run the simulated Xero alone", simFlags, simulate},
	}
}

// options are what the flags say.
type options struct {
	db, api, identity string
	json              bool

	as         string
	passwordFD descriptor

	demo bool
	tour string

	amounts, dates string
	finalize       bool

	numbers words
	all     bool
	void    bool

	to string

	noBrowser     bool
	clientID      string
	organisations words
	exportTo      string
	client        string

	staff staffOptions
	audit auditOptions

	backup backupOptions

	sim simOptions
}

// words is a flag that may be given more than once.
type words []string

func (w *words) String() string     { return strings.Join(*w, " ") }
func (w *words) Set(s string) error { *w = append(*w, s); return nil }

// run does what the arguments say and returns the exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	s := &session{out: out, errs: errs}
	name := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	c, ok := findCommand(name)
	if !ok {
		fmt.Fprintf(errs, "feebridge: there is no command %q.\n\n", name)
		usage(errs)
		return exitWrongUse
	}
	flags := flag.NewFlagSet("feebridge "+c.name, flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() { commandUsage(errs, c, flags) }
	s.options.register(flags)
	if c.flags != nil {
		c.flags(flags, &s.options)
	}
	words, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		return exitWrongUse
	}
	defer s.close()
	return c.run(ctx, s, words)
}

func findCommand(name string) (command, bool) {
	if name == "" {
		return command{about: "open the window", flags: windowFlags, run: openWindow}, true
	}
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// parse takes flags anywhere on the line, and returns the words between them. What
// follows a double dash is words.
func parse(flags *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if len(rest) == 0 {
			return words, nil
		}
		if parsed := len(args) - len(rest); parsed > 0 && args[parsed-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}

func (o *options) register(flags *flag.FlagSet) {
	flags.StringVar(&o.db, "db", "", "the firm's database `FILE` (default: feebridge.db in your settings folder)")
	flags.StringVar(&o.api, "api", "", "`URL` of the Accounting API (default: Xero's own)")
	flags.StringVar(&o.identity, "identity", "", "`URL` of Xero's sign-in (default: Xero's own)")
	flags.BoolVar(&o.json, "json", false, "print one JSON object a line")
	flags.StringVar(&o.as, "as", "", "act as the member of staff with that `NAME` or e-mail address; the password is asked for on the terminal")
	flags.Var(&o.passwordFD, "password-fd", "read the password as one line from that file `DESCRIPTOR` instead (0 is the standard input)")
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Usage: feebridge [COMMAND] [FLAGS]; without a command it opens the window.")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-13s %s\n", c.name, c.about)
	}
	fmt.Fprintln(w, "\nfeebridge COMMAND --help tells more of one.")
}

func commandUsage(w io.Writer, c command, flags *flag.FlagSet) {
	if c.name == "" {
		usage(w)
	} else {
		fmt.Fprintf(w, "Usage: feebridge %s %s: %s\n", c.name, c.usage, c.about)
	}
	fmt.Fprintln(w, "\nFlags, anywhere on the line:")
	flags.PrintDefaults()
}

// printPaper makes the PDF of an invoice.
func printPaper(d app.Document) ([]byte, error) {
	var b bytes.Buffer
	err := paper.Write(&b, d)
	return b.Bytes(), err
}

// session is one run of the program: its options, its output, and the firm once it is open.
type session struct {
	options options
	out     io.Writer
	errs    io.Writer

	db   *sqlite.DB
	log  *slog.Logger
	door *xero.Door
	app  *app.App
	firm app.Firm

	me       staff.Member // who acts
	password string       // with which she proved it; "" where she need not
}

// open opens the firm's database, and finds out who acts.
func (s *session) open(ctx context.Context) error {
	if err := s.openFirm(ctx); err != nil {
		return err
	}
	return s.signIn(ctx)
}

// openFirm opens the firm's database, whoever acts.
func (s *session) openFirm(ctx context.Context) error {
	path, err := s.path()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of the database: %w", err)
	}
	s.log = slog.New(slog.NewJSONHandler(&lumberjack.Logger{
		Filename: strings.TrimSuffix(path, filepath.Ext(path)) + ".log", MaxSize: 10, MaxBackups: 3,
	}, nil))
	return s.start(ctx, path, vault.New(), xero.Config{API: s.options.api, Token: s.token}, app.Firm{Name: "My firm", Currency: "NZD"}, "Owner")
}

// path returns where the firm's database is.
func (s *session) path() (string, error) {
	if s.options.db != "" {
		return s.options.db, nil
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding your settings folder: %w. Name a database with --db", err)
	}
	return filepath.Join(folder, "feebridge", "feebridge.db"), nil
}

// token returns the access token for calls to an organisation: that of the environment,
// which checks and scripts set, or the one of its sign-in.
func (s *session) token(ctx context.Context, t ledger.TenantID) (string, error) {
	if token := os.Getenv("FEEBRIDGE_TOKEN"); token != "" {
		return token, nil
	}
	return s.app.Token(ctx, t)
}

// start opens the database and makes the App. firm and admin are used only for a new
// database; v is nil where sign-ins are not to be kept.
func (s *session) start(ctx context.Context, path string, v app.Vault, x xero.Config, firm app.Firm, admin string) error {
	var err error
	if s.db, err = sqlite.Open(ctx, path); err != nil {
		return err
	}
	x.Log = s.log
	s.door = xero.NewDoor(xero.DoorConfig{Log: s.log})
	connector := xero.NewConnector(xero.ConnectorConfig{
		Login: s.options.identity, Identity: s.options.identity, API: s.options.api, Door: s.door, Log: s.log,
	})
	s.app = app.New(app.Params{Store: s.db, Copier: s.db, Books: xero.New(x), Connector: connector, Vault: v, Print: printPaper, Log: s.log})
	if err = s.app.Open(ctx, firm, admin); err != nil {
		return err
	}
	s.firm, err = s.app.Firm(ctx)
	return err
}

// connect makes sure that the organisation named in the environment is the one that
// the firm exports to. Without one there, whatever is connected stays.
func (s *session) connect(ctx context.Context) error {
	tenant := ledger.TenantID(os.Getenv("FEEBRIDGE_TENANT"))
	if tenant == "" || os.Getenv("FEEBRIDGE_TOKEN") == "" {
		return nil
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

func (s *session) close() {
	if s.db != nil {
		if err := s.db.Close(); err != nil {
			fmt.Fprintln(s.errs, "feebridge: closing the database:", err)
		}
	}
}

// fail prints an error and returns the exit status that fits it.
func (s *session) fail(err error) int {
	fmt.Fprintln(s.errs, "feebridge:", err)
	var parked *app.Parked
	var trouble *app.Trouble
	var wrong *misuse
	switch {
	case errors.As(err, &wrong):
		return exitWrongUse
	case errors.As(err, &parked), errors.As(err, &trouble), app.IsCode(err, app.Unavailable):
		return exitUnavailable
	}
	return exitSomeFailed
}

// misuse is an error of who called the program.
type misuse struct{ text string }

// Error returns what is wrong with the call.
func (m *misuse) Error() string { return m.text }

func (s *session) wrongUse(text string, args ...any) int {
	fmt.Fprintf(s.errs, "feebridge: "+text+"\n", args...)
	return exitWrongUse
}

// print prints one object a line with --json, else the text.
func (s *session) print(object any, text string, args ...any) {
	if !s.options.json {
		fmt.Fprintf(s.out, text+"\n", args...)
		return
	}
	line, err := json.Marshal(object)
	if err != nil {
		fmt.Fprintln(s.errs, "feebridge:", err)
		return
	}
	fmt.Fprintf(s.out, "%s\n", line)
}
