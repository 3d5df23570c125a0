package store

import (
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// sweep deletes what a crash or a stubborn file system left: temporary files, and
// bodies that no record mentions. It runs before anybody else can write.
func (s *Store) sweep() error {
	if err := emptyDir(s.tempDir()); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	known, err := s.knownFiles()
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	dirs, err := os.ReadDir(s.bodyDir())
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	for _, d := range dirs {
		dir := filepath.Join(s.bodyDir(), d.Name())
		bodies, err := os.ReadDir(dir)
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		for _, b := range bodies {
			if _, ok := known[b.Name()]; !ok {
				if err := os.Remove(filepath.Join(dir, b.Name())); err != nil {
					return fmt.Errorf("sweep: %w", err)
				}
			}
		}
	}
	return nil
}

func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// knownFiles returns every body file that a record mentions. A record that cannot
// be read stops the sweep: better too many files than one too few.
func (s *Store) knownFiles() (map[string]struct{}, error) {
	known := map[string]struct{}{}
	err := s.db.View(func(tx *bolt.Tx) error {
		err := tx.Bucket(bContent).ForEachBucket(func(name []byte) error {
			tables := tx.Bucket(bContent).Bucket(name)
			for _, table := range []*bolt.Bucket{tables.Bucket(tCurrent), tables.Bucket(tOlder)} {
				if table == nil {
					continue
				}
				if err := table.ForEach(func(_, value []byte) error { return addFile(known, value) }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = tx.Bucket(bObjectParts).ForEach(func(_, value []byte) error {
			var parts []partRecord
			if err := decode(value, &parts); err != nil {
				return err
			}
			for _, p := range parts {
				known[p.File] = struct{}{}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return tx.Bucket(bUploadParts).ForEach(func(_, value []byte) error {
			var p partRecord
			if err := decode(value, &p); err != nil {
				return err
			}
			known[p.File] = struct{}{}
			return nil
		})
	})
	return known, err
}

// addFile adds the body of a single PUT; those of parts have tables of their own.
func addFile(known map[string]struct{}, value []byte) error {
	file, ok := "", true
	ok = members(value, func(name, v []byte) bool {
		if string(name) == "file" {
			file, ok = plainString(v)
		}
		return ok
	}) // in a fraction of the time; a bucket may have a million
	if !ok {
		var rec record
		if err := decode(value, &rec); err != nil {
			return err
		}
		file = rec.File
	}
	if file != "" {
		known[file] = struct{}{}
	}
	return nil
}
