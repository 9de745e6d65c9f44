package opalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maskRule is one member of OPA's system.log.mask: what to remove, or to replace.
type maskRule struct {
	upsert bool
	value  any
	// path is the way from the event to the value, first one of its parts.
	path []string
}

// parts are what of an event a mask can name. OPA does not know the last two: with them
// Assay says whom a decision is about, and who asked.
var parts = []string{"input", "result", "nd_builtin_cache", "custom", "requested_by"}

// parseMask reads what the rule gave. Whatever OPA would refuse is refused, so that
// nothing leaves that somebody meant to mask.
func parseMask(raw []byte) ([]maskRule, error) {
	list, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("the mask: %w", err)
	}
	members, ok := (*list).([]any)
	if !ok {
		return nil, errors.New("the mask is not a list")
	}
	rules := make([]maskRule, len(members))
	for i, member := range members {
		if rules[i], err = parseMaskRule(member); err != nil {
			said, _ := json.Marshal(member)
			return nil, fmt.Errorf("the mask: %w: %s", err, said)
		}
	}
	return rules, nil
}

func parseMaskRule(member any) (maskRule, error) {
	var rule maskRule
	pointer, ok := member.(string)
	if object, isObject := member.(map[string]any); isObject {
		switch object["op"] {
		case "remove":
		case "upsert":
			rule.upsert, rule.value = true, object["value"]
		default:
			return rule, errors.New("op must be remove or upsert")
		}
		pointer, ok = object["path"].(string)
	}
	if !ok {
		return rule, errors.New("there is no pointer")
	}
	rest, ok := strings.CutPrefix(pointer, "/")
	if !ok {
		return rule, errors.New("a pointer begins with a slash")
	}
	rule.path = strings.Split(rest, "/")
	if !slices.Contains(parts, rule.path[0]) {
		return rule, fmt.Errorf("a pointer begins with one of /%s", strings.Join(parts, ", /"))
	}
	for _, part := range rule.path {
		if _, err := url.PathUnescape(part); err != nil {
			return rule, err
		}
	}
	return rule, nil
}

// pointer is how OPA names the rule in an event.
func (r maskRule) pointer() string {
	var b strings.Builder
	for _, part := range r.path {
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}

// mask applies the rules in their order. One that points nowhere does nothing, as with
// OPA: most events have not all that a mask names.
func (e *Event) mask(rules []maskRule) {
	places := map[string]**any{"input": &e.Input, "result": &e.Result, "custom": &e.Custom, "requested_by": &e.RequestedBy}
	for _, rule := range rules {
		place := places[rule.path[0]]
		if place == nil || *place == nil {
			continue
		}
		below := rule.path[1:]
		if rule.upsert {
			if value, ok := upsert(**place, below, rule.value); ok {
				*place = &value
				e.Masked = append(e.Masked, rule.pointer())
			}
			continue
		}
		if len(below) == 0 {
			*place = nil
			e.Erased = append(e.Erased, rule.pointer())
		} else if value, ok := remove(**place, below); ok {
			*place = &value
			e.Erased = append(e.Erased, rule.pointer())
		}
	}
}

// remove takes away what the path leads to; false if it leads nowhere.
func remove(node any, path []string) (any, bool) {
	last := len(path) == 1
	switch node := node.(type) {
	case map[string]any:
		key, found := member(node, path[0])
		if !found {
			return node, false
		}
		if last {
			delete(node, key)
			return node, true
		}
		below, ok := remove(node[key], path[1:])
		node[key] = below
		return node, ok
	case []any:
		i, found := element(node, path[0])
		if !found {
			return node, false
		}
		if last {
			return slices.Delete(node, i, i+1), true
		}
		below, ok := remove(node[i], path[1:])
		node[i] = below
		return node, ok
	}
	return node, false
}

// upsert puts the value where the path leads, making objects on the way but no elements;
// false if it cannot.
func upsert(node any, path []string, value any) (any, bool) {
	if len(path) == 0 {
		return value, true
	}
	switch node := node.(type) {
	case map[string]any:
		key, found := member(node, path[0])
		if !found && len(path) > 1 {
			node[key] = make(map[string]any)
		}
		below, ok := upsert(node[key], path[1:], value)
		if ok {
			node[key] = below
		}
		return node, ok
	case []any:
		i, found := element(node, path[0])
		if !found {
			return node, false
		}
		below, ok := upsert(node[i], path[1:], value)
		if ok {
			node[i] = below
		}
		return node, ok
	}
	return node, false
}

// member finds a key as it is written, or as OPA looks for it, which is escaped as in a
// URL: OPA alone would miss a key with a space.
func member(object map[string]any, part string) (key string, found bool) {
	for _, key := range []string{part, url.PathEscape(part)} {
		if _, found := object[key]; found {
			return key, true
		}
	}
	return part, false
}

func element(list []any, part string) (int, bool) {
	i, err := strconv.Atoi(part)
	return i, err == nil && i >= 0 && i < len(list)
}
