package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf16"
	"unsafe"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"

	"feebridge/screens"
)

// chooser returns Explorer's own file dialog, which knows the shares and places that a person has.
func chooser(w fyne.Window) screens.FileChooser {
	return func(ctx context.Context, q screens.FileQuestion) (string, error) {
		owner := make(chan uintptr, 1)
		screens.Soon(func() { owner <- handleOf(w) })
		select {
		case over := <-owner:
			return chooseFile(ctx, over, q)
		case <-ctx.Done():
			return "", nil
		}
	}
}

// handleOf returns what Windows calls a window; 0 where it is not shown.
func handleOf(w fyne.Window) (handle uintptr) {
	if native, ok := w.(driver.NativeWindow); ok {
		native.RunNative(func(context any) {
			if c, ok := context.(driver.WindowsWindowContext); ok {
				handle = c.HWND
			}
		})
	}
	return handle
}

// fileDialog is OPENFILENAMEW.
type fileDialog struct {
	size                    uint32
	owner, instance         uintptr
	filter, customFilter    *uint16
	maxCustom, filterIndex  uint32
	file                    *uint16
	maxFile                 uint32
	fileTitle               *uint16
	maxFileTitle            uint32
	initialDir, title       *uint16
	flags                   uint32
	fileOffset, fileExt     uint16
	defaultEnding           *uint16
	custom, hook            uintptr
	template                *uint16
	reserved                uintptr
	reserved2, furtherFlags uint32
}

const (
	mustExist    = 0x1000     // OFN_FILEMUSTEXIST
	askOverwrite = 0x2        // OFN_OVERWRITEPROMPT
	pathExists   = 0x800      // OFN_PATHMUSTEXIST
	stayHere     = 0x8        // OFN_NOCHANGEDIR: the folder of the process stays what it is
	noReadOnly   = 0x4        // OFN_HIDEREADONLY
	explorer     = 0x80000    // OFN_EXPLORER
	sizable      = 0x800000   // OFN_ENABLESIZING
	notRecent    = 0x02000000 // OFN_DONTADDTORECENT: what is in a firm's files is nobody else's business
	longest      = 1 << 15    // characters of a path
)

var (
	user32              = windows.NewLazySystemDLL("user32.dll")
	enumThreadWindows   = user32.NewProc("EnumThreadWindows")
	isIconic            = user32.NewProc("IsIconic")
	postMessage         = user32.NewProc("PostMessageW")
	setForegroundWindow = user32.NewProc("SetForegroundWindow")
	showWindow          = user32.NewProc("ShowWindow")

	comdlg32             = windows.NewLazySystemDLL("comdlg32.dll")
	commDlgExtendedError = comdlg32.NewProc("CommDlgExtendedError")
	getOpenFileName      = comdlg32.NewProc("GetOpenFileNameW")
	getSaveFileName      = comdlg32.NewProc("GetSaveFileNameW")

	closeWindowFor = sync.OnceValue(func() uintptr {
		return syscall.NewCallback(func(window windows.HWND, _ uintptr) uintptr {
			const wmClose = 0x10
			_, _, _ = postMessage.Call(uintptr(window), wmClose, 0, 0)
			return 1
		})
	})
)

// chooseFile shows the dialog over a window, which takes no keys and clicks meanwhile and is drawn as
// ever: the dialog has a thread of its own.
func chooseFile(ctx context.Context, owner uintptr, q screens.FileQuestion) (string, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED) == nil { // Explorer's parts want it
		defer windows.CoUninitialize()
	}
	path := make([]uint16, longest)
	copy(path[:longest-1], utf16.Encode([]rune(q.Save)))
	title, err := windows.UTF16PtrFromString(q.Title)
	if err != nil {
		return "", err
	}
	d := fileDialog{
		owner: owner, file: &path[0], maxFile: longest, title: title, filter: &filterFor(q.Endings, q.All)[0],
		flags: pathExists | stayHere | noReadOnly | explorer | sizable | notRecent,
	}
	d.size = uint32(unsafe.Sizeof(d))
	show := getOpenFileName
	if q.Save != "" {
		show = getSaveFileName
		d.flags |= askOverwrite
		if d.defaultEnding, err = windows.UTF16PtrFromString(strings.TrimPrefix(filepath.Ext(q.Save), ".")); err != nil {
			return "", err
		}
	} else {
		d.flags |= mustExist
	}
	closed := make(chan struct{})
	defer close(closed)
	thread := uintptr(windows.GetCurrentThreadId())
	stop := context.AfterFunc(ctx, func() { closeWindowsOf(thread, closed) })
	defer stop()
	if chosen, _, _ := show.Call(uintptr(unsafe.Pointer(&d))); chosen != 0 {
		return windows.UTF16ToString(path), nil
	}
	if why, _, _ := commDlgExtendedError.Call(); why != 0 {
		return "", fmt.Errorf("CommDlgExtendedError %#x", why)
	}
	return "", nil
}

// closeWindowsOf closes the windows of a thread, as soon as there are any, until it needs none.
func closeWindowsOf(thread uintptr, closed <-chan struct{}) {
	for {
		_, _, _ = enumThreadWindows.Call(thread, closeWindowFor(), 0)
		select {
		case <-closed:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// filterFor lists the files with these endings, and then all, as every file is called.
func filterFor(endings []string, all string) []uint16 {
	patterns := make([]string, len(endings))
	for i, e := range endings {
		patterns[i] = "*" + e
	}
	fitting := strings.Join(patterns, ";")
	var list []uint16
	for _, text := range []string{fitting, fitting, all, "*.*"} {
		list = append(append(list, utf16.Encode([]rune(text))...), 0)
	}
	return append(list, 0)
}
