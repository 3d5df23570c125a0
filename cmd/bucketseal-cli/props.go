package main

import (
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
)

type ruleLine struct {
	Number  int        `json:"number"`
	ID      string     `json:"id,omitempty"`
	Because string     `json:"because"`
	Refuse  string     `json:"refuse,omitempty"`
	Asks    *askedLine `json:"asks"`
}

func ruleJSON(d rules.Decision) ruleLine {
	t := d.Treatment
	return ruleLine{t.Rule, t.RuleID, t.Because.String(), d.Refuse.String(), askedJSON(t)}
}

type propsLine struct {
	Bucket        string              `json:"bucket"`
	Key           string              `json:"key"`
	VersionID     string              `json:"versionId"`
	Size          *int64              `json:"size"` // null: not told
	LastModified  string              `json:"lastModified"`
	ETag          string              `json:"etag"`
	StorageClass  string              `json:"storageClass"`
	ContentType   string              `json:"contentType"`
	Encryption    *reportedLine       `json:"encryption"`
	Rule          ruleLine            `json:"rule"`
	AsAsked       *bool               `json:"asAsked"` // null: cannot be told
	Why           string              `json:"why"`
	BucketDefault *reportedLine       `json:"bucketDefault"`
	Metadata      map[string]string   `json:"metadata"`
	Tags          map[string]string   `json:"tags"`
	Checksums     map[string]string   `json:"checksums"`
	Headers       map[string][]string `json:"headers"`
	CheckedAt     string              `json:"checkedAt"`
	// Why tags and bucketDefault are not known; null where they are.
	TagsError          *errorLine `json:"tagsError,omitempty"`
	BucketDefaultError *errorLine `json:"bucketDefaultError,omitempty"`
}

func (a *app) propsCommand() *cobra.Command {
	var version string
	var key keyFlags
	c := &cobra.Command{
		Use: "props s3://BUCKET/KEY", Short: "Show an object's properties and how it is encrypted", Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			at, err := client.ParseLocation(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if err := at.CheckKey(); err != nil {
				return usage("%s: %w", args[0], err)
			}
			if err := checkVersion(version); err != nil {
				return err
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				read := client.ReadOptions{VersionID: version}
				var err error
				if read.Key, err = a.customerKey(c.Context(), s, key); err != nil {
					return err
				}
				p, err := s.Properties(c.Context(), at, read)
				if err != nil {
					return err
				}
				if a.flags.json {
					a.line(propsJSON(p))
					return nil
				}
				return a.printProps(p)
			})
		},
	}
	c.Flags().StringVar(&version, "version-id", "", "of this version `ID` instead of the current one")
	key.register(c, "to open an object that is encrypted so")
	return c
}

func propsJSON(p session.Properties) propsLine {
	o := p.Object
	l := propsLine{
		Bucket: o.At.Bucket, Key: o.At.Key, VersionID: o.VersionID, Size: told(o.Size), LastModified: stamp(o.Modified), ETag: o.ETag,
		StorageClass: o.StorageClass, ContentType: o.ContentType, Encryption: reportedJSON(o.Encryption),
		Rule:          ruleJSON(p.Decision),
		Why:           p.Finding.Why.String(),
		BucketDefault: reportedJSON(p.BucketDefault),
		Metadata:      orEmpty(o.Metadata), Tags: orEmpty(p.Tags), Checksums: map[string]string{}, Headers: o.Headers, CheckedAt: stamp(p.CheckedAt),
		TagsError: errorJSON(p.TagsErr), BucketDefaultError: errorJSON(p.DefaultErr),
	}
	if l.StorageClass == "" {
		l.StorageClass = "STANDARD"
	}
	if asAsked, known := p.AsAsked(); known {
		l.AsAsked = &asAsked
	}
	for _, c := range o.Checksums {
		l.Checksums[string(c.Algorithm)] = c.Value
	}
	return l
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func (a *app) printProps(p session.Properties) error {
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			printf(w, "%s\t%s\n", name, value)
		}
	}
	l := propsJSON(p)
	row("Location", p.Object.At.String())
	row("Version", l.VersionID)
	row("Size", sizeText(p.Object))
	row("Modified", l.LastModified)
	row("Content type", l.ContentType)
	row("Storage class", l.StorageClass)
	row("ETag", l.ETag)
	row("Stored with", p.Object.Encryption.Describe().String())
	row("Rule for this name", p.Decision.Treatment.Because.String())
	row("Rule refuses", p.Decision.Refuse.String())
	row("As asked", explain.AnswerAsAsked(p.Finding))
	row("Bucket default", orError(p.BucketDefault.Describe().String(), p.DefaultErr))
	row("Tags", orError("", p.TagsErr))
	row("Checked", l.CheckedAt)
	for _, m := range []struct {
		prefix string
		values map[string]string
	}{{"Metadata ", l.Metadata}, {"Tag ", l.Tags}, {"Checksum ", l.Checksums}} {
		for _, name := range sortedNames(m.values) {
			row(m.prefix+name, m.values[name])
		}
	}
	for _, name := range sortedNames(l.Headers) {
		row("Header "+name, strings.Join(l.Headers[name], ", "))
	}
	return w.Flush()
}

// orError is a value, or why it could not be asked for.
func orError(value string, err error) string {
	if err != nil {
		return "could not be asked: " + explain.Error(err).Title
	}
	return value
}

func sizeText(o client.Object) string {
	if !o.SizeTold() {
		return "not told by the server"
	}
	return fmt.Sprintf("%d bytes", o.Size)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
