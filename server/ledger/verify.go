package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/tlog"

	"assay/server/decision"
)

// What is the kind of a finding.
type What string

// What verification finds. The first ones are about rows, the next about the tree over
// them, the last about what was signed.
const (
	RowChanged   What = "row_changed"
	RowDeleted   What = "row_deleted"
	RowInserted  What = "row_inserted"
	RowReordered What = "row_reordered"
	FileChanged  What = "file_changed"
	SaltMissing  What = "salt_missing"

	NodeChanged  What = "node_changed"
	LeafDeleted  What = "leaf_deleted"
	LeafUnsigned What = "leaf_unsigned"

	// ErasureChanged is about values that are said to be erased, and are not what an
	// erasure took.
	ErasureChanged What = "erasure_changed"
	// RemovalChanged is the same about decisions that are said to be removed.
	RemovalChanged What = "removal_changed"

	HistoryChanged    What = "history_changed"
	TailTruncated     What = "tail_truncated"
	CheckpointChanged What = "checkpoint_changed"
	WrongKey          What = "wrong_key"

	// RowMissing is about completeness: a number that no row has and no leaf ever had.
	RowMissing What = "row_missing"
)

// Finding is one thing that is not as it was sealed.
type Finding struct {
	What What `json:"what"`
	// Place names the row, the node or the checkpoint.
	Place  string `json:"place"`
	Detail string `json:"detail,omitempty"`
}

// Verification is what to verify, and against what.
type Verification struct {
	// Verifier is the public key from a safe place; without it the database's own word is
	// taken for it.
	Verifier string
	// Witnessed are checkpoints that were kept elsewhere.
	Witnessed []Witness
	// Found is told every finding.
	Found func(Finding)
	// Progress, if any, is told how many leaves were looked at.
	Progress func(leaves int64)
}

// Verdict is what came out.
type Verdict struct {
	Origin   string `json:"origin"`
	Verifier string `json:"key"`
	// KeyWitnessed tells whether the key came from elsewhere.
	KeyWitnessed bool `json:"key_witnessed"`
	// Size is the number of leaves that were looked at.
	Size int64 `json:"size"`
	// Checkpoints is the number of those that were held against the tree.
	Checkpoints int64 `json:"checkpoints"`
	// Intact: everything that was sealed is as it was.
	Intact bool `json:"intact"`
	// Complete: nothing that was sealed is gone, and no number is missing among the rows.
	Complete bool `json:"complete"`
	// Erased is the number of values that erasures took; the leaves that had them are as
	// they were.
	Erased int64 `json:"erased"`
	// Removed is the number of decisions that were removed; their leaves are kept.
	Removed int64 `json:"removed"`
	// Unsealed is the number of rows that nothing protects yet.
	Unsealed int64 `json:"unsealed"`
	// UnsealedRows tells which they are, kind by kind.
	UnsealedRows []Span `json:"unsealed_rows,omitempty"`
	// WitnessedSize is the number of leaves of the newest checkpoint from elsewhere: up to
	// there nothing was cut off. 0: no such checkpoint was there to tell.
	WitnessedSize int64 `json:"witnessed_size"`
	// Findings counts them.
	Findings map[What]int64 `json:"findings"`
}

// Span are rows of a kind, of which there may be fewer than numbers.
type Span struct {
	Kind  Kind  `json:"kind"`
	First int64 `json:"first"`
	Last  int64 `json:"last"`
	Count int64 `json:"count"`
}

// String names them in a few words.
func (s Span) String() string {
	if s.Count == 1 {
		return place(s.Kind, s.First)
	}
	return fmt.Sprintf("%s %d to %d (%d)", s.Kind, s.First, s.Last, s.Count)
}

// unsealed adds a row that is not sealed yet; those of a kind come one after the other.
func (v *Verdict) unsealed(kind Kind, seq int64) {
	v.Unsealed++
	if n := len(v.UnsealedRows); n > 0 && v.UnsealedRows[n-1].Kind == kind {
		v.UnsealedRows[n-1].Last = seq
		v.UnsealedRows[n-1].Count++
		return
	}
	v.UnsealedRows = append(v.UnsealedRows, Span{kind, seq, seq, 1})
}

// count takes a finding into account.
func (v *Verdict) count(what What) {
	switch what {
	case RowMissing:
		v.Complete = false
	case RowDeleted, LeafDeleted, TailTruncated:
		v.Intact, v.Complete = false, false
	default:
		v.Intact = false
	}
	v.Findings[what]++
}

