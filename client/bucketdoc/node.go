package bucketdoc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A node is an element of a document, in XML or in JSON.
type node struct {
	name, text string
	children   []*node
}

// Largest is the most bytes of a document that are read: policies have 20 KiB at most, the
// thousand rules of a life cycle less than this.
const Largest = 1 << 20

// deepest is more than any document of S3 has.
const deepest = 32

func read(form client.DocumentForm, raw []byte) (*node, error) {
	if len(raw) > Largest {
		return nil, client.Say("the document has more than %d bytes", Largest).Err()
	}
	if form.Root == "" {
		return readJSON(raw)
	}
	root, err := readXML(raw)
	if err == nil && root.name != form.Root {
		return nil, client.Say("the document is a <%s>, and one of the kind %s is a <%s>", root.name, string(form.Kind), form.Root).Err()
	}
	return root, err
}

func readXML(raw []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	top := &node{}
	path := []*node{top}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := d.InputPos()
			return nil, client.Say("line %d: the document is no XML: %v", line, err).Err()
		}
		last := path[len(path)-1]
		switch t := t.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local}
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					n.children = append(n.children, &node{name: "@" + a.Name.Local, text: a.Value})
				}
			}
			last.children = append(last.children, n)
			if path = append(path, n); len(path) > deepest {
				return nil, client.Say("the document is nested deeper than any of S3").Err()
			}
		case xml.EndElement:
			if strings.TrimSpace(last.text) == "" {
				last.text = "" // lines and indents between elements; spaces in a value are its own
			}
			path = path[:len(path)-1]
		case xml.CharData:
			last.text += string(t)
		case xml.Directive:
			return nil, client.Say("the document has a <!%s>, which none of S3 has", "DOCTYPE").Err()
		}
	}
	if len(top.children) != 1 || strings.TrimSpace(top.text) != "" {
		return nil, client.Say("the document is no XML: it has not one element around all").Err()
	}
	return top.children[0], nil
}

// readJSON reads a policy. One name twice is refused: servers take one of the two.
func readJSON(raw []byte) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	d.UseNumber()
	root, err := value(d, "", 0)
	if err == nil && d.More() {
		err = client.Say("something follows the document").Err()
	}
	if err != nil {
		line := 1 + bytes.Count(raw[:min(int(d.InputOffset()), len(raw))], []byte("\n"))
		return nil, client.Say("line %d: the document is no JSON: %v", line, err).Err()
	}
	return root, nil
}

func value(d *json.Decoder, name string, depth int) (*node, error) {
	if depth > deepest {
		return nil, client.Say("the document is nested deeper than any of S3").Err()
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	n := &node{name: name}
	open, nested := t.(json.Delim)
	if !nested {
		n.text = fmt.Sprint(t)
		return n, nil
	}
	seen := map[string]bool{}
	for d.More() {
		inner := "" // an item of a list
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			inner, _ = key.(string)
			if seen[inner] {
				return nil, client.Say("%q is there twice, and only one of the two would count", inner).Err()
			}
			seen[inner] = true
		}
		child, err := value(d, inner, depth+1)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	_, err = d.Token()
	n.children = unwrapped(n.children)
	return n, err
}

// unwrapped has each list give its items the list's name, so that a list of one is the
// one.
func unwrapped(all []*node) []*node {
	var out []*node
	for _, n := range all {
		if n.text != "" || len(n.children) == 0 || slices.ContainsFunc(n.children, func(c *node) bool { return c.name != "" }) {
			out = append(out, n)
			continue
		}
		for _, item := range n.children {
			item.name = n.name
			out = append(out, item)
		}
	}
	return out
}

// inOrder are elements of which the order counts: the first that matches decides.
var inOrder = []string{"CORSRule", "RoutingRule"}

// idle are the values that servers write out, or leave out, and that mean the same.
var idle = map[string]string{
	"BucketKeyEnabled": "false", "MfaDelete": "Disabled", "MFADelete": "Disabled", "IsTruncated": "false", "DisplayName": "*",
	"BlockPublicAcls": "false", "IgnorePublicAcls": "false", "BlockPublicPolicy": "false", "RestrictPublicBuckets": "false",
}

// lines are the values below a node, each with its path. Elements that have a name of
// their own are called by it, others by their number.
func (n *node) lines(at string) (all []string) {
	if n.text != "" && idle[n.name] != "*" && idle[n.name] != n.text {
		all = []string{at + " = " + plain(n.text, n.name)}
	}
	children := slices.Clone(n.children)
	slices.SortStableFunc(children, func(a, b *node) int {
		if a.name != b.name || slices.Contains(inOrder, a.name) {
			return strings.Compare(a.name, b.name)
		}
		return strings.Compare(a.key()+strings.Join(a.lines(""), "\n"), b.key()+strings.Join(b.lines(""), "\n"))
	})
	numbers := map[string]int{}
	for _, c := range children {
		name := c.name
		if len(c.children) > 0 {
			numbers[name]++
			if key := c.key(); key != "" {
				name += "[" + key + "]"
			} else if numbers[name] > 1 {
				name += fmt.Sprintf("[%d]", numbers[name])
			}
		}
		all = append(all, c.lines(strings.TrimPrefix(at+"/"+name, "/"))...)
	}
	return all
}

// key is what an element is called by: its id or name.
func (n *node) key() string {
	for _, c := range n.children {
		if slices.Contains([]string{"ID", "Sid", "Key"}, c.name) && len(c.children) == 0 {
			return c.text
		}
	}
	return ""
}

var accountRoot = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}):root$`)

// plain is a value as all servers would write it: times to the second, an account by its
// number.
func plain(text, name string) string {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC().Format(time.RFC3339)
	}
	if name == "AWS" {
		if m := accountRoot.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return text
}

// child is the first element of a name below, one step at a time; nil where there is none.
func (n *node) child(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.children, func(c *node) bool { return c.name == name })
		if i < 0 {
			return nil
		}
		n = n.children[i]
	}
	return n
}

func (n *node) said(path ...string) string {
	return strings.TrimSpace(cmp.Or(n.child(path...), &node{}).text)
}

func (n *node) each(name string) (all []*node) {
	for _, c := range n.children {
		if c.name == name {
			all = append(all, c)
		}
	}
	return all
}
