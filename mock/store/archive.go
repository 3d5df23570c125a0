package store

import (
	"fmt"
	"time"
)

// Restored is the copy of an archived object that can be read for a while. The zero value
// is none.
type Restored struct {
	Ready time.Time `json:"ready"` // from when on it is there
	Until time.Time `json:"until"`
}

// SetRestored notes the restored copy of one version.
func (s *Store) SetRestored(bucket, key, versionID string, r Restored) error {
	err := s.amend(bucket, key, versionID, func(rec *record) error {
		rec.Restored = r
		return nil
	})
	if err != nil {
		return fmt.Errorf("restore %s/%s: %w", bucket, key, err)
	}
	return nil
}