// verifier is one walk through a ledger.
type verifier struct {
	Verification
	store   Store
	verdict Verdict
	tree    suspicion
	cursors map[Kind]*cursor
	// suspects are rows that are not what their leaf says, kept until it is known whether
	// they only changed places.
	suspects []suspect
	// good is the size of the last tree that a checkpoint confirmed; broken is set once one
	// did not.
	good   int64
	broken bool
	notes  checkpoints
}

// Verify computes every leaf from its row again, every node from the leaves, and holds the
// trees that come out against every checkpoint. It reads page by page, without keeping
// writers off.
func (l *Log) Verify(ctx context.Context, what Verification) (Verdict, error) {
	if what.Progress == nil {
		what.Progress = func(int64) {}
	}
	if err := ofLedger(what.Witnessed, l.identity.Origin); err != nil {
		return Verdict{}, err
	}
	v := &verifier{Verification: what, store: l.store, cursors: make(map[Kind]*cursor)}
	v.verdict = Verdict{
		Origin: l.identity.Origin, Verifier: l.identity.Verifier, KeyWitnessed: what.Verifier != "",
		Intact: true, Complete: true, Findings: make(map[What]int64),
	}
	if what.Verifier != "" && what.Verifier != l.identity.Verifier {
		v.found(WrongKey, l.identity.Origin, "the checkpoints are signed with "+l.identity.Verifier+", and your key is "+what.Verifier)
	}
	before, err := l.store.LastErasure(ctx)
	if err != nil {
		return v.verdict, err
	}
	if err := v.run(ctx); err != nil {
		return v.verdict, err
	}
	after, err := l.store.LastErasure(ctx)
	if err == nil && after != before {
		err = ErrErasedMeanwhile
	}
	return v.verdict, err
}

// ErrErasedMeanwhile ends a verification that saw some rows before and some after an
// erasure: what it found means nothing.
var ErrErasedMeanwhile = errors.New("values were erased meanwhile; verify again")

func (v *verifier) found(what What, place, detail string) {
	v.verdict.count(what)
	v.Found(Finding{what, place, detail})
}

func (v *verifier) run(ctx context.Context) error {
	size, err := v.extent(ctx)
	if err != nil {
		return err
	}
	v.verdict.Size = size
	v.tree = suspicion{found: v.found, suspect: v.suspect}
	if err := v.notes.open(ctx, v, size); err != nil {
		return err
	}
	for from := int64(0); from < size; from += batchSize {
		if err := v.chunk(ctx, from, min(from+batchSize, size)); err != nil {
			return err
		}
		v.Progress(min(from+batchSize, size))
	}
	v.tree.settle()
	v.classify()
	return v.rest(ctx)
}

// extent is the number of leaves to look at: those of the newest checkpoint, which a
// server beside this may outgrow meanwhile.
func (v *verifier) extent(ctx context.Context) (int64, error) {
	before, err := v.store.Checkpoint(ctx)
	if err != nil && !errors.Is(err, decision.ErrNotFound) {
		return 0, err
	}
	size, err := v.store.Size(ctx)
	if err != nil {
		return 0, err
	}
	after, err := v.store.Checkpoint(ctx)
	if err != nil && !errors.Is(err, decision.ErrNotFound) {
		return 0, err
	}
	switch {
	case size < before.Size:
		v.found(TailTruncated, fmt.Sprintf("leaf %d", size), fmt.Sprintf("the newest checkpoint covers %d leaves, and there are %d", before.Size, size))
		return size, nil
	case size > after.Size:
		v.found(LeafUnsigned, fmt.Sprintf("leaf %d", after.Size), fmt.Sprintf("there are %d leaves, and the newest checkpoint covers %d", size, after.Size))
		return size, nil
	}
	return before.Size, nil
}

// sealed is a leaf with its row, as far as it is there.
type sealed struct {
	leaf Leaf
	row  *Row
	// late: a later row of its kind has an earlier leaf.
	late bool
}

