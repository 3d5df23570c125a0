package transfer

import (
	"encoding/json"
	"path/filepath"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// A Place is where a job takes bytes from or brings them to: an object of an
// account, a file of this machine, or a stream. The zero value is nowhere.
type Place struct {
	// Path is the absolute path of a file that is read. For one that is written
	// Root is the folder that a download may write in and nowhere else, and Name
	// the path below it, with slashes, escaped already (Names).
	Path, Root, Name string
	// Unsized: the size of the file at Path says nothing of its contents (a pipe, a
	// file of /proc), which are read to their end before anything is sent.
	Unsized bool

	// Stream is what a stream is called: contents that only this run of the program
	// can read or take (Engine.Attach).
	Stream string

	Account string          // id of the account that At is in
	At      client.Location // an object
	Version string          // "" is the current one
	// CustomerKeyMD5 names the SSE-C key that opens the object, "" for none. That
	// of an upload's target is in the job's treatment.
	CustomerKeyMD5 string
}

// ReadFrom is a file of this machine to be read, by its absolute path.
func ReadFrom(path string) Place { return Place{Path: path} }

// WriteTo is a file of this machine to be written: name, with slashes, below root.
func WriteTo(root, name string) Place { return Place{Root: root, Name: name} }

// ObjectAt is an object of an account; version "" is the current one.
func ObjectAt(account string, at client.Location, version string) Place {
	return Place{Account: account, At: at, Version: version}
}

// IsObject reports whether the place is in a store.
func (p Place) IsObject() bool { return p.At.Bucket != "" }

// String is the place as people write it.
func (p Place) String() string {
	switch {
	case p.IsObject():
		return p.At.String()
	case p.Stream != "":
		return p.Stream
	case p.Root != "":
		return filepath.Join(p.Root, filepath.FromSlash(p.Name))
	}
	return p.Path
}

// placeRow is how a Place is stored. The names of files are bytes, and JSON holds
// characters: what is no UTF-8 is stored beside, as bytes.
type placeRow struct {
	Path           string           `json:"path,omitempty"`
	Root           string           `json:"root,omitempty"`
	Name           string           `json:"name,omitempty"`
	RawPath        []byte           `json:"rawPath,omitempty"`
	RawRoot        []byte           `json:"rawRoot,omitempty"`
	Unsized        bool             `json:"unsized,omitempty"`
	Stream         string           `json:"stream,omitempty"`
	Account        string           `json:"account,omitempty"`
	At             *client.Location `json:"at,omitempty"`
	Version        string           `json:"version,omitempty"`
	CustomerKeyMD5 string           `json:"customerKeyMD5,omitempty"`
}

// MarshalJSON writes only what is said of the place.
func (p Place) MarshalJSON() ([]byte, error) {
	row := placeRow{Path: p.Path, Root: p.Root, Name: p.Name, Unsized: p.Unsized, Stream: p.Stream, Account: p.Account, Version: p.Version, CustomerKeyMD5: p.CustomerKeyMD5}
	if p.IsObject() {
		row.At = &p.At
	}
	if !utf8.ValidString(p.Path) {
		row.Path, row.RawPath = "", []byte(p.Path)
	}
	if !utf8.ValidString(p.Root) {
		row.Root, row.RawRoot = "", []byte(p.Root)
	}
	return json.Marshal(row)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Place) UnmarshalJSON(b []byte) error {
	var row placeRow
	if err := json.Unmarshal(b, &row); err != nil {
		return err
	}
	*p = Place{
		Path: row.Path + string(row.RawPath), Root: row.Root + string(row.RawRoot), Name: row.Name, Unsized: row.Unsized, Stream: row.Stream,
		Account: row.Account, Version: row.Version, CustomerKeyMD5: row.CustomerKeyMD5,
	}
	if row.At != nil {
		p.At = *row.At
	}
	return nil
}
