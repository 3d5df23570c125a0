package mock

import "net/http"

func (s *Server) adminShowFaults([]byte) (any, error) {
	set, counts := s.faults.Report()
	return map[string]any{"faults": set, "counts": counts}, nil
}

func (s *Server) adminSetFaults(body []byte) (any, error) {
	f, err := parseFaults(body)
	if err != nil {
		return nil, adminRefusal(http.StatusBadRequest, err)
	}
	if err := s.faults.Set(f); err != nil {
		return nil, err
	}
	return s.adminShowFaults(nil)
}

func (s *Server) adminClearFaults([]byte) (any, error) {
	if err := s.faults.Set(Faults{}); err != nil {
		return nil, err
	}
	return s.adminShowFaults(nil)
}
