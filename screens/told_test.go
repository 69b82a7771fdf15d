package screens

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"feebridge/app/staff"
)

func TestACrashIsToldWithItsFile(t *testing.T) {
	b := newDesk(t, newFake().fill(24))
	var did []string
	b.crash = &Crash{
		At: fakeNow.Add(-48 * time.Hour), Text: "the crash file",
		Show: func() { did = append(did, "show") }, Told: func() { did = append(did, "told") },
	}
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	told := "Feebridge crashed (" + b.w.moment(b.crash.At) + "). The crash file, which names no clients, helps to find out why."
	b.see(told)
	b.tap("action.show")
	b.tap("crash.copy")
	b.settle()
	if copied := fyne.CurrentApp().Clipboard().Content(); copied != "the crash file" {
		t.Errorf("this was copied: %q", copied)
	}
	b.see("Copied. Paste it into a message to whoever helps you.", told)
	if diff := cmp.Diff([]string{"told", "show"}, did); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.leave(0)
	b.notSee("Feebridge crashed")
	if b.w.billing.told.Visible() {
		t.Error("an empty line stays where it was told")
	}
}

// leave closes a strip of what is told of the start.
func (b *trial) leave(i int) {
	b.Helper()
	line := b.w.billing.told.Objects[i].(*fyne.Container).Objects[1].(*fyne.Container)
	test.Tap(line.Objects[len(line.Objects)-1].(*button)) // the cross
	b.settle()
}

func TestItIsToldWhereTheDataIsAndStaysClosed(t *testing.T) {
	b := newDesk(t, newFake().fill(24))
	var did []string
	b.crash = &Crash{At: fakeNow, Show: func() {}, Told: func() {}}
	b.earlier = &Earlier{
		Text: "Your data was moved.",
		Show: func() { did = append(did, "show") }, Left: func() { did = append(did, "left") },
	}
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	b.see("Feebridge crashed", "Your data was moved.")
	line := b.w.billing.told.Objects[1].(*fyne.Container).Objects[1].(*fyne.Container)
	test.Tap(line.Objects[1].(*button)) // Show
	b.leave(1)
	b.see("Feebridge crashed")
	b.notSee("Your data was moved.")
	if diff := cmp.Diff([]string{"show", "left"}, did); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWithoutACrashNoneIsTold(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.notSee("crashed", "Copy for support")
	if b.w.billing.told.Visible() {
		t.Error("an empty line stands above the footer")
	}
}
