package data

import (
	"slices"
	"sync"
)

// observers are what tests put between a Store and its database.
type observers struct {
	mu         sync.Mutex
	statements []*func() func(query string, run func() error) error
	commits    []*func(commit func() error) error
}

// OnStatement lets a test see every statement, or take its place. begin is called at the
// beginning of every transaction; what it returns is called in the place of each statement of
// that transaction, with the query in the engine's SQL. run asks the database, and hands over the
// rows; its error is the database's. Until end is called.
func (s *Store) OnStatement(begin func() func(query string, run func() error) error) (end func()) {
	return observe(&s.observers.mu, &s.observers.statements, begin)
}

// OnCommit lets a test take the place of every commit, until end is called.
func (s *Store) OnCommit(around func(commit func() error) error) (end func()) {
	return observe(&s.observers.mu, &s.observers.commits, around)
}

func observe[T any](mu *sync.Mutex, all *[]*T, one T) (end func()) {
	mu.Lock()
	defer mu.Unlock()
	*all = append(*all, &one)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		*all = slices.DeleteFunc(slices.Clone(*all), func(other *T) bool { return other == &one })
	}
}

// begin returns what observes the statements of a new transaction.
func (o *observers) begin() (all []func(query string, run func() error) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, begin := range o.statements {
		all = append(all, (*begin)())
	}
	return all
}

// commit commits, as those who observe it let it.
func (o *observers) commit(commit func() error) error {
	o.mu.Lock()
	all := slices.Clone(o.commits)
	o.mu.Unlock()
	for _, around := range all {
		inner := commit
		commit = func() error { return (*around)(inner) }
	}
	return commit()
}
