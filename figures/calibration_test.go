//go:build figures

package figures

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"image/color"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	_ "modernc.org/sqlite" // the engine that data uses

	"feebridge/command"
)

// How long something takes depends on the machine, and on what else the machine does in
// that hour. So pieces of work that never change are timed beside every figure, and a
// figure is held to its bound at the pace of the machine on which the bounds were chosen:
// there a bound in milliseconds means what it says; where the work takes twice as long, a
// figure may take twice as long, too.

// loops is how long each piece of fixed work takes, in milliseconds.
type loops struct {
	Go     float64 // to fold, hash and sort texts
	CPU    float64 // of that, as the processor counts it, whatever else it does meanwhile
	SQLite float64 // to write and read a table
	GL     float64 // to paint a window of texts; 0 where there is no window
}

// reference is the pace for which the bounds were chosen, in seconds, before there were
// loops: that of a virtual machine with 2 processors, which draws in software. It is what
// TestPace printed there as the medians of 40 calibrations, in three of four runs within 2 %,
// while the machine did nothing else; in an hour in which others worked there, too, it
// printed two to four times as much.
var reference = loops{Go: 34, CPU: 38, SQLite: 37, GL: 13.5}

// TestPace prints how long the loops take here: it is how the reference was found.
func TestPace(t *testing.T) {
	f := &figures{T: t}
	for i, one := range f.open("pace", "", 1)[0] {
		fmt.Println(i, one.Loops)
	}
}

// playPace times the loops again and again, in a window that has nothing but the scene.
func playPace(ctx context.Context) (readings, error) {
	const times = 40
	st := newStage(command.Opened{})
	r := readings{}
	err := st.run(ctx, func(ctx context.Context) error {
		time.Sleep(time.Second) // for the window to come up
		var all []loops
		for range times {
			l := calibrate(ctx)
			l.GL = st.calibrateGL()
			all = append(all, l)
		}
		of := func(loop func(loops) float64) []float64 {
			values := make([]float64, times)
			for i, l := range all {
				values[i] = loop(l)
			}
			slices.Sort(values)
			return values
		}
		goes, cpu, sqlite, gl := of(goWork), of(cpuWork), of(func(l loops) float64 { return l.SQLite }), of(glWork)
		for what, i := range map[string]int{"least": 0, "median": times / 2, "most": times - 1} {
			r[what] = reading{Loops: loops{goes[i], cpu[i], sqlite[i], gl[i]}}
		}
		return nil
	})
	return r, err
}

// work names the loops that a figure is compared with.
type work func(loops) float64

var (
	goWork     work = func(l loops) float64 { return l.Go }
	cpuWork    work = func(l loops) float64 { return l.CPU }
	sqliteWork work = func(l loops) float64 { return l.Go + l.SQLite }
	glWork     work = func(l loops) float64 { return l.GL }
	allWork    work = func(l loops) float64 { return l.Go + l.SQLite + l.GL }
)

// pace is how many times as long as on the reference machine the work takes.
func (w work) pace(l loops) float64 { return w(l) / w(reference) }

// between returns the loops of something that was done between two calibrations.
func between(a, b loops) loops {
	return loops{(a.Go + b.Go) / 2, (a.CPU + b.CPU) / 2, (a.SQLite + b.SQLite) / 2, (a.GL + b.GL) / 2}
}

// repeats is how often each loop runs in a calibration, of which the median counts.
const repeats = 5

// calibrate times the loops that need no window.
func calibrate(ctx context.Context) loops {
	var l loops
	var goes, cpu, sqlite []float64
	for range repeats {
		before, began := cpuTime(), realTime()
		goLoop()
		goes = append(goes, ms(realTime()-began))
		cpu = append(cpu, ms(cpuTime()-before))
		began = realTime()
		sqliteLoop(ctx)
		sqlite = append(sqlite, ms(realTime()-began))
	}
	l.Go, l.CPU, l.SQLite = median(goes), median(cpu), median(sqlite)
	return l
}

// goLoop folds, hashes and sorts texts, as the list does with its rows.
func goLoop() {
	const n = 80_000
	texts := make([]string, n)
	counts := map[string]int{}
	sum := sha256.New()
	for i := range texts {
		texts[i] = strings.ToLower(fmt.Sprintf("Client %d · %s", i*7919%n, "Kauri Joinery & Daughters"[i%20:]))
		counts[texts[i][:9]]++
		_, _ = sum.Write([]byte(texts[i]))
	}
	slices.Sort(texts)
	if len(counts) == 0 || texts[0] == "" {
		panic("the loop has done nothing")
	}
}

// sqliteLoop writes a table in memory and reads it in another order. What goes wrong in it
// would be a mistake of this file.
func sqliteLoop(ctx context.Context) {
	const n = 20_000
	db, err := sql.Open("sqlite", ":memory:")
	must(err)
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, nil)
	must(err)
	_, err = tx.ExecContext(ctx, "CREATE TABLE texts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, amount INTEGER NOT NULL)")
	must(err)
	insert, err := tx.PrepareContext(ctx, "INSERT INTO texts (name, amount) VALUES (?, ?)")
	must(err)
	defer func() { _ = insert.Close() }()
	for i := range n {
		_, err = insert.ExecContext(ctx, fmt.Sprintf("Client %d", i*7919%n), i)
		must(err)
	}
	rows, err := tx.QueryContext(ctx, "SELECT id, name, amount FROM texts ORDER BY name, amount")
	must(err)
	defer func() { _ = rows.Close() }()
	read := 0
	for rows.Next() {
		var id, amount int
		var name string
		must(rows.Scan(&id, &name, &amount))
		read++
	}
	must(rows.Err())
	must(tx.Commit())
	if read != n {
		panic("the loop has not read what it wrote")
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// scene is what the loop of the window paints: forty rows of eight texts.
func scene() fyne.CanvasObject {
	rows := container.NewVBox()
	for i := range 40 {
		row := container.NewGridWithColumns(8)
		for j := range 8 {
			row.Add(canvas.NewText(fmt.Sprintf("Row %d, column %d", i, j), color.Black))
		}
		rows.Add(row)
	}
	return container.NewStack(canvas.NewRectangle(color.White), rows)
}

// calibrateGL times the painting of the window, in which it puts the scene.
func (st *stage) calibrateGL() float64 {
	var painted fyne.CanvasObject
	fyne.DoAndWait(func() {
		painted = scene()
		st.window.SetContent(painted)
	})
	var paints []float64
	for range 20 {
		_, paint := st.act(func() { painted.Refresh() })
		paints = append(paints, ms(paint))
	}
	return median(paints)
}

// realTime is a clock that goes on in a synctest bubble, too.
func realTime() time.Duration {
	var now syscall.Timeval
	_ = syscall.Gettimeofday(&now) // fails for a bad address only
	return time.Duration(now.Nano())
}

// cpuTime returns how long processors have worked for this process.
func cpuTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // fails for a bad address only
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// median returns the value in the middle.
func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	half := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[half-1] + sorted[half]) / 2
	}
	return sorted[half]
}
