package client

// As finds what a store can do beside [Store], or beside whatever it is wrapped
// in: the first in its chain that is a T. A wrapper says what it wraps by a
// method Unwrap() Store, as errors do. [Keys] is such a T.
func As[T any](s Store) (t T, ok bool) {
	for s != nil {
		if t, ok = s.(T); ok {
			return t, true
		}
		w, wraps := s.(interface{ Unwrap() Store })
		if !wraps {
			break
		}
		s = w.Unwrap()
	}
	return t, false
}
