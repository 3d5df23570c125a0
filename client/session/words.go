package session

import "github.com/bucketseal/bucketseal/client"

// word is something of a store's that not every store can do, or why it is not there.
func word[W any](s *Session, op string, at client.Location) (w W, err error) {
	w, ok := client.As[W](s.store)
	if !ok {
		err = &client.Error{Op: op, Kind: client.KindUnsupported, At: at, Said: client.Say("this account's service has no way to do that")}
	}
	return w, err
}
