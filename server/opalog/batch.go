package opalog

import (
	"bytes"
	"compress/gzip"
)

// batch is one upload: a JSON array of events, compressed.
type batch struct {
	body bytes.Buffer
	zip  *gzip.Writer
	// n events are in it, the last of them at the place last in the log; grown is by how
	// many bytes the last one made it larger.
	n     int
	last  int64
	grown int
}

func newBatch() *batch {
	b := &batch{}
	b.zip = gzip.NewWriter(&b.body)
	return b
}

// fits tells whether another event is likely to go in without passing the limit. The
// first always does.
func (b *batch) fits(limit int) bool { return b.n == 0 || b.body.Len()+b.grown <= limit }

// add flushes, so that the size is known; events are large enough to bear it. Errors do
// not come from a buffer.
func (b *batch) add(event []byte, place int64) {
	before := b.body.Len()
	separator := []byte{','}
	if b.n == 0 {
		separator[0] = '['
	}
	_, _ = b.zip.Write(separator)
	_, _ = b.zip.Write(event)
	_ = b.zip.Flush()
	b.n++
	b.last, b.grown = place, b.body.Len()-before
}

// bytes ends the batch.
func (b *batch) bytes() []byte {
	_, _ = b.zip.Write([]byte{']'})
	_ = b.zip.Close()
	return b.body.Bytes()
}
