package s3store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/bucketseal/bucketseal/client"
)

// A sharedFile is one of the files of the AWS command line, by section and key:
// ["profile work"]["region"]. A setting under another is "s3.endpoint_url".
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
//
// It is read here, and not by the SDK, because people save these files with
// Notepad or PowerShell, with a mark at the beginning or in UTF-16: the SDK
// takes the first section, or all of it, for nothing.
type sharedFile map[string]map[string]string

// readSharedFile reads a file; one that is not there is empty, one that cannot
// be read is an error. No error quotes a line.
func readSharedFile(path string) (sharedFile, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return sharedFile{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	const most = 1 << 20
	b, err := io.ReadAll(io.LimitReader(transform.NewReader(f, unicode.BOMOverride(transform.Nop)), most+1))
	if err != nil {
		return nil, client.Say("read %s: %v", path, err).Err()
	}
	if len(b) > most {
		return nil, client.Say("%s is longer than any list of profiles", path).Err()
	}
	return parseSharedFile(string(b)), nil
}

func parseSharedFile(text string) sharedFile {
	file := sharedFile{}
	var section, above string // where the next line belongs
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case trimmed[0] == '[':
			section, above = sectionName(trimmed), ""
			if file[section] == nil {
				file[section] = map[string]string{}
			}
		default:
			key, value, ok := strings.Cut(trimmed, "=")
			if !ok || section == "" {
				continue
			}
			key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(withoutComment(value))
			if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
				if above != "" {
					key = above + "." + key
				}
			} else if above = ""; value == "" {
				above = key // what is indented below belongs to it
			}
			file[section][key] = value
		}
	}
	return file
}

// sectionName is "profile work" of `[ profile "work" ] ; comment`.
func sectionName(line string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(line, "["), "]")
	name = strings.TrimSpace(name)
	kind, rest, ok := strings.Cut(strings.ReplaceAll(name, "\t", " "), " ")
	if !ok {
		return strings.Trim(name, `"'`)
	}
	return kind + " " + strings.Trim(strings.TrimSpace(rest), `"'`)
}

func withoutComment(value string) string {
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		value, _, _ = strings.Cut(value, mark)
	}
	return value
}
