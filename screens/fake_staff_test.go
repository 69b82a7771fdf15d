package screens

import (
	"context"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

func (f *fakeApp) Members(_ context.Context, by staff.Member) ([]staff.Member, error) {
	err := f.enter("Members")
	f.mu.Lock()
	defer f.mu.Unlock()
	all := append([]staff.Member(nil), f.staff...)
	for i, m := range all {
		if m.ID != by.ID && !by.May(staff.ManageStaff, "") {
			all[i] = staff.Member{ID: m.ID, Name: m.Name, Deactivated: m.Deactivated}
		}
	}
	return all, err
}

func (f *fakeApp) RoleClients(context.Context, staff.Member) ([]billing.Client, error) {
	err := f.enter("RoleClients")
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]billing.Client(nil), f.clients...), err
}

func (f *fakeApp) AddMember(_ context.Context, _ staff.Member, m staff.Member, password string) (staff.Member, error) {
	if err := f.enter("AddMember"); err != nil {
		return m, err
	}
	if err := staff.CheckPassword(password); err != nil {
		return m, err
	}
	if err := m.Tidy().Check(); err != nil {
		return m, err
	}
	f.mu.Lock()
	m.ID = staff.ID("s-" + m.Name)
	f.staff = append(f.staff, m)
	f.mu.Unlock()
	f.tell("staff", string(m.ID))
	return m, nil
}

func (f *fakeApp) ChangeMember(_ context.Context, _ staff.Member, m staff.Member) (staff.Member, error) {
	if err := f.enter("ChangeMember"); err != nil {
		return m, err
	}
	f.mu.Lock()
	for i := range f.staff {
		if f.staff[i].ID == m.ID {
			f.staff[i] = m.Tidy()
		}
	}
	f.mu.Unlock()
	return m.Tidy(), m.Tidy().Check()
}

func (f *fakeApp) active(method string, id staff.ID, deactivated bool) error {
	err := f.enter(method)
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.staff {
		if f.staff[i].ID == id {
			f.staff[i].Deactivated = deactivated
		}
	}
	return err
}

func (f *fakeApp) Deactivate(_ context.Context, _ staff.Member, id staff.ID) error {
	return f.active("Deactivate", id, true)
}

func (f *fakeApp) Reactivate(_ context.Context, _ staff.Member, id staff.ID) error {
	return f.active("Reactivate", id, false)
}

func (f *fakeApp) ResetPassword(_ context.Context, _ staff.Member, id staff.ID, password string) error {
	return f.password("ResetPassword", id, password)
}

func (f *fakeApp) ChangePassword(_ context.Context, by staff.Member, _, password string) error {
	return f.password("ChangePassword", by.ID, password)
}

func (f *fakeApp) password(method string, id staff.ID, password string) error {
	if err := f.enter(method); err != nil {
		return err
	}
	if err := staff.CheckPassword(password); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.passwords[id] = password
	return nil
}

func (f *fakeApp) SetTaxes(_ context.Context, _ staff.Member, _, taxes []billing.Tax) error {
	err := f.enter("SetTaxes")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing.taxes = taxes
	return err
}

func (f *fakeApp) SetBillingCodes(_ context.Context, _ staff.Member, _, codes []billing.Code) error {
	err := f.enter("SetBillingCodes")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing.codes = codes
	return err
}

func (f *fakeApp) PreviewCodes(context.Context, app.Sheet) (intake.Codes, error) {
	err := f.enter("PreviewCodes")
	f.mu.Lock()
	defer f.mu.Unlock()
	return intake.Codes{Codes: f.fileCodes, Problems: f.fileProblems, Warnings: f.fileWarnings}, err
}

func (f *fakeApp) AuditTrail(_ context.Context, _ staff.Member, q app.AuditQuery) ([]staff.Entry, error) {
	err := f.enter("AuditTrail")
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []staff.Entry
	for _, e := range f.trail {
		if !e.At.Before(q.From) {
			all = append(all, e)
		}
	}
	return all, err
}

func (f *fakeApp) VerifyAudit(context.Context, staff.Member) (app.AuditReport, error) {
	return f.report, f.enter("VerifyAudit")
}

func (f *fakeApp) Document(_ context.Context, _ staff.Member, id billing.InvoiceID) (app.Document, []app.Unshown, error) {
	err := f.enter("Document")
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.written(id)
	d := app.Document{Invoice: v.Invoice, Client: f.client(v.Client)}
	return d, unshown(d), err
}

// unshown is what a PDF lacks whose font ends where Greek and Cyrillic do.
func unshown(d app.Document) []app.Unshown {
	var all []app.Unshown
	look := func(text string, place translations.Phrase) {
		lacking := strings.Map(func(r rune) rune {
			if r < 0x0590 || r >= 0x2000 && r < 0x2100 {
				return -1
			}
			return r
		}, text)
		if lacking != "" {
			all = append(all, app.Unshown{Characters: lacking, Place: place})
		}
	}
	look(d.Client.Name, translations.Say("pdf.unshown.client-name"))
	for i, l := range d.Invoice.Lines {
		look(l.Description, translations.Say("pdf.unshown.line", "Line", i+1))
	}
	return all
}

func (f *fakeApp) Backup(_ context.Context, _ staff.Member, path string, _ bool) error {
	f.mu.Lock()
	f.copied = append(f.copied, path)
	f.mu.Unlock()
	return f.enter("Backup")
}

func (f *fakeApp) BackupState(context.Context) (app.Nightly, error) {
	return f.nightly, f.enter("BackupState")
}

func (f *fakeApp) Damage(context.Context) *app.Damaged {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.damage
}

func (f *fakeApp) SaveDamaged(context.Context, staff.Member, string) error {
	return f.enter("SaveDamaged")
}

func (f *fakeApp) LockState(context.Context) (app.LockState, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lock, nil
}

func (f *fakeApp) AllowRestore(context.Context, staff.Member, string) error {
	return f.enter("AllowRestore")
}

func (f *fakeApp) Unlock(_ context.Context, _ staff.Member, reason string) error {
	if err := f.enter("Unlock"); err != nil {
		return err
	}
	if reason == "" {
		return app.Errorf(app.Invalid, "problem.unlock-reason")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lock = app.LockState{}
	return nil
}
