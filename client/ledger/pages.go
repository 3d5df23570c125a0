package ledger

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// An image is a database file read without SQLite, which gives a damaged one up as a
// whole: its pages, those of its WAL in their place, and the records on each page
// that still is one. What is read may be anything; nothing here trusts a number of it.
type image struct {
	file, wal *os.File // wal is nil where there is none
	size      int64    // bytes of a page
	pages     uint32   // how many there are, or should be
	newer     map[uint32]int64
	free      map[uint32]bool // pages whose contents were deleted; nil where that cannot be told
	chained   map[uint32]bool // pages on which records of others go on, as far as those were read
}

// usualPage is the size of a ledger's pages, where its first one does not say.
const usualPage = 4096

// openImage opens a database that nobody uses any more.
func openImage(path string) (*image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	m := &image{file: f, size: usualPage, newer: map[uint32]int64{}, chained: map[uint32]bool{}}
	if m.wal, err = os.Open(path + "-wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		_ = f.Close() // only read from
		return nil, err
	}
	if m.wal != nil {
		m.newer, _ = walFrames(m.wal)
	}
	m.measure()
	return m, nil
}

func (m *image) close() {
	_ = m.file.Close() // only read from
	if m.wal != nil {
		_ = m.wal.Close() // likewise
	}
}

// measure finds out how many pages there are, and which of them are free.
func (m *image) measure() {
	if st, err := m.file.Stat(); err == nil {
		m.pages = uint32(min(st.Size()/m.size, 1<<32-1))
	}
	first, err := m.page(1)
	if err != nil || string(first[:16]) != "SQLite format 3\x00" || int64(binary.BigEndian.Uint16(first[16:])) != m.size {
		for n := range m.newer {
			m.pages = max(m.pages, n)
		}
		return
	}
	m.pages = max(m.pages, min(binary.BigEndian.Uint32(first[28:]), 2*m.pages+uint32(len(m.newer))))
	m.free = map[uint32]bool{}
	for trunk := binary.BigEndian.Uint32(first[32:]); trunk != 0 && !m.free[trunk]; {
		m.free[trunk] = true
		p, err := m.page(trunk)
		if err != nil {
			return
		}
		trunk = binary.BigEndian.Uint32(p)
		for i := range min(int(binary.BigEndian.Uint32(p[4:])), len(p)/4-2) {
			m.free[binary.BigEndian.Uint32(p[8+4*i:])] = true
		}
	}
}

// page is one page, from 1.
func (m *image) page(n uint32) ([]byte, error) {
	if n == 0 || n > m.pages {
		return nil, io.ErrUnexpectedEOF
	}
	p := make([]byte, m.size)
	if at, ok := m.newer[n]; ok {
		_, err := m.wal.ReadAt(p, at)
		return p, err
	}
	_, err := m.file.ReadAt(p, int64(n-1)*m.size)
	return p, err
}

// A rawRecord is a row as it lies in a table.
type rawRecord struct {
	id     int64
	values []any // nil, int64, float64 or string
}

// Kinds of pages, by their first byte.
const (
	tableLeaf     = 13
	tableInterior = 5
	indexLeaf     = 10
	indexInterior = 2
)

// records gives each record of a page of a table to take; lost counts those that
// cannot be read. ok is false for a page that is none of a database.
func (m *image) records(n uint32, take func(rawRecord)) (lost int, ok bool) {
	p, err := m.page(n)
	if err != nil {
		return 0, false
	}
	at := 0
	if n == 1 {
		at = 100 // after the header of the file
	}
	switch p[at] {
	case tableLeaf:
	case tableInterior, indexLeaf, indexInterior:
		return 0, true
	default:
		return 0, false
	}
	cells := int(binary.BigEndian.Uint16(p[at+3:]))
	if at+8+2*cells > len(p) {
		return 0, false
	}
	for i := range cells {
		r, err := m.cell(p, int(binary.BigEndian.Uint16(p[at+8+2*i:])))
		if err != nil {
			lost++
			continue
		}
		take(r)
	}
	return lost, true
}

// mostBytes is the largest record that is taken for one.
const mostBytes = 64 << 20

// cell is one record of a page.
func (m *image) cell(p []byte, at int) (rawRecord, error) {
	if at < 8 || at >= len(p) {
		return rawRecord{}, fs.ErrInvalid
	}
	rest := p[at:]
	size, n := varint(rest)
	id, k := varint(rest[n:])
	rest = rest[n+k:]
	if n == 0 || k == 0 || size == 0 || size > mostBytes {
		return rawRecord{}, fs.ErrInvalid
	}
	payload, err := m.payload(rest, int64(size))
	if err != nil {
		return rawRecord{}, err
	}
	values, err := valuesOf(payload)
	return rawRecord{int64(id), values}, err
}

