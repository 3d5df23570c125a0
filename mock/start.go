package mock

// TB is the part of testing.TB which Start needs, so that programs which embed
// the endpoint do not carry the testing package.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
	TempDir() string
}

// Option changes what Start starts.
type Option func(*Config, *Listen)

// With changes the configuration: With(func(c *Config) { c.Buckets = ... }).
func With(change func(*Config)) Option { return func(c *Config, _ *Listen) { change(c) } }

// As chooses a built-in personality by name; Start fails on an unknown one.
func As(personality string) Option {
	return func(c *Config, _ *Listen) { c.Personality = Personality{Name: personality} }
}

// OverPlainHTTP switches TLS off.
func OverPlainHTTP() Option { return func(_ *Config, l *Listen) { l.PlainHTTP = true } }

// Start runs an endpoint for one test: TLS, a folder of the test, no fsync, one
// key known as "alias/demo", one bucket "bucket". It ends with the test.
//
//	e := mock.Start(t)
//	client := newClient(e.URL, e.CA, e.AccessKey, e.SecretKey)
//	key := e.NamedKeys()[0]
func Start(t TB, options ...Option) *Endpoint {
	t.Helper()
	c := Config{Dir: t.TempDir(), Fast: true, Keys: []KeySpec{{Alias: "alias/demo"}}, Buckets: []string{"bucket"}}
	var l Listen
	for _, o := range options {
		o(&c, &l)
	}
	if name := c.Personality.Name; name != "" && c.Personality == (Personality{Name: name}) {
		p, err := PersonalityNamed(name)
		if err != nil {
			t.Fatalf("start endpoint: %v", err)
		}
		c.Personality = p
	}
	e, err := Serve(c, l)
	if err != nil {
		t.Fatalf("start endpoint: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Fatalf("close endpoint: %v", err)
		}
	})
	return e
}
