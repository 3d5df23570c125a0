package main

import (
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// findFlags are what objects are found by, as it is written.
type findFlags struct{ name, size, newer, older, class, encryption string }

// wanted is what objects are found by. The zero value is any.
type wanted struct {
	name       string
	least      int64 // bytes
	most       int64 // bytes, -1 for any
	since      time.Time
	before     time.Time
	class      string
	encryption client.EncryptionType // unknownEncryption where it is not to be told
}

const unknownEncryption client.EncryptionType = "unknown"

func (f *findFlags) wanted(now time.Time) (w wanted, err error) {
	w = wanted{name: f.name, class: f.class, most: -1}
	if f.size != "" {
		if w.least, w.most, err = sizesOf(f.size); err != nil {
			return w, err
		}
	}
	if w.since, err = pointInTime("--newer", f.newer, now); err != nil {
		return w, err
	}
	if w.before, err = pointInTime("--older", f.older, now); err != nil {
		return w, err
	}
	if f.encryption != "" {
		types := map[string]client.EncryptionType{
			"none": client.TypeNone, "s3": client.TypeSSES3, "kms": client.TypeSSEKMS, "dsse": client.TypeDSSEKMS, "c": client.TypeSSEC, "unknown": unknownEncryption,
		}
		t, known := types[f.encryption]
		if !known {
			return w, usage("--encryption %s: write none, s3, kms, dsse, c or unknown", f.encryption)
		}
		w.encryption = t
	}
	return w, nil
}

// sizesOf reads "+10M", "-10M" or "10M".
func sizesOf(written string) (least, most int64, err error) {
	sign, text := byte(0), written
	if written[0] == '+' || written[0] == '-' {
		sign, text = written[0], written[1:]
	}
	n := int64(0)
	if text != "0" {
		if n, err = size("--size", text); err != nil || n == 0 {
			return 0, 0, usage("--size %s: write +10M for at least, -10M for at most, 10M for exactly that many bytes", written)
		}
	}
	switch sign {
	case '+':
		return n, -1, nil
	case '-':
		return 0, n, nil
	default:
		return n, n, nil
	}
}

// listed reports whether what a listing says of an object is wanted. What it does not
// say is not: an object without a date is neither newer nor older than any.
func (w *wanted) listed(o *client.Object) bool {
	class := o.StorageClass
	if class == "" {
		class = "STANDARD"
	}
	name := o.At.Key
	if !strings.Contains(w.name, "/") {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	sized := w.least > 0 || w.most >= 0
	switch {
	case w.name != "" && !rules.Match(w.name, name):
	case sized && (!o.SizeTold() || o.Size < w.least || w.most >= 0 && o.Size > w.most):
	case !w.since.IsZero() && (o.Modified.IsZero() || o.Modified.Before(w.since)):
	case !w.before.IsZero() && (o.Modified.IsZero() || !o.Modified.Before(w.before)):
	case w.class != "" && !strings.EqualFold(w.class, class):
	default:
		return true
	}
	return false
}

// encrypted reports whether an object that was asked for is encrypted as wanted.
func (w *wanted) encrypted(o client.Object) bool {
	switch w.encryption {
	case "":
		return true
	case unknownEncryption:
		return !o.Encryption.Told
	}
	return o.Encryption.Told && o.Encryption.Type == w.encryption
}
