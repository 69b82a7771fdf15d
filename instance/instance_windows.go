package instance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// screen is the session in which a person sees the window: at the computer, or over Remote Desktop.
func screen() string {
	var session uint32
	_ = windows.ProcessIdToSessionId(windows.GetCurrentProcessId(), &session) // of this process itself
	return fmt.Sprint(session)
}

// take makes the pipe of the name. Who has the mutex has the name: Windows lets go of it with the
// process, and nobody in another session sees it.
func take(_ context.Context, name string) (*Host, error) {
	me, err := person()
	if err != nil {
		return nil, err
	}
	called, err := windows.UTF16PtrFromString(mutexName(me, name))
	if err != nil {
		return nil, err
	}
	rights, err := rightsOf(me)
	if err != nil {
		return nil, err
	}
	mutex, err := windows.CreateMutex(rights, false, called)
	if errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		_ = windows.CloseHandle(mutex)
		return nil, errTaken
	} else if err != nil {
		return nil, err
	}
	release := func() { _ = windows.CloseHandle(mutex) }
	p, err := listenAt(pipeName(me, name), rights)
	if err != nil {
		release()
		return nil, err
	}
	return &Host{p, release}, nil
}

// rightsOf makes a thing the person's, and nobody else may open it. Without them, what a start as administrator makes
// would be closed to the person's other starts.
func rightsOf(person string) (*windows.SecurityAttributes, error) {
	rights, err := windows.SecurityDescriptorFromString(fmt.Sprintf("O:%[1]sD:P(A;;GA;;;%[1]s)", person))
	if err != nil {
		return nil, err
	}
	return &windows.SecurityAttributes{Length: uint32(unsafe.Sizeof(windows.SecurityAttributes{})), SecurityDescriptor: rights}, nil
}

// listenAt makes a pipe.
func listenAt(name string, rights *windows.SecurityAttributes) (p *pipe, err error) {
	p = &pipe{name: name, rights: rights}
	if p.closing, err = windows.CreateEvent(nil, 1, 0, nil); err != nil {
		return nil, err
	}
	if p.next, err = p.make(windows.FILE_FLAG_FIRST_PIPE_INSTANCE); err != nil {
		_ = windows.CloseHandle(p.closing)
		return nil, err
	}
	return p, nil
}

// pipe is a listener at a named pipe. It always has an end that the next caller finds, so that the
// name stays taken.
type pipe struct {
	name    string
	rights  *windows.SecurityAttributes
	closing windows.Handle // an event

	mu     sync.Mutex
	next   windows.Handle // the end for the next caller
	closed bool
}

// make makes an end, which nobody reaches over the network.
func (p *pipe) make(flags uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(p.name)
	if err != nil {
		return 0, err
	}
	return windows.CreateNamedPipe(name, windows.PIPE_ACCESS_DUPLEX|windows.FILE_FLAG_OVERLAPPED|flags,
		windows.PIPE_TYPE_BYTE|windows.PIPE_REJECT_REMOTE_CLIENTS, windows.PIPE_UNLIMITED_INSTANCES, 512, 512, 0, p.rights)
}

func (p *pipe) accept() (conn, error) {
	p.mu.Lock()
	end, closed := p.next, p.closed
	p.mu.Unlock()
	if closed {
		return nil, net.ErrClosed
	}
	if err := p.await(end); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, net.ErrClosed
	}
	next, err := p.make(0)
	if err != nil {
		return nil, err
	}
	p.next = next
	return os.NewFile(uintptr(end), p.name), nil
}

// await waits until a caller is at an end, or the pipe is closed.
func (p *pipe) await(end windows.Handle) error {
	event, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(event)
	waiting := windows.Overlapped{HEvent: event}
	switch err := windows.ConnectNamedPipe(end, &waiting); {
	case errors.Is(err, windows.ERROR_PIPE_CONNECTED), errors.Is(err, windows.ERROR_NO_DATA): // and hung up
		return nil
	case !errors.Is(err, windows.ERROR_IO_PENDING):
		return err
	}
	which, err := windows.WaitForMultipleObjects([]windows.Handle{event, p.closing}, false, windows.INFINITE)
	if err == nil && which == windows.WAIT_OBJECT_0 {
		return nil
	}
	_ = windows.CancelIoEx(end, &waiting)
	var n uint32
	_ = windows.GetOverlappedResult(end, &waiting, &n, true) // until Windows has let go of it
	if err == nil {
		err = net.ErrClosed
	}
	return err
}

// Close ends the wait for a caller and gives the name back.
func (p *pipe) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return net.ErrClosed
	}
	p.closed = true
	_ = windows.SetEvent(p.closing)
	return windows.CloseHandle(p.next)
}

// dial opens the pipe, if it is this person's: on a server anybody can make one of that name. It
// lets the process at its other end come to the front, which Windows allows only to the program that
// the person used last, or to whom that one names.
func dial(_ context.Context, name string) (conn, error) {
	me, err := person()
	if err != nil {
		return nil, err
	}
	path, err := windows.UTF16PtrFromString(pipeName(me, name))
	if err != nil {
		return nil, err
	}
	const anonymous = windows.SECURITY_SQOS_PRESENT | windows.SECURITY_ANONYMOUS // the other end learns nothing of this person
	end, err := windows.CreateFile(path, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_OVERLAPPED|anonymous, 0)
	if err != nil {
		return nil, err
	}
	is, err := windows.GetSecurityInfo(end, windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err == nil {
		var owner *windows.SID
		if owner, _, err = is.Owner(); err == nil && owner.String() != me {
			err = errors.New("the pipe is another person's")
		}
	}
	if err != nil {
		_ = windows.CloseHandle(end)
		return nil, err
	}
	var process uint32
	if windows.GetNamedPipeServerProcessId(end, &process) == nil {
		_, _, _ = allowSetForegroundWindow.Call(uintptr(process)) // else its button on the taskbar blinks
	}
	return os.NewFile(uintptr(end), name), nil
}

var allowSetForegroundWindow = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow")

func mutexName(person, name string) string { return `Local\feebridge-` + person + "-" + name }

func pipeName(person, name string) string { return `\\.\pipe\feebridge-` + person + "-" + name }

// person is who runs this process, as Windows names them.
func person() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", err
	}
	return user.User.Sid.String(), nil
}
