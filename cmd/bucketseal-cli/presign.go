package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
)

type linkLine struct {
	URL     string            `json:"url"`
	Method  string            `json:"method"`
	Expires string            `json:"expires"`
	Sooner  bool              `json:"sooner"` // than asked for: the credentials are temporary
	MayEnd  bool              `json:"mayEnd"` // sooner still, with credentials of which nobody said when they end
	Headers map[string]string `json:"headers"`
	Asked   *askedLine        `json:"asked,omitempty"` // of a PUT
}

func (a *app) presignCommand() *cobra.Command {
	f := &cpFlags{}
	o := client.LinkOptions{}
	expires := ""
	c := &cobra.Command{
		Use: "presign s3://BUCKET/KEY", Short: "Make a link by which others read or write one object", Args: exactly(1),
		Long: `Make a link by which anybody who has it may read one object, or write it with --method PUT,
until it expires: after an hour, or --expires, 7 days at most. Temporary credentials end
before: what is printed as its end is true. Nothing takes a link back but its end, or the
end of the access key.

A link to write asks for the encryption of the rules, or of --sse: its headers are signed,
have to be sent with it as they are printed, and cannot be left out. An object that an
SSE-C key opens has no link: the key would have to go along.`,
		Example: "  bucketseal-cli presign s3://reports/a.csv --expires 24h\n  bucketseal-cli presign s3://inbox/a.csv --method PUT --json",
		RunE: func(c *cobra.Command, args []string) error {
			at, err := object(args[0])
			if err != nil {
				return err
			}
			o.Method = strings.ToUpper(o.Method)
			if o.For, err = linkTime(expires); err != nil {
				return err
			}
			switch {
			case o.Method != http.MethodGet && o.Method != http.MethodPut:
				return usage("--method %s: GET or PUT", o.Method)
			case o.Method == http.MethodGet && (f.sse != "" || o.ContentType != ""):
				return usage("--sse and --content-type are of links to write: --method PUT")
			case o.Method == http.MethodPut && (o.VersionID != "" || o.Disposition != ""):
				return usage("--version-id and --disposition are of links to read: --method GET")
			}
			if err := checkLink(o); err != nil {
				return err
			}
			if f.sse == "c" {
				return usage("--sse c: everybody who uses the link would need the key and have to send it: name another encryption, or upload it yourself")
			}
			return a.with(c.Context(), transfer.Config{}, func(s *session.Session) error {
				asked, err := a.overrideEncryption(c.Context(), s, f)
				if err != nil {
					return err
				}
				link, asked, err := s.Link(c.Context(), at, o, asked)
				if err != nil {
					return err
				}
				a.link(link, asked)
				return nil
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.Method, "method", http.MethodGet, "`GET`|PUT")
	flags.StringVar(&expires, "expires", "1h", "how long it is good: `TIME` as 90m, 24h or 7d")
	flags.StringVar(&o.VersionID, "version-id", "", "of this version `ID` instead of the current one")
	flags.StringVar(&o.ContentType, "content-type", "", "the `TYPE` that has to be sent with a PUT")
	flags.StringVar(&o.Disposition, "disposition", "", "the `Content-Disposition` of the answer, as 'attachment; filename=\"a.csv\"'")
	f.registerEncryption(c, "what is written", "for --sse c")
	return c
}

// checkLink refuses what no header of the link's request or of its answer can carry.
func checkLink(o client.LinkOptions) error {
	for flag, value := range map[string]string{"--content-type": o.ContentType, "--disposition": o.Disposition} {
		if err := client.CheckHeaderValue(flag, value); err != nil {
			return usage("%w", err)
		}
	}
	return checkVersion(o.VersionID)
}

// linkTime is a time as people write it, days too.
func linkTime(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err == nil && n > 0 && n <= 7 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	t, err := time.ParseDuration(text)
	if err != nil || t < time.Second || t > client.MaxLink {
		return 0, usage("--expires %s: a time as 90m, 24h or 7d, a second at least and 7 days at most", text)
	}
	return t, nil
}

func (a *app) link(link client.Link, asked client.Treatment) {
	if a.flags.json {
		l := linkLine{link.URL, link.Method, stamp(link.Expires), link.Sooner, link.MayEnd, orEmpty(link.Headers), nil}
		if link.Method == http.MethodPut {
			l.Asked = askedJSON(asked)
		}
		a.line(l)
		return
	}
	printf(a.out, "%s\n", link.URL)
	for _, name := range slices.Sorted(maps.Keys(link.Headers)) {
		a.note(fmt.Sprintf("send with it: %s: %s", name, link.Headers[name]))
	}
	switch {
	case link.Sooner:
		a.note(fmt.Sprintf("it ends with the credentials, sooner than asked: %s", stamp(link.Expires)))
	case link.MayEnd:
		a.note(fmt.Sprintf("it ends %s, or sooner with the credentials, which are temporary", stamp(link.Expires)))
	default:
		a.note(fmt.Sprintf("it ends %s", stamp(link.Expires)))
	}
}
