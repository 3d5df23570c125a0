package session

import (
	"context"
	"net/http"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// Link makes a link to read or to write one object. One to write asks for the encryption
// that the rules have for its name, unless asked says another; one to read is refused for
// what is not there, and for what only an SSE-C key opens, which would have to go along.
func (s *Session) Link(ctx context.Context, at client.Location, o client.LinkOptions, asked client.Treatment) (client.Link, client.Treatment, error) {
	linker, err := word[client.Linker](s, client.LinkOp, at)
	if err != nil {
		return client.Link{}, asked, err
	}
	if o.Method == http.MethodPut {
		if asked, err = s.askedOf(ctx, at, asked); err == nil {
			o.Encryption, err = asked.Encryption(client.CustomerKey{})
		}
	} else {
		err = s.readable(ctx, at, o.VersionID)
	}
	if err != nil {
		return client.Link{}, asked, err
	}
	link, err := linker.Link(ctx, at, o)
	return link, asked, err
}

// askedOf is what is asked for a name, by somebody or else by the rules.
func (s *Session) askedOf(ctx context.Context, at client.Location, asked client.Treatment) (client.Treatment, error) {
	if asked.Type == client.TypeUndecided {
		set, err := s.RuleSet(ctx)
		if err != nil {
			return asked, err
		}
		d := set.Decide(rules.File{}, at)
		if !d.Refuse.IsZero() {
			return asked, &client.Error{Op: "plan", Kind: client.KindRefused, At: at, Said: d.Refuse}
		}
		asked = d.Treatment
	}
	if asked.Type == client.TypeSSEC {
		return asked, withKey(at)
	}
	return asked, nil
}

// readable refuses links that nobody could use. Who may not look is believed.
func (s *Session) readable(ctx context.Context, at client.Location, versionID string) error {
	head, err := s.store.Head(ctx, at, client.ReadOptions{VersionID: versionID})
	switch kind := client.KindOf(err); {
	case kind == client.KindNeedsKey, kind == client.KindWrongKey, err == nil && head.Encryption.Type == client.TypeSSEC:
		return withKey(at)
	case kind == client.KindDenied:
		return nil
	}
	return err
}

// withKey refuses a link to what only an SSE-C key opens.
func withKey(at client.Location) error {
	return &client.Error{Op: client.LinkOp, Kind: client.KindRefused, At: at, Said: client.Say("no link is made, since everybody who uses it would need the SSE-C key and have to send it: hand over the file itself, or a copy that is encrypted in another way")}
}
