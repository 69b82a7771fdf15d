package instance

import (
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// TestAStartAsAdministratorIsReached holds for what a start leaves to be found: without rights of its own it would have
// those of the process, and an administrator's leave out the person's other processes.
func TestAStartAsAdministratorIsReached(t *testing.T) {
	database := filepath.Join(t.TempDir(), "firm.db")
	w := open(t, database)
	me, err := person()
	if err != nil {
		t.Fatal(err)
	}
	name, err := windows.UTF16PtrFromString(mutexName(me, nameOf(database)))
	if err != nil {
		t.Fatal(err)
	}
	mutex, err := windows.OpenMutex(windows.READ_CONTROL, false, name)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(mutex)
	for what, handle := range map[string]windows.Handle{"the mutex": mutex, "the pipe": w.listener.(*pipe).next} {
		is, err := windows.GetSecurityInfo(handle, windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
		if err != nil {
			t.Fatal(err)
		}
		owner, _, err := is.Owner()
		if err != nil || owner.String() != me {
			t.Errorf("%s belongs to %v, %v; want %s", what, owner, err, me)
		}
		who, _, err := is.DACL()
		if err != nil || who == nil || who.AceCount != 1 {
			t.Errorf("%s is open to others: %s, %v", what, is, err)
			continue
		}
		var one *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(who, 0, &one); err != nil {
			t.Fatal(err)
		}
		if sid := (*windows.SID)(unsafe.Pointer(&one.SidStart)); one.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE || sid.String() != me {
			t.Errorf("%s is open to %s, want %s", what, sid, me)
		}
	}
}