// chunk looks at the leaves from an index up to another one.
func (v *verifier) chunk(ctx context.Context, from, to int64) error {
	leaves, err := v.store.Leaves(ctx, from, to)
	if err != nil {
		return err
	}
	stored, err := v.store.NodeRange(ctx, tlog.StoredHashCount(from), tlog.StoredHashCount(to))
	if err != nil {
		return err
	}
	list := make([]sealed, 0, to-from)
	var rows []Row
	for index := from; index < to; index++ {
		if len(leaves) == 0 || leaves[0].Index != index {
			list = append(list, sealed{leaf: Leaf{Index: index}})
			continue
		}
		s := sealed{leaf: leaves[0]}
		if s.row, s.late, err = v.rowOf(ctx, s.leaf); err != nil {
			return err
		}
		list = append(list, s)
		if s.row != nil {
			rows = append(rows, *s.row)
		}
		leaves = leaves[1:]
	}
	salts, err := v.store.Salts(ctx, partnersOf(rows))
	if err != nil {
		return err
	}
	for _, s := range list {
		if err := v.leaf(ctx, s, salts, stored); err != nil {
			return err
		}
	}
	return nil
}

// leaf looks at one leaf, and then at the checkpoints of the tree that it ends.
func (v *verifier) leaf(ctx context.Context, s sealed, salts Salts, stored map[int64]Hash) error {
	var own *Hash
	if s.row != nil {
		raw, err := s.row.Leaf(salts)
		var missing *SaltMissingError
		switch {
		case errors.As(err, &missing):
			v.found(SaltMissing, place(s.leaf.Kind, s.leaf.Seq), err.Error()+", so the row cannot be held against its leaf")
		case err != nil:
			return err
		default:
			hash := tlog.RecordHash(raw)
			own = &hash
		}
		if err := v.behind(ctx, *s.row); err != nil {
			return err
		}
	}
	v.tree.push(s, own, salts[partnerOf(s.row)], stored)
	return v.notes.upTo(ctx, v, s.leaf.Index+1)
}

// behind looks at what lies behind a row and is in its leaf by a digest alone.
func (v *verifier) behind(ctx context.Context, row Row) error {
	switch row.Kind {
	case Revision:
		return v.files(ctx, row)
	case ErasureKind:
		return v.erasure(ctx, row)
	case Removal:
		return v.removal(ctx, row)
	default:
		return nil
	}
}

func partnerOf(r *Row) string {
	if r == nil {
		return ""
	}
	return r.Partner
}

func place(kind Kind, seq int64) string { return fmt.Sprintf("%s %d", kind, seq) }

// whose tells which row it is by more than its number, as it says now.
func whose(r *Row) string {
	if r == nil {
		return ""
	}
	text := ""
	if id, _ := r.Plain["id"].(string); id != "" {
		text += "; its id is " + id
	}
	if r.Partner != "" {
		text += "; it is about the partner " + r.Partner
	}
	return text
}

// files holds those of a revision against its digest.
func (v *verifier) files(ctx context.Context, revision Row) error {
	digest, _ := revision.Plain["digest"].(string)
	files, err := v.store.RevisionFiles(ctx, digest)
	if err != nil {
		return err
	}
	tree := sha256.New()
	for _, file := range files {
		fmt.Fprintf(tree, "%s  %s\n", file.Digest, file.Path)
		switch sum := sha256.Sum256(file.Content); {
		case strings.ContainsFunc(file.Path, unicode.IsControl):
			// With a line feed, one path could stand for two files.
			v.found(FileChanged, fmt.Sprintf("%q of revision %s", file.Path, digest), "no tree that served had such a name")
		case file.Content == nil:
			v.found(FileChanged, file.Path+" of revision "+digest, "it is not there any more")
		case hex.EncodeToString(sum[:]) != file.Digest:
			v.found(FileChanged, file.Path+" of revision "+digest, "its content is another one")
		}
	}
	if hex.EncodeToString(tree.Sum(nil)) != digest {
		v.found(FileChanged, "revision "+digest, "its list of files is another one")
	}
	return nil
}

// cursor reads the rows of a kind in order.
type cursor struct {
	rows []Row
	// after is the seq of the last row that was read, last that of the last leaf.
	after, last int64
	done        bool
}

