package api

import (
	"strings"
	"testing"

	"assay/server/decision"
)

// one and two are revisions that served before.
var one, two = strings.Repeat("1", 64), strings.Repeat("2", 64)

// served makes the revisions serve, one after the other, and names the last.
func (b *bench) served(digests ...string) string {
	b.store.revisions = make(map[string]map[string][]byte)
	for i, digest := range digests {
		revision := &fakeRevision{digest: digest, texts: fakeTexts()}
		b.revisions.all = append([]*fakeRevision{revision}, b.revisions.all...)
		b.store.revisions[digest] = revision.Files()
		b.store.activations = append([]decision.Activation{{
			Seq: int64(i + 1), Revision: digest, At: b.now, Tests: 3,
			Origin: decision.Origin{Source: "policies", Commit: "c0ffee", Author: "Ada", Message: "Raise"},
		}}, b.store.activations...)
	}
	return digests[len(digests)-1]
}

func TestRevisions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.served(one, two, one)
	var list RevisionList
	b.mustDo(t, 200, "GET", "/v1/revisions?limit=2", "").decode(t, &list)
	if list.Serving != "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" || len(list.Activations) != 2 || list.Activations[0].Revision != one || list.Activations[1].Revision != two ||
		*list.Activations[0].Author != "Ada" || list.Activations[0].By != nil || list.NextCursor == nil {
		t.Errorf("got %s", indent(list))
	}
	b.mustDo(t, 200, "GET", "/v1/revisions?limit=2&cursor="+*list.NextCursor, "").decode(t, &list)
	if len(list.Activations) != 1 || list.Activations[0].Revision != one {
		t.Errorf("got %s", indent(list))
	}
	var r Revision
	b.mustDo(t, 200, "GET", "/v1/revisions/"+one, "").decode(t, &r)
	if r.Serving || len(r.Activations) != 2 || len(r.Files) != 2 || r.Files[1].Path != "a.rego" || r.Files[0].Sha256 != decision.Digest([]byte(one)) || r.Files[1].Bytes != 10 {
		t.Errorf("got %s", indent(r))
	}
	if a := b.mustDo(t, 200, "GET", "/v1/revisions/"+one+"/file?path=a.rego", ""); string(a.body) != "package a\n" {
		t.Errorf("got %q", a.body)
	}
	if a := b.mustDo(t, 200, "GET", "/v1/revisions/"+one+"/bundle", ""); string(a.body) != "bundle of "+one || a.header.Get("Content-Type") != "application/gzip" {
		t.Errorf("got %q %v", a.body, a.header)
	}
	var d RevisionDiff
	b.mustDo(t, 200, "GET", "/v1/revisions/"+one+"/diff/"+two, "").decode(t, &d)
	if len(d.Files) != 2 || d.Files[0] != (FileChange{Path: "1.rego", Change: "removed"}) || d.Files[1] != (FileChange{Path: "2.rego", Change: "added"}) || len(d.Values) != 0 {
		t.Errorf("got %s", indent(d))
	}
}

func TestGoBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.served(one)
	var a Activation
	b.mustDo(t, 201, "POST", "/v1/revisions/"+one+"/activations", `{"by":"ada"}`).decode(t, &a)
	if a.Revision != one || *a.By != "ada" || *a.InPlaceOf != "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
		t.Errorf("got %s", indent(a))
	}
	var d Decision
	b.mustDo(t, 201, "POST", "/v1/decisions", decide).decode(t, &d)
	if d.Revision != one {
		t.Errorf("decided by %s", d.Revision)
	}
	b.mustDo(t, 404, "POST", "/v1/revisions/"+two+"/activations", `{"by":"ada"}`)
	b.mustDo(t, 422, "POST", "/v1/revisions/"+one+"/activations", `{}`)
}

func TestPinARevision(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.served(one)
	pinned := strings.Replace(decide, `"facts"`, `"revision":"`+one+`","facts"`, 1)
	var d Decision
	b.mustDo(t, 201, "POST", "/v1/decisions", pinned).decode(t, &d)
	if d.Revision != one {
		t.Errorf("decided by %s", d.Revision)
	}
	a := b.mustDo(t, 422, "POST", "/v1/decisions", strings.Replace(pinned, one, two, 1))
	if !strings.Contains(string(a.body), `"/revision"`) {
		t.Errorf("got %s", a.body)
	}
}
