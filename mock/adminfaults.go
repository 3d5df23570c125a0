package mock

import "net/http"

// faultCount is what became of a fault that is set.
type faultCount struct {
	Seen int64 `json:"seen"` // calls that matched
	Hit  int64 `json:"hit"`  // and went wrong
}

func (s *Server) adminShowFaults([]byte) (any, error) {
	set := s.faults.Load()
	counts := []faultCount{}
	for _, c := range set.each {
		counts = append(counts, faultCount{c.seen.Load(), c.hit.Load()})
	}
	return map[string]any{"faults": set.given, "counts": counts}, nil
}

func (s *Server) adminSetFaults(body []byte) (any, error) {
	f, err := parseFaults(body)
	if err != nil {
		return nil, adminRefusal(http.StatusBadRequest, err)
	}
	if err := s.SetFaults(f); err != nil {
		return nil, err
	}
	return s.adminShowFaults(nil)
}

func (s *Server) adminClearFaults([]byte) (any, error) {
	if err := s.SetFaults(Faults{}); err != nil {
		return nil, err
	}
	return s.adminShowFaults(nil)
}
