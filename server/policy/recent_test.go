package policy

import "testing"

func TestRecent(t *testing.T) {
	t.Parallel()
	var r recent[int]
	if _, ok := r.get("a"); ok {
		t.Error("the zero value holds something")
	}
	r.put("a", 1, 2)
	r.put("b", 2, 2)
	r.get("a")
	r.put("c", 3, 2)
	r.put("c", 4, 2)
	for key, want := range map[string]int{"a": 1, "c": 4} {
		if got, ok := r.get(key); !ok || got != want {
			t.Errorf("%s: %d, %v", key, got, ok)
		}
	}
	if _, ok := r.get("b"); ok {
		t.Error("what was not asked for the longest is still held")
	}
}
