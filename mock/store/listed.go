package store

import "time"

// decodeListed reads of a record what a listing of keys tells: VersionID,
// DeleteMarker, Size, ETag, Modified, Headers and Checksums; whether it reads more
// is left open. A record of the form that encode writes is read in place, in a
// fraction of the time that encoding/json takes: a listing reads a thousand.
func decodeListed(value []byte, o *Object) error {
	if scanListed(value, o) {
		return nil
	}
	var rec record
	if err := decode(value, &rec); err != nil {
		return err
	}
	*o = rec.Object
	return nil
}

// scanListed gives false for whatever it is not sure about.
func scanListed(value []byte, o *Object) bool {
	*o = Object{}
	return members(value, func(name, v []byte) (ok bool) {
		ok = true
		switch string(name) {
		case "versionId":
			if string(v) == `"`+nullVersion+`"` {
				o.VersionID = nullVersion
				return true
			}
			o.VersionID, ok = plainString(v)
		case "deleteMarker":
			o.DeleteMarker = string(v) == "true"
			ok = o.DeleteMarker || string(v) == "false"
		case "size":
			o.Size, ok = wholeNumber(v)
		case "etag":
			o.ETag, ok = plainString(v)
		case "modified":
			var at string
			if at, ok = plainString(v); ok {
				var err error
				o.Modified, err = time.Parse(time.RFC3339, at)
				ok = err == nil
			}
		case "headers":
			if o.Headers != nil { // twice: encode writes no such thing
				return false
			}
			o.Headers, ok = plainMap(v)
		case "checksums":
			if o.Checksums.Values != nil || o.Checksums.Type != "" {
				return false
			}
			ok = members(v, func(name, v []byte) (ok bool) {
				switch string(name) {
				case "values":
					o.Checksums.Values, ok = plainMap(v)
				case "type":
					o.Checksums.Type, ok = plainString(v)
				}
				return ok
			})
		}
		return ok
	})
}

// members visits the members of a JSON object written without white space; false
// where it is none, where a name has an escape, or where visit says so.
func members(object []byte, visit func(name, value []byte) bool) bool {
	if len(object) < 2 || object[0] != '{' {
		return false
	}
	if object[1] == '}' {
		return len(object) == 2
	}
	for i := 1; ; i++ {
		end := stringEnd(object, i)
		if end < 0 || end >= len(object) || object[end] != ':' {
			return false
		}
		name := object[i+1 : end-1]
		for _, c := range name {
			if c < 0x20 || c > 0x7e || c == '\\' {
				return false
			}
		}
		i = end + 1
		if end = valueEnd(object, i); end < 0 || end >= len(object) || !visit(name, object[i:end]) {
			return false
		}
		switch i = end; object[i] {
		case '}':
			return i == len(object)-1
		case ',':
		default:
			return false
		}
	}
}

// stringEnd is the index after the string that begins at i, -1 for none.
func stringEnd(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	for i++; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// valueEnd is the index after the value that begins at i, -1 for none.
func valueEnd(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return stringEnd(b, i)
	case '{', '[':
		for depth := 0; i < len(b); {
			switch b[i] {
			case '"':
				if i = stringEnd(b, i); i < 0 {
					return -1
				}
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return -1
	}
	start := i
	for i < len(b) && b[i] != ',' && b[i] != '}' {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// plainString is the text of a JSON string of ASCII without escapes.
func plainString(v []byte) (string, bool) {
	if len(v) < 2 || v[0] != '"' {
		return "", false
	}
	text := v[1 : len(v)-1]
	for _, c := range text {
		if c < 0x20 || c > 0x7e || c == '\\' {
			return "", false
		}
	}
	return string(text), true
}

func plainMap(v []byte) (map[string]string, bool) {
	m := map[string]string{}
	ok := members(v, func(name, v []byte) (ok bool) {
		m[string(name)], ok = plainString(v)
		return ok
	})
	return m, ok
}

// wholeNumber reads a whole number that is not negative, of at most 18 digits.
func wholeNumber(v []byte) (n int64, ok bool) {
	if len(v) == 0 || len(v) > 18 || v[0] == '0' && len(v) > 1 {
		return 0, false
	}
	for _, c := range v {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
