package accountimport

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// S3cmd reads .s3cfg. https://s3tools.org/kb/item14.htm
func S3cmd(b []byte) (Import, error) {
	var all Import
	for _, s := range sections(b) {
		v := s.values
		if v["access_key"] == "" {
			all.leave(s.name, client.Say("it holds no access key"))
			continue
		}
		secure := v["use_https"] == "" || is(v["use_https"])
		name := "s3cmd"
		if s.name != "default" {
			name = s.name
		}
		f := Found{
			Account:     client.Account{Name: name, AccessKeyID: v["access_key"], Endpoint: endpointOf(v["host_base"], secure), CAFile: v["ca_certs_file"]},
			Credentials: client.Credentials{Secret: client.NewSecret(v["secret_key"]), SessionToken: client.NewSecret(v["access_token"])},
		}
		if region := v["bucket_location"]; region != "" && region != "US" {
			f.Account.Region = region
		}
		if v["host_bucket"] != "" && !strings.Contains(v["host_bucket"], "%(bucket)") {
			f.Account.Addressing = client.AddressingPath
		}
		if v["proxy_host"] != "" {
			f.Account.Network.Proxy = "http://" + v["proxy_host"] + ":" + v["proxy_port"]
		}
		if is(v["signature_v2"]) {
			all.leave(name, client.Say("it signs by version 2, which is not spoken here"))
			continue
		}
		if is(v["encrypt"]) {
			f.Dropped = append(f.Dropped, client.Say("files that s3cmd has encrypted by itself (gpg) stay encrypted: it has to decrypt them"))
		}
		if v["kms_key"] != "" || is(v["server_side_encryption"]) {
			f.Dropped = append(f.Dropped, client.Say("it asks for encryption on the server: make a rule for that"))
		}
		if v["check_ssl_certificate"] != "" && !is(v["check_ssl_certificate"]) {
			f.Dropped = append(f.Dropped, client.Say("it does not verify certificates: here they are verified; bind the account to its certificate where that is needed"))
		}
		all.take(f)
	}
	return all, nil
}

// MC reads the config.json of MinIO's mc.
// https://docs.min.io/enterprise/aistor-object-store/reference/cli/mc-alias/
func MC(b []byte) (Import, error) {
	type alias struct {
		URL          string `json:"url"`
		AccessKey    string `json:"accessKey"`
		SecretKey    string `json:"secretKey"`
		SessionToken string `json:"sessionToken"`
		API          string `json:"api"`
		Path         string `json:"path"`
		Lookup       string `json:"lookup"`
	}
	var file struct {
		Aliases map[string]alias `json:"aliases"`
		Hosts   map[string]alias `json:"hosts"` // until version 9
	}
	var all Import
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &file); err != nil {
		return all, client.Say("it is not what mc writes").Err() // the decoder quotes what it read
	}
	named := maps.Clone(file.Hosts)
	if len(file.Aliases) > 0 {
		named = file.Aliases
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		a := named[name]
		switch {
		case a.AccessKey == "" || strings.HasPrefix(a.AccessKey, "YOUR-ACCESS-KEY"):
			all.leave(name, client.Say("it holds no access key"))
			continue
		case strings.EqualFold(a.API, "S3v2"):
			all.leave(name, client.Say("it signs by version 2, which is not spoken here"))
			continue
		}
		base, path := withoutPath(a.URL)
		f := Found{
			Account:     client.Account{Name: name, AccessKeyID: a.AccessKey, Endpoint: base},
			Credentials: client.Credentials{Secret: client.NewSecret(a.SecretKey), SessionToken: client.NewSecret(a.SessionToken)},
		}
		if path != "" {
			f.Dropped = append(f.Dropped, client.Say("the path %q of its URL is not taken over", path))
		}
		switch a.Path + a.Lookup {
		case "on", "path":
			f.Account.Addressing = client.AddressingPath
		case "off", "dns":
			f.Account.Addressing = client.AddressingVirtual
		}
		all.take(f)
	}
	return all, nil
}

// Cyberduck reads a bookmark (.duck), whose secret is in the keychain of Cyberduck.
// https://docs.cyberduck.io/cyberduck/bookmarks/
func Cyberduck(b []byte) (Import, error) {
	var all Import
	v, err := dictionary(b)
	if err != nil {
		return all, err
	}
	name := v["Nickname"]
	if name == "" {
		name = v["Hostname"]
	}
	if !strings.HasPrefix(v["Protocol"], "s3") {
		all.leave(name, client.Say("its protocol is %q, not S3", v["Protocol"]))
		return all, nil
	}
	host := v["Hostname"]
	if port := v["Port"]; port != "" && port != "443" {
		host += ":" + port
	}
	f := Found{Account: client.Account{Name: name, AccessKeyID: v["Username"], Endpoint: endpointOf(host, v["Protocol"] != "s3-http"), Region: v["Region"]}}
	if bucket, _, _ := strings.Cut(strings.Trim(v["Path"], "/"), "/"); bucket != "" {
		f.Account.Buckets = client.NewBucketNames(bucket)
	}
	all.take(f)
	return all, nil
}

// dictionary reads the strings of the outermost dictionary of a property list.
func dictionary(b []byte) (map[string]string, error) {
	not := client.Say("it is not a bookmark of Cyberduck").Err()
	d := xml.NewDecoder(bytes.NewReader(b))
	v := map[string]string{}
	key, depth := "", 0
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(v) > 0:
			return v, nil
		case err != nil:
			return nil, not
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local != "key" && t.Name.Local != "string" {
				depth++
				continue
			}
			var words string
			if err := d.DecodeElement(&words, &t); err != nil {
				return nil, not
			}
			if depth != 2 { // plist, dict
				continue
			}
			if t.Name.Local == "key" {
				key = words
			} else if key != "" {
				v[key], key = words, ""
			}
		case xml.EndElement:
			depth--
		}
	}
}