// payload is a record's bytes, which go on in pages of their own where they are many.
func (m *image) payload(rest []byte, size int64) ([]byte, error) {
	local := size
	if most := m.size - 35; size > most {
		least := (m.size-12)*32/255 - 23
		if local = least + (size-least)%(m.size-4); local > most {
			local = least
		}
	}
	if local > int64(len(rest)) || local < size && local+4 > int64(len(rest)) {
		return nil, fs.ErrInvalid
	}
	if local == size {
		return rest[:size], nil
	}
	all := append(make([]byte, 0, size), rest[:local]...)
	for next := binary.BigEndian.Uint32(rest[local:]); int64(len(all)) < size; {
		p, err := m.page(next)
		if err != nil {
			return nil, err
		}
		m.chained[next] = true
		next = binary.BigEndian.Uint32(p)
		all = append(all, p[4:4+min(size-int64(len(all)), m.size-4)]...)
	}
	return all, nil
}

// valuesOf is what a record says.
func valuesOf(payload []byte) ([]any, error) {
	head, n := varint(payload)
	if n == 0 || head > uint64(len(payload)) || head < uint64(n) {
		return nil, fs.ErrInvalid
	}
	types, body := payload[n:head], payload[head:]
	var values []any
	for len(types) > 0 {
		kind, n := varint(types)
		if n == 0 {
			return nil, fs.ErrInvalid
		}
		types = types[n:]
		v, size, err := valueOf(kind, body)
		if err != nil {
			return nil, err
		}
		values, body = append(values, v), body[size:]
	}
	return values, nil
}

// valueOf is one value of a record, of a kind that its beginning names.
func valueOf(kind uint64, body []byte) (v any, size int, err error) {
	switch {
	case kind == 0:
		return nil, 0, nil
	case kind == 8 || kind == 9:
		return int64(kind - 8), 0, nil
	case kind <= 6:
		size = [...]int{0, 1, 2, 3, 4, 6, 8}[kind]
	case kind >= 12 && (kind-12)/2 <= uint64(len(body)):
		size = int(kind-12) / 2
		return string(body[:size]), size, nil
	}
	if size == 0 || size > len(body) { // no table has numbers with fractions
		return nil, 0, fs.ErrInvalid
	}
	n := int64(int8(body[0]))
	for _, b := range body[1:size] {
		n = n<<8 | int64(b)
	}
	return n, size, nil
}

// varint is a number as SQLite writes it, and its length; 0 for none.
func varint(b []byte) (v uint64, n int) {
	for n < min(len(b), 9) {
		c := b[n]
		n++
		if n == 9 {
			return v<<8 | uint64(c), n
		}
		if v = v<<7 | uint64(c&0x7f); c < 0x80 {
			return v, n
		}
	}
	return 0, 0
}

// A WAL begins with a header, and each page in it with one of its own, whose checksum
// goes on from that of the page before.
const (
	walHeader   = 32
	frameHeader = 24
)

// walFrames are the pages of a WAL that are whole and were committed, by their numbers
// and where they lie. broken says that one before the last of them is not whole: SQLite
// takes none of those after it.
func walFrames(f *os.File) (pages map[uint32]int64, broken bool) {
	pages = map[uint32]int64{}
	var head [walHeader]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return pages, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	salts, sums := [8]byte(head[16:24]), [8]byte(head[24:32])
	whole := binary.BigEndian.Uint32(head[:])&^1 == 0x377f0682
	if whole {
		if head[3]&1 == 1 {
			order = binary.BigEndian
		}
		whole = walSum(order, [8]byte{}, head[:24]) == sums
	}
	frame := make([]byte, frameHeader+usualPage)
	waiting, gap := map[uint32]int64{}, !whole
	for at := int64(walHeader); ; at += int64(len(frame)) {
		if n, err := f.ReadAt(frame, at); err != nil && !(errors.Is(err, io.EOF) && n == len(frame)) {
			return pages, broken
		}
		if !whole && at == walHeader {
			salts = [8]byte(frame[8:16]) // of those written last, as the first is
		}
		was := sums
		sums = [8]byte(frame[16:24])
		if [8]byte(frame[8:16]) != salts || walSum(order, walSum(order, was, frame[:8]), frame[frameHeader:]) != sums {
			gap = true
			continue
		}
		waiting[binary.BigEndian.Uint32(frame)] = at + frameHeader
		if binary.BigEndian.Uint32(frame[4:]) == 0 {
			continue
		}
		broken = broken || gap
		for n, where := range waiting { // it ends a transaction
			pages[n] = where
		}
		clear(waiting)
	}
}

// walSum goes on with a checksum.
func walSum(order binary.ByteOrder, sum [8]byte, b []byte) [8]byte {
	x, y := binary.BigEndian.Uint32(sum[:]), binary.BigEndian.Uint32(sum[4:])
	for ; len(b) >= 8; b = b[8:] {
		x += order.Uint32(b) + y
		y += order.Uint32(b[4:]) + x
	}
	var r [8]byte
	binary.BigEndian.PutUint32(r[:], x)
	binary.BigEndian.PutUint32(r[4:], y)
	return r
}
