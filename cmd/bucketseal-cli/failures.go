package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/dustin/go-humanize"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
)

// What fails for a thousand files is read by people, so the same failure is said
// once, and then counted. In JSON every file has its line.

const (
	mostFailures = 20 // files that failed are named, each as it happens
	mostKinds    = 20 // of failures are counted apart
)

// failures are those of one command.
type failures struct {
	files int
	kinds []*failure // in the order met
	by    map[string]*failure
}

// A failure is what happened to files in the same words, but for their names.
type failure struct {
	title string
	files int
}

// add counts the failure of a file. first: nothing like it was met before. named:
// the file is one of those that are told of.
func (f *failures) add(err error) (kind *failure, first, named bool) {
	f.files++
	words := wordsOf(err)
	kind = f.by[words]
	if kind == nil && len(f.kinds) >= mostKinds {
		words = ""
		kind = f.by[words]
	}
	if first = kind == nil; first {
		kind = &failure{title: titleOf(err)}
		if words == "" {
			kind.title = "other failures"
		}
		if f.by == nil {
			f.by = map[string]*failure{}
		}
		f.by[words] = kind
		f.kinds = append(f.kinds, kind)
	}
	kind.files++
	return kind, first, f.files <= mostFailures
}

// sum says how many files failed by what, where that was not said of each.
func (f *failures) sum() string {
	if f.files == len(f.kinds) && f.files <= mostFailures {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s files are not done", humanize.Comma(int64(f.files)))
	if f.files > mostFailures {
		fmt.Fprintf(&b, "; --json names them all, and the first %d are above", mostFailures)
	}
	b.WriteString(":\n")
	for _, k := range f.byTitle() {
		fmt.Fprintf(&b, "  %s: %s\n", humanize.Comma(int64(k.files)), printable(k.title))
	}
	return b.String()
}

// byTitle are the kinds in the order met, those of one title as one: what tells them
// apart was said above.
func (f *failures) byTitle() []failure {
	var all []failure
	for _, k := range f.kinds {
		i := slices.IndexFunc(all, func(a failure) bool { return a.title == k.title })
		if i < 0 {
			all = append(all, *k)
			continue
		}
		all[i].files += k.files
	}
	return all
}

// titleOf is a failure in one line.
func titleOf(err error) string {
	title := explain.Error(err).Title
	var known *client.Error
	if !errors.As(err, &known) {
		return title
	}
	if known.Code == "" {
		return fmt.Sprintf("%s (%s)", title, known.Op)
	}
	return fmt.Sprintf("%s (%s, %s)", title, known.Op, known.Code)
}

// wordsOf are what tells a failure from others, whatever file it is about: its kind,
// the server's code, the operation, what the system says, and our sentences without
// their values.
func wordsOf(err error) string {
	words := []string{client.KindOf(err).String()}
	var known *client.Error
	if errors.As(err, &known) {
		words = append(words, known.Op, known.Code)
	}
	var system syscall.Errno
	if errors.As(err, &system) {
		words = append(words, system.Error())
	}
	client.TextOf(err).In(func(form string) string {
		words = append(words, form)
		return form
	})
	return strings.Join(words, "\n")
}
