package apptest

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"feebridge/data"
)

// EmptyDatabase is a database with its schema and nothing in it: most of the time of a
// small test would go into the migrations.
var EmptyDatabase = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "feebridge-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "empty.db")
	db, err := data.Open(context.Background(), path)
	if err != nil {
		panic(err)
	}
	if err := db.Close(); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
})
