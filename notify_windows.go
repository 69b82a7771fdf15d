package main

import (
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
	"unicode/utf16"
	"unsafe"

	"fyne.io/fyne/v2"
	"golang.org/x/sys/windows"
)

// toast is the script that shows a notification of Windows. It has no text in it, and so no text is
// ever run: PowerShell reads it from the environment. The toolkit would write it into the script,
// where a dollar sign or a quote begins something else. The texts go into an XML document of .NET, which escapes them:
// the elements of Windows' own one are not dependable in PowerShell.
const toast = `
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$null = [Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom, ContentType = WindowsRuntime]
$template = [xml] [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02).GetXml()
$lines = $template.GetElementsByTagName('text')
$null = $lines.Item(0).AppendChild($template.CreateTextNode($env:FEEBRIDGE_TITLE))
$null = $lines.Item(1).AppendChild($template.CreateTextNode($env:FEEBRIDGE_TEXT))
$xml = New-Object Windows.Data.Xml.Dom.XmlDocument
$xml.LoadXml($template.OuterXml)
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($env:FEEBRIDGE_APP).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`

var setAppUserModelID = windows.NewLazySystemDLL("shell32.dll").NewProc("SetCurrentProcessExplicitAppUserModelID")

// identify has the windows of this process under one button of the taskbar with those that the Start menu opened. Its
// shortcut has the same identity, but a link or another window start the program without it.
func identify() error {
	id, err := windows.UTF16PtrFromString(appID)
	if err == nil {
		err = setAppUserModelID.Find()
	}
	if err != nil {
		return err
	}
	if result, _, _ := setAppUserModelID.Call(uintptr(unsafe.Pointer(id))); result != 0 {
		return windows.Errno(result)
	}
	return nil
}

// notify returns what tells something through Windows, without making the window wait.
func notify(fyne.App) func(title, text string) {
	return func(title, text string) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		show, err := toastCommand(ctx, title, text)
		if err != nil {
			cancel()
			return
		}
		go func() {
			defer cancel()
			_ = show.Run() // best effort
		}()
	}
}

// toastCommand is Windows' own PowerShell, which shows a notification under the name of the program's
// shortcut.
func toastCommand(ctx context.Context, title, text string) (*exec.Cmd, error) {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return nil, err
	}
	show := exec.CommandContext(ctx, filepath.Join(system, `WindowsPowerShell\v1.0\powershell.exe`),
		"-NoProfile", "-NonInteractive", "-EncodedCommand", encoded(toast))
	show.Env = append(os.Environ(), "FEEBRIDGE_APP="+appID, "FEEBRIDGE_TITLE="+title, "FEEBRIDGE_TEXT="+text)
	show.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	return show, nil
}

// encoded is a script as PowerShell takes it on the command line.
func encoded(script string) string {
	var bytes []byte
	for _, unit := range utf16.Encode([]rune(script)) {
		bytes = append(bytes, byte(unit), byte(unit>>8))
	}
	return base64.StdEncoding.EncodeToString(bytes)
}
