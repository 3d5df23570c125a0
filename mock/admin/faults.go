package admin

import (
	"net/http"

	"github.com/bucketseal/bucketseal/mock/faults"
)

func (s *Endpoint) adminShowFaults([]byte) (any, error) {
	set, counts := s.Faults.Report()
	return map[string]any{"faults": set, "counts": counts}, nil
}

func (s *Endpoint) adminSetFaults(body []byte) (any, error) {
	f, err := faults.Parse(body)
	if err != nil {
		return nil, adminRefusal(http.StatusBadRequest, err)
	}
	if err := s.Faults.Set(f); err != nil {
		return nil, err
	}
	return s.adminShowFaults(nil)
}

func (s *Endpoint) adminClearFaults([]byte) (any, error) {
	if err := s.Faults.Set(faults.Faults{}); err != nil {
		return nil, err
	}
	return s.adminShowFaults(nil)
}
