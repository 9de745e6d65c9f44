package policy

import "slices"

// recent holds the values that were asked for last. The zero value holds none.
type recent[V any] struct {
	values map[string]V
	// keys are in the order in which they were asked for, the last one last.
	keys []string
}

func (r *recent[V]) get(key string) (V, bool) {
	value, ok := r.values[key]
	if ok {
		r.touch(key)
	}
	return value, ok
}

// put holds the value, and lets go of the one that was not asked for the longest if
// there are more than most.
func (r *recent[V]) put(key string, value V, most int) {
	if r.values == nil {
		r.values = make(map[string]V)
	}
	r.values[key] = value
	r.touch(key)
	if len(r.keys) > most {
		delete(r.values, r.keys[0])
		r.keys = slices.Delete(r.keys, 0, 1)
	}
}

func (r *recent[V]) touch(key string) {
	if i := slices.Index(r.keys, key); i >= 0 {
		r.keys = slices.Delete(r.keys, i, i+1)
	}
	r.keys = append(r.keys, key)
}
