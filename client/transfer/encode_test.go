package transfer

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// jsonOf is a value of which both halves were written.
func jsonOf[T any](write func(*Halves, *T) error, v *T) ([]byte, error) {
	var h Halves
	err := write(&h, v)
	return h.Whole(nil), err
}

func TestAJobIsWrittenAsEncodingJSONReadsIt(t *testing.T) {
	for j := range filled[Job](t) {
		ours, err := jsonOf((*Halves).OfJob, j)
		require.NoError(t, err)
		assert.Equal(t, readByJSON[Job](t, theirs(t, j)), readByJSON[Job](t, ours), "%s", ours)
	}
}

func TestAReceiptIsWrittenAsEncodingJSONReadsIt(t *testing.T) {
	for r := range filled[Receipt](t) {
		ours, err := jsonOf((*Halves).OfReceipt, r)
		require.NoError(t, err)
		assert.Equal(t, readByJSON[Receipt](t, theirs(t, r)), readByJSON[Receipt](t, ours), "%s", ours)
	}
}

func TestAJobIsReadAsEncodingJSONReadsIt(t *testing.T) {
	var jobs, ofTheirs JobReader
	for j := range filled[Job](t) {
		ours, err := jsonOf((*Halves).OfJob, j)
		require.NoError(t, err)
		got, err := jobs.Read(ours)
		require.NoError(t, err)
		assert.Equal(t, readByJSON[Job](t, ours), got, "%s", ours)
		got, err = ofTheirs.Read(theirs(t, j))
		require.NoError(t, err)
		assert.Equal(t, readByJSON[Job](t, theirs(t, j)), got, "%s", theirs(t, j))
	}
}

func TestJobsWithOneTreatmentShareItWhenTheyAreRead(t *testing.T) {
	var jobs JobReader
	asked := client.Treatment{Type: client.TypeSSEKMS, Key: "k", Because: client.Say("rule %s", "two")}
	for _, treatment := range []client.Treatment{asked, asked, {Type: client.TypeSSES3}, asked, {}, asked} {
		job := Job{Op: Upload, From: ReadFrom("/a"), To: ObjectAt("W", client.Location{Bucket: "b", Key: "a"}, ""), Treatment: treatment}
		written, err := jsonOf((*Halves).OfJob, &job)
		require.NoError(t, err)
		got, err := jobs.Read(written)
		require.NoError(t, err)
		assert.Equal(t, job, got)
	}
}

func TestWhatIsNoJobIsNotReadAsOne(t *testing.T) {
	whole, err := jsonOf((*Halves).OfJob, &Job{
		ID: "t1", Op: Upload, From: ReadFrom("/a"), To: ObjectAt("W", client.Location{Bucket: "b", Key: "a"}, ""),
		Treatment: client.Treatment{Type: client.TypeSSES3}, Expect: Expect{Size: 7, Modified: time.Unix(1, 0).UTC()},
	})
	require.NoError(t, err)
	for end := range whole {
		var jobs JobReader
		_, err := jobs.Read(whole[:end])
		assert.Error(t, err, "%s", whole[:end])
	}
	for at := range whole {
		var jobs JobReader
		other := append([]byte(nil), whole...)
		other[at] ^= 0x15
		got, err := jobs.Read(other)
		var byJSON Job
		wrong := json.Unmarshal(other, &byJSON)
		assert.Equal(t, wrong == nil, err == nil, "%s", other)
		if err == nil {
			assert.Equal(t, byJSON, got, "%s", other)
		}
	}
}

func TestATimeThatJSONCannotHoldIsSaid(t *testing.T) {
	_, err := jsonOf((*Halves).OfJob, &Job{Op: Upload, Expect: Expect{Modified: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)}})
	require.Error(t, err)
}

// filled yields values of which some fields, and in the end all, hold something; also
// what cannot stand in JSON as it is.
func filled[T any](t *testing.T) func(yield func(*T) bool) {
	t.Helper()
	return func(yield func(*T) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		for n := range 500 {
			v := new(T)
			fillIn(random, reflect.ValueOf(v).Elem(), 1+n/5)
			if !yield(v) {
				return
			}
		}
	}
}

// fillIn fills a value, and of its fields so many of a hundred.
func fillIn(random *rand.Rand, v reflect.Value, percent int) {
	words := []string{"a", "photos/2026/über.jpg", `quo"te\`, "line\nbreak", "<&>\u2028", "no UTF-8: \xff\xfe", "photos"}
	word := func() string { return words[random.IntN(len(words))] }
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(random.Int64N(1<<33), random.Int64N(1e9)).UTC()))
		return
	case client.Text:
		v.Set(reflect.ValueOf(aText(random, word)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(word())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(random.Int64N(1<<40) - 1<<20)
	case reflect.Uint8:
		v.SetUint(uint64(random.IntN(256)))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{word(): word()}))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fillIn(random, v.Index(i), percent)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillIn(random, v.Elem(), percent)
	case reflect.Struct:
		for i := range v.NumField() {
			if random.IntN(100) < percent {
				fillIn(random, v.Field(i), percent)
			}
		}
	default:
		panic(v.Type().String() + " is a kind of field that nobody fills: teach this test, and encode.go")
	}
}

func aText(random *rand.Rand, word func() string) client.Text {
	inner := client.Say("key %s", word())
	texts := []client.Text{
		client.Verbatim(word()), inner, client.Say("encrypted as asked: %v", inner), client.Say("%d parts", 7),
		client.Say("%v; %.1f", inner, 2.5), client.Say("it failed: %v", errors.New(word())),
	}
	return texts[random.IntN(len(texts))]
}

func theirs(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

func readByJSON[T any](t *testing.T, b []byte) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(b, &v), "%s", b)
	return v
}
