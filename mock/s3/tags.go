package s3

import (
	"encoding/xml"
	"net/http"
	"strings"
	"unicode"
)

// Tagging is the document of the tags of a bucket or an object.
type Tagging struct {
	XMLName xml.Name `xml:"Tagging"`
	Xmlns   string   `xml:"xmlns,attr,omitempty"`
	TagSet  struct {
		Tag []struct{ Key, Value string }
	}
}

// CheckTag judges one tag: letters, digits, spaces and + - = . _ : / @ in any
// language. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
func CheckTag(name, value string) error {
	valid := func(s string) bool {
		return !strings.ContainsFunc(s, func(c rune) bool {
			return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsSpace(c) && !strings.ContainsRune("+-=._:/@", c)
		})
	}
	switch {
	case name == "", len([]rune(name)) > 128, !valid(name):
		return Refuse(http.StatusBadRequest, "InvalidTag", "The TagKey you have provided is invalid", Field("TagKey", name))
	case len([]rune(value)) > 256, !valid(value):
		return Refuse(http.StatusBadRequest, "InvalidTag", "The TagValue you have provided is invalid", Field("TagValue", value))
	}
	return nil
}
