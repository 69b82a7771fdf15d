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

	"fyne.io/fyne/v2"
	"golang.org/x/sys/windows"
)

// toast is the script that shows a notification of Windows. It has no text in it, and so no text is
// ever run: PowerShell reads it from the environment. The toolkit would write it into the script,
// where a dollar sign or a quote begins something else.
const toast = `
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$lines = $xml.GetElementsByTagName('text')
$null = $lines.Item(0).AppendChild($xml.CreateTextNode($env:FEEBRIDGE_TITLE))
$null = $lines.Item(1).AppendChild($xml.CreateTextNode($env:FEEBRIDGE_TEXT))
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($env:FEEBRIDGE_APP).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`

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
