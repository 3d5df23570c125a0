package mock

import (
	"maps"
	"net/http"
)

// join makes one table of the handlers of all rooms, by operation.
func (s *Server) join() {
	s.handlers = map[string]handler{
		"PostObject": func(http.ResponseWriter, *request) error { return notAForm() },
	}
	maps.Copy(s.handlers, s.accessHandlers())
	maps.Copy(s.handlers, s.sseHandlers())
	maps.Copy(s.handlers, s.bucketsHandlers())
	maps.Copy(s.handlers, s.objectsHandlers())
}
