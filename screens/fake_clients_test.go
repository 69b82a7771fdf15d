package screens

import (
	"context"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

func (f *fakeApp) Settings(context.Context) (app.Settings, error) {
	err := f.enter("Settings")
	f.mu.Lock()
	defer f.mu.Unlock()
	return app.Settings{Firm: f.writing.firm, Taxes: f.writing.taxes, Codes: f.writing.codes}, err
}

func (f *fakeApp) Lookalikes(_ context.Context, _ staff.Member, c billing.Client) ([]billing.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var alike []billing.Client
	for _, other := range f.clients {
		if other.ID != c.ID && billing.PlainName(other.Name) == billing.PlainName(c.Name) {
			alike = append(alike, other)
		}
	}
	return alike, nil
}

func (f *fakeApp) SaveClient(_ context.Context, _ staff.Member, c billing.Client) (billing.Client, error) {
	if err := f.enter("SaveClient"); err != nil {
		return c, err
	}
	f.mu.Lock()
	if c.Code == "" {
		c.Code = billing.SuggestCode(c.Name)
	}
	err := c.Check()
	if err == nil && c.ID == "" {
		c.ID = billing.ClientID("new" + c.Code)
		f.clients = append(f.clients, c)
	}
	for i := range f.clients {
		if err == nil && f.clients[i].ID == c.ID {
			f.clients[i] = c
		}
	}
	f.mu.Unlock()
	f.tell("client", string(c.ID))
	return c, err
}

func (f *fakeApp) ArchiveClient(_ context.Context, _ staff.Member, id billing.ClientID, archived bool) error {
	err := f.enter("ArchiveClient")
	f.mu.Lock()
	for i := range f.clients {
		if f.clients[i].ID == id {
			f.clients[i].Archived = archived
		}
	}
	f.mu.Unlock()
	f.tell("client", string(id))
	return err
}
