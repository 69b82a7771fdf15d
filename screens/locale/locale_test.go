package locale

import "testing"

func TestWhatIsNoLanguageGivesWayToEnglish(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{}, ""},
		{map[string]string{"LANG": "en_NZ.UTF-8"}, ""},
		{map[string]string{"LANG": "de_DE@euro"}, ""},
		{map[string]string{"LANG": "C"}, ""},
		{map[string]string{"LC_ALL": "POSIX", "LANG": "C.UTF-8"}, ""},
		{map[string]string{"LANG": "C.UTF-8"}, "en"},
		{map[string]string{"LANG": "C.utf8"}, "en"},
		{map[string]string{"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, "en"},
		{map[string]string{"LC_MESSAGES": "C.UTF-8"}, "en"},
		{map[string]string{"LANG": "C.UTF-8", "LANGUAGE": "de_CH:de"}, ""},
		{map[string]string{"LANG": "en_NZ.UTF-8", "LANGUAGE": "mi_NZ:C.UTF-8:en"}, "mi_NZ:en"},
		{map[string]string{"LANG": "en_NZ.UTF-8", "LANGUAGE": "nobody's tongue"}, "en"},
	} {
		if got := instead(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v: LANGUAGE becomes %q, want %q", c.env, got, c.want)
		}
	}
}
