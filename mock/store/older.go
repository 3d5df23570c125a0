package store

import (
	"bytes"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"
)

// The versions of a key that are not the current one lie in tOlder, which a bucket
// has from the first of them on. A row's key is the object key, the turn in which
// the version stopped being current, newest first, and the version id. The versions
// of one key lie together, in the order of S3's listing.

// olderPrefix begins the rows of one key. A NUL in the key is escaped, so that rows
// sort by key whatever bytes it has.
func olderPrefix(key string) []byte {
	p := bytes.ReplaceAll([]byte(key), []byte{0}, []byte{0, 0xff})
	return append(p, 0, 1)
}

func olderRow(key string, turn uint64, version string) []byte {
	return append(binary.BigEndian.AppendUint64(olderPrefix(key), ^turn), version...)
}

const turnLen = 8

// place is where the record of a version lies.
type place struct {
	table *bolt.Bucket
	row   []byte
	older bool // in tOlder
}

func (p place) put(rec record) error { return put(p.table, p.row, rec) }

// delete removes the row of a version; the newest older one takes the place of the
// current one.
func (p place) delete(tx *bolt.Tx, rec record) error {
	if p.older {
		return p.table.Delete(p.row)
	}
	return promote(tx, rec.Bucket, rec.Key)
}

// eachOlder walks the older versions of a key, newest first, until visit says false.
// visit gets the version id and the encoded record.
func eachOlder(older *bolt.Bucket, key string, visit func(row []byte, version string, value []byte) bool) {
	if older == nil {
		return
	}
	prefix := olderPrefix(key)
	c := older.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if !visit(k, string(k[len(prefix)+turnLen:]), v) {
			return
		}
	}
}

// findOlder returns one older version of a key.
func findOlder(tx *bolt.Tx, bucket, key, version string) (rec record, at place, found bool, err error) {
	older, err := content(tx, bucket, tOlder)
	if err != nil {
		return record{}, place{}, false, err
	}
	eachOlder(older, key, func(row []byte, id string, value []byte) bool {
		if id != version {
			return true
		}
		found, at = true, place{older, bytes.Clone(row), true}
		err = decode(value, &rec)
		return false
	})
	rec.Bucket, rec.Key = bucket, key
	return rec, at, found, err
}

// demote makes the current version of a key an older one.
func demote(tx *bolt.Tx, rec record) error {
	older, err := tx.Bucket(bContent).Bucket([]byte(rec.Bucket)).CreateBucketIfNotExists(tOlder)
	if err != nil {
		return err
	}
	turn, err := older.NextSequence()
	if err != nil {
		return err
	}
	return put(older, olderRow(rec.Key, turn, rec.VersionID), rec)
}

// promote makes the newest older version of a key the current one, in place of one
// that goes; without one the key goes.
func promote(tx *bolt.Tx, bucket, key string) error {
	tables := tx.Bucket(bContent).Bucket([]byte(bucket))
	var row, value []byte
	eachOlder(tables.Bucket(tOlder), key, func(r []byte, _ string, v []byte) bool {
		row, value = bytes.Clone(r), bytes.Clone(v)
		return false
	})
	if row == nil {
		return tables.Bucket(tCurrent).Delete([]byte(key))
	}
	if err := tables.Bucket(tOlder).Delete(row); err != nil {
		return err
	}
	return tables.Bucket(tCurrent).Put([]byte(key), value)
}

// fallen is what a commit takes away: at most one record, whose bodies are deleted
// after it.
type fallen struct {
	id    string
	files []string
}

// install makes rec the current version of its key. A version of the same id is
// replaced (there is one when it is "null"), any other current one becomes older.
func install(tx *bolt.Tx, rec record) (fallen, error) {
	b, err := content(tx, rec.Bucket, tCurrent)
	if err != nil {
		return fallen{}, err
	}
	old, found, err := current(b, rec.Bucket, rec.Key)
	if err != nil {
		return fallen{}, err
	}
	var gone fallen
	switch {
	case !found:
	case old.VersionID == rec.VersionID:
		gone, err = drop(tx, old)
	default:
		if rec.VersionID == nullVersion {
			gone, err = dropOlder(tx, rec.Bucket, rec.Key, nullVersion)
		}
		if err == nil {
			err = demote(tx, old)
		}
	}
	if err != nil {
		return fallen{}, err
	}
	return gone, put(b, []byte(rec.Key), rec)
}

// dropOlder removes an older version, if it is there.
func dropOlder(tx *bolt.Tx, bucket, key, version string) (fallen, error) {
	rec, at, found, err := findOlder(tx, bucket, key, version)
	if err != nil || !found {
		return fallen{}, err
	}
	return remove(tx, rec, at)
}

// remove takes a version away for good.
func remove(tx *bolt.Tx, rec record, at place) (fallen, error) {
	gone, err := drop(tx, rec)
	if err != nil {
		return fallen{}, err
	}
	return gone, at.delete(tx, rec)
}
