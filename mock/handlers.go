package mock

import (
	"maps"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/admin"
	"github.com/bucketseal/bucketseal/mock/buckets"
	"github.com/bucketseal/bucketseal/mock/objects"
	"github.com/bucketseal/bucketseal/mock/sse"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// assemble makes the rooms of an open server, and one table of all their handlers.
func (s *Server) assemble(allowPublic bool) {
	s.access = &access.Service{Store: s.store, Keys: s.keys, People: s.people, Personality: s.personality, AllowPublic: allowPublic, Now: s.now}
	s.sse = &sse.Service{Store: s.store, Keys: s.keys, Access: s.access, Personality: s.personality}
	s.buckets = &buckets.Service{Store: s.store, Access: s.access, Personality: s.personality, Region: s.region}
	s.objects = &objects.Service{
		Store: s.store, Access: s.access, SSE: s.sse, Faults: &s.faults, Personality: s.personality, Now: s.now, Clock: s.clock,
	}
	s.admin = &admin.Endpoint{
		AccessKey: s.accessKey, Verifier: s.verifier, Clock: s.clock, Keys: s.keys, People: s.people, Faults: &s.faults,
	}
	s.handlers = map[string]wire.Handler{
		"PostObject": func(http.ResponseWriter, *wire.Request) error { return notAForm() },
	}
	maps.Copy(s.handlers, s.access.Handlers())
	maps.Copy(s.handlers, s.sse.Handlers())
	maps.Copy(s.handlers, s.buckets.Handlers())
	maps.Copy(s.handlers, s.objects.Handlers())
}
