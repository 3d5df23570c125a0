package session

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
)

// Find says what a place that somebody wrote names: the folder where anything
// is below it, else the object of that very name. Where there are both,
// preferFolder takes the folder, and else the place is refused. Nothing found is
// KindNotFound. A place that ends in "/", and a bucket, is only a folder.
func (s *Session) Find(ctx context.Context, at client.Location, preferFolder bool) (client.Object, error) {
	folder, err := s.holdsAny(ctx, at.Folder())
	if err != nil {
		return client.Object{}, err
	}
	found := client.Object{At: at.Folder(), IsFolder: true}
	object, isObject := client.Object{}, false
	if !at.IsFolder() && !(folder && preferFolder) {
		object, isObject, err = s.object(ctx, at)
	}
	switch {
	case folder && isObject:
		return client.Object{}, &client.Error{
			Op: "find", Kind: client.KindRefused, At: at,
			Said: client.Say("an object and a folder are called so: end the name in / for the folder, or leave -r out for the object"),
		}
	case folder:
		return found, nil
	case isObject:
		return object, nil
	case err != nil:
		return client.Object{}, err
	}
	return client.Object{}, &client.Error{Op: "find", Kind: client.KindNotFound, At: at, Err: client.Say("nothing is called so, and nothing lies below it").Err()}
}

// holdsAny reports whether anything is below a folder, its own marker
// included.
func (s *Session) holdsAny(ctx context.Context, folder client.Location) (bool, error) {
	for after := ""; ; {
		page, err := s.store.List(ctx, folder, client.ListOptions{Recursive: true, After: after, Max: 1})
		if err != nil || len(page.Objects) > 0 {
			return len(page.Objects) > 0, err
		}
		if page.Next == "" {
			return false, nil
		}
		after = page.Next
	}
}

// IsThere reports whether there is an object of that name.
func (s *Session) IsThere(ctx context.Context, at client.Location) (bool, error) {
	_, there, err := s.object(ctx, at)
	return there, err
}

// KeepsVersions reports whether an object that was removed is only hidden, by a delete
// marker. Where nobody can say it is false.
func (s *Session) KeepsVersions(ctx context.Context, at client.Location) bool {
	versions, ok := client.As[client.Versions](s.store)
	if !ok {
		return false
	}
	page, err := versions.ListVersions(ctx, at, client.ListOptions{Recursive: true, Max: 1})
	return err == nil && len(page.Objects) > 0 && page.Objects[0].At == at && page.Objects[0].DeleteMarker
}

// object asks for one object. One that needs a key is there.
func (s *Session) object(ctx context.Context, at client.Location) (o client.Object, there bool, err error) {
	o, err = s.store.Head(ctx, at, client.ReadOptions{})
	switch client.KindOf(err) {
	case client.KindNotFound:
		return o, false, nil
	case client.KindNeedsKey, client.KindWrongKey, client.KindNotCustomerKey:
		return client.Object{At: at, Size: client.NotTold}, true, nil
	}
	return o, err == nil, err
}