// rowOf is the row of the next leaf, nil if it is not there. What lies between it and the
// row of the leaf before has no leaf.
func (v *verifier) rowOf(ctx context.Context, leaf Leaf) (row *Row, late bool, err error) {
	c := v.cursors[leaf.Kind]
	if c == nil {
		c = new(cursor)
		v.cursors[leaf.Kind] = c
	}
	if leaf.Seq <= c.last {
		rows, err := v.store.Rows(ctx, leaf.Kind, leaf.Seq-1, leaf.Seq, 1)
		if err != nil || len(rows) == 0 {
			return nil, true, err
		}
		return &rows[0], true, nil
	}
	before := c.last
	c.last = leaf.Seq
	present := int64(0)
	for {
		if len(c.rows) == 0 && !c.done {
			if c.rows, err = v.store.Rows(ctx, leaf.Kind, c.after, math.MaxInt64, batchSize); err != nil {
				return nil, false, err
			}
			if c.done = len(c.rows) == 0; !c.done {
				c.after = c.rows[len(c.rows)-1].Seq
			}
		}
		if len(c.rows) == 0 || c.rows[0].Seq > leaf.Seq {
			v.gap(leaf.Kind, before, leaf.Seq, present)
			return nil, false, nil
		}
		next := c.rows[0]
		c.rows = c.rows[1:]
		if next.Seq == leaf.Seq {
			v.gap(leaf.Kind, before, leaf.Seq, present)
			return &next, false, nil
		}
		present++
		if err := v.without(ctx, next); err != nil {
			return nil, false, err
		}
	}
}

// gap tells of numbers between two leaves of a kind that no row has.
func (v *verifier) gap(kind Kind, before, seq, present int64) {
	if absent := seq - before - 1 - present; absent > 0 {
		v.found(RowMissing, place(kind, before+1), fmt.Sprintf("%d of the numbers from %d to %d have neither a row nor a leaf", absent, before+1, seq-1))
	}
}

// without is about a row between those that have a leaf.
func (v *verifier) without(ctx context.Context, row Row) error {
	_, err := v.store.LeafOf(ctx, row.Kind, row.Seq)
	if !errors.Is(err, decision.ErrNotFound) {
		return err // its leaf stands elsewhere, and is found there
	}
	salts, err := v.store.Salts(ctx, []string{row.Partner})
	if err != nil {
		return err
	}
	s := suspect{what: RowInserted, row: &row, leaf: Leaf{Index: -1, Kind: row.Kind, Seq: row.Seq}, salt: salts[row.Partner]}
	if raw, err := row.Leaf(salts); err == nil {
		s.own = tlog.RecordHash(raw)
	}
	v.suspect(s)
	return nil
}

// rest looks at what is not sealed yet.
func (v *verifier) rest(ctx context.Context) error {
	// Counted before the removals: one that comes meanwhile is looked at then.
	stones, err := v.store.TombstoneCount(ctx)
	if err != nil {
		return err
	}
	for _, kind := range Kinds {
		// No number is less than one. What is there all the same would never be sealed.
		below, err := v.store.Rows(ctx, kind, math.MinInt64, 0, batchSize)
		if err != nil {
			return err
		}
		for _, row := range below {
			if err := v.without(ctx, row); err != nil {
				return err
			}
		}
		last := int64(0)
		if c := v.cursors[kind]; c != nil {
			last = c.last
		}
		// A server beside this may have sealed some since the walk began.
		sealed, err := v.store.LastSealed(ctx, kind)
		if err != nil {
			return err
		}
		for {
			rows, err := v.store.Rows(ctx, kind, last, math.MaxInt64, batchSize)
			if err != nil {
				return err
			}
			for _, row := range rows {
				v.gap(kind, last, row.Seq, 0)
				if last = row.Seq; row.Seq > sealed {
					v.verdict.unsealed(kind, row.Seq)
				}
				if kind == ErasureKind || kind == Removal {
					if err := v.behind(ctx, row); err != nil {
						return err
					}
				}
			}
			if len(rows) < batchSize {
				break
			}
		}
	}
	return v.unaccounted(ctx, stones)
}

// suspect is a row that is not what its leaf says, a leaf without a row, or a row without
// a leaf.
type suspect struct {
	what   What
	leaf   Leaf
	row    *Row
	salt   []byte
	own    Hash // of the row
	stored Hash // of the leaf
}

// maxSuspects bounds how many are compared with one another.
const maxSuspects = 256

func (v *verifier) suspect(s suspect) {
	v.suspects = append(v.suspects, s)
	if len(v.suspects) >= maxSuspects {
		v.classify()
	}
}

