package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"

	"feebridge/app/apptest/deadline"
	"feebridge/screens"
)

// chosen is what a person chose in the dialog.
type chosen struct {
	path string
	err  error
}

var (
	enumWindows     = user32.NewProc("EnumWindows")
	getWindowText   = user32.NewProc("GetWindowTextW")
	isWindowVisible = user32.NewProc("IsWindowVisible")
)

// choosing shows the dialog without a window below it.
func choosing(ctx context.Context, q screens.FileQuestion) <-chan chosen {
	done := make(chan chosen, 1)
	go func() {
		path, err := chooseFile(ctx, 0, q)
		done <- chosen{path, err}
	}()
	return done
}

// press presses OK in the dialog with the title, as soon as it is there.
func press(t *testing.T, title string) {
	t.Helper()
	var dialog uintptr
	find := syscall.NewCallback(func(window uintptr, _ uintptr) uintptr {
		text := make([]uint16, 100)
		_, _, _ = getWindowText.Call(window, uintptrOf(text), uintptr(len(text)))
		visible, _, _ := isWindowVisible.Call(window)
		if visible != 0 && windows.UTF16ToString(text) == title {
			dialog = window
			return 0
		}
		return 1
	})
	for overdue := time.After(deadline.Thing); dialog == 0; {
		_, _, _ = enumWindows.Call(find, 0)
		select {
		case <-time.After(50 * time.Millisecond):
		case <-overdue:
			t.Fatalf("no dialog %q within %v", title, deadline.Thing)
		}
	}
	const wmCommand, ok = 0x111, 1
	_, _, _ = postMessage.Call(dialog, wmCommand, ok, 0)
}

func TestExplorersDialogTellsWhatWasChosen(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	want := filepath.Join(folder, "Rechnung für Ōtara.csv")
	done := choosing(t.Context(), screens.FileQuestion{Title: "Save the list", Endings: []string{".csv"}, Save: want})
	press(t, "Save the list")
	if got := deadline.Receive(t, done, "the choice"); got.err != nil || !strings.EqualFold(got.path, want) {
		t.Errorf("%+v was chosen, want %s", got, want)
	}
	if here, err := os.Getwd(); err != nil || !strings.EqualFold(here, folder) {
		t.Errorf("the process is in %s now, %v", here, err)
	}
}

func TestExplorersDialogIsClosedWithTheWindow(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := choosing(ctx, screens.FileQuestion{Title: "Open a file", Endings: []string{".csv", ".xlsx"}})
	cancel()
	if got := deadline.Receive(t, done, "the end of the dialog"); got != (chosen{}) {
		t.Errorf("%+v was chosen", got)
	}
}

func TestTheFilterOfExplorersDialog(t *testing.T) {
	got := string(utf16.Decode(filterFor([]string{".csv", ".xlsx"}, "All files")))
	if want := "*.csv;*.xlsx\x00*.csv;*.xlsx\x00All files\x00*.*\x00\x00"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func uintptrOf(text []uint16) uintptr { return uintptr(unsafe.Pointer(&text[0])) }