// classify tells those that changed places from those that changed.
func (v *verifier) classify() {
	found := make(map[int64]string) // rows of leaves that are not there any more
	rest := v.suspects[:0:0]
	for _, s := range v.suspects {
		leaf := slices.IndexFunc(v.suspects, func(other suspect) bool { return other.what == LeafDeleted && other.stored == s.own })
		if s.what == RowInserted && leaf >= 0 {
			found[v.suspects[leaf].leaf.Index] = "; it stood for " + place(s.leaf.Kind, s.leaf.Seq)
			continue
		}
		rest = append(rest, s)
	}
	for _, s := range rest {
		if to, moved := v.moved(s); moved {
			v.found(RowReordered, place(s.leaf.Kind, s.leaf.Seq), "it holds what "+to+" held"+whose(s.row))
			continue
		}
		switch s.what {
		case RowInserted:
			v.found(RowInserted, place(s.leaf.Kind, s.leaf.Seq), "it has no leaf, and later rows have"+whose(s.row))
		case LeafDeleted:
			v.found(LeafDeleted, fmt.Sprintf("leaf %d", s.leaf.Index), "no row is named for it any more"+found[s.leaf.Index])
		case RowDeleted:
			v.found(RowDeleted, place(s.leaf.Kind, s.leaf.Seq), fmt.Sprintf("leaf %d stands for it", s.leaf.Index))
		default:
			v.found(s.what, place(s.leaf.Kind, s.leaf.Seq), fmt.Sprintf("leaf %d was made of other values", s.leaf.Index)+whose(s.row))
		}
	}
	v.suspects = nil
}

// moved looks for the leaf that the row fits, under the number that it had then.
func (v *verifier) moved(s suspect) (string, bool) {
	if s.row == nil || s.salt == nil {
		return "", false
	}
	for _, other := range v.suspects {
		if other.leaf.Kind != s.leaf.Kind || other.leaf.Index < 0 || other.leaf == s.leaf {
			continue
		}
		then := *s.row
		then.Seq = other.leaf.Seq
		raw, err := then.Leaf(Salts{s.row.Partner: s.salt})
		if err == nil && tlog.RecordHash(raw) == other.stored || s.what == RowChanged && s.own == other.stored {
			return place(other.leaf.Kind, other.leaf.Seq), true
		}
	}
	return "", false
}

// checkpoints are those of the store and those from elsewhere, in order.
type checkpoints struct {
	page      []Checkpoint
	after     int64
	witnessed map[int64][]Head
}

func (n *checkpoints) open(ctx context.Context, v *verifier, size int64) error {
	n.witnessed = make(map[int64][]Head)
	for _, w := range v.Witnessed {
		key := v.Verifier
		if key == "" {
			key = v.verdict.Verifier
		}
		head, err := ReadCheckpoint(w.Note, key)
		if err != nil {
			v.found(misread(err), w.Name, err.Error())
			continue
		}
		v.verdict.WitnessedSize = max(v.verdict.WitnessedSize, head.Size)
		if head.Size > size {
			v.found(TailTruncated, fmt.Sprintf("leaf %d", size), fmt.Sprintf("%s covers %d leaves, and there are %d", w.Name, head.Size, size))
			continue
		}
		n.witnessed[head.Size] = append(n.witnessed[head.Size], head)
	}
	return n.read(ctx, v)
}

func (n *checkpoints) read(ctx context.Context, v *verifier) (err error) {
	n.page, err = v.store.Checkpoints(ctx, n.after, batchSize)
	if len(n.page) > 0 {
		n.after = n.page[len(n.page)-1].Size
	}
	return err
}

// upTo holds the checkpoints of the tree that has come to a size against it.
func (n *checkpoints) upTo(ctx context.Context, v *verifier, size int64) error {
	for _, head := range n.witnessed[size] {
		if !v.tree.has(head.Root) {
			v.found(HistoryChanged, fmt.Sprintf("leaves 0 to %d", size-1), "they are not those that your checkpoint was signed for")
		}
	}
	for len(n.page) > 0 && n.page[0].Size <= size {
		c := n.page[0]
		n.page = n.page[1:]
		v.verdict.Checkpoints++
		head, err := ReadCheckpoint(c.Note, v.verdict.Verifier)
		name := fmt.Sprintf("the checkpoint of %d leaves", c.Size)
		switch {
		case err != nil:
			v.found(CheckpointChanged, name, err.Error())
		case head.Size != c.Size:
			v.found(CheckpointChanged, name, fmt.Sprintf("what was signed is about %d leaves", head.Size))
		case v.tree.has(head.Root):
			v.good = size
		case !v.broken:
			v.broken = true
			v.found(HistoryChanged, fmt.Sprintf("leaves %d to %d", v.good, size-1),
				"rows and tree agree, but are not those that "+name+" was signed for")
		}
		if len(n.page) == 0 {
			if err := n.read(ctx, v); err != nil {
				return err
			}
		}
	}
	return nil
}
