package walls

// Walls are the arrows that must not exist. A new room gets its row here in
// the commit that makes it.
var Walls = []Wall{
	{
		Rooms:   []string{"client/...", "settings/...", "ui/state/...", "mock/...", "internal/i18n", "internal/explain", "cmd/bucketseal-cli", "cmd/mocks3"},
		Never:   []string{"fyne.io/..."},
		Because: "everything but the drawing runs, and is tested, without a window",
	},
	{
		Rooms: []string{"..."}, Never: []string{"fyne.io/fyne/v2/app"}, Except: []string{"cmd/bucketseal"},
		Because: "then every test of the screen runs without C, OpenGL or a display",
	},
	{
		Rooms: []string{"client"}, Never: []string{Outside, "client/rules", "client/transfer", "client/session", "client/s3store"},
		Because: "it is the language all other rooms speak, made of the standard library only",
	},
	{
		Rooms: []string{"..."}, Never: []string{"github.com/aws/..."}, Except: []string{"client/s3store", "cmd/..."},
		Because: "one room speaks AWS, and only the wiring in cmd knows that room",
	},
	{
		Rooms: []string{"client/transfer", "client/rules"}, Never: []string{"settings/...", "client/s3store"},
		Because: "a job arrives decided: it looks up neither a rule nor an account",
	},
	{
		Rooms: []string{"client/rules"}, Never: []string{Outside, "std/net/http"}, Open: []string{"golang.org/x/text/..."},
		Because: "a decision is a pure function of the rules, the file and the target",
	},
	{
		Rooms: []string{"client/treesync"}, Never: []string{"settings/...", "client/s3store", "client/transfer", "client/listing", "std/net/http"},
		Because: "it compares what it is handed: it reaches no store and moves no byte",
	},
	{
		Rooms: []string{"client/session"}, Never: []string{"client/s3store"},
		Because: "the session never dials: cmd hands it the way to open an account",
	},
	{
		Rooms: []string{"ui/..."}, Never: []string{"github.com/aws/...", "github.com/zalando/go-keyring/...", "mock/...", "client/s3store"},
		Because: "the screen asks the session",
	},
	{
		Rooms: []string{"ui/...", "internal/explain"}, Never: []string{"settings", "settings/keychain", "settings/internal/..."},
		Because: "the screen asks its desk: it reaches no disk and no secret by itself",
	},
	{
		Rooms: []string{"settings/preferences"}, Never: []string{Outside, "settings", "settings/internal/...", "client/..."},
		Because: "whoever may know these words may not, by them, reach the disk",
	},
	{
		Rooms: []string{"ui/widgets/..."}, Never: []string{"client/...", "settings/...", "ui/state/..."}, Open: []string{"ui/state/rowselect", "settings/preferences"},
		Because: "a widget announces what the user did; what it means is decided elsewhere",
	},
	{
		Rooms: []string{"ui/state/..."}, Never: []string{"ui/state/accounts", "ui/state/browser", "ui/state/confirm", "ui/state/properties", "ui/state/rulelist", "ui/state/transfers"}, Except: []string{"ui/state/shell"},
		Because: "no noun of the screen knows another: only the shell carries news between them",
	},
	{
		Rooms: []string{"..."}, Never: []string{"github.com/zalando/go-keyring/..."}, Except: []string{"settings/keychain", "cmd/..."},
		Because: "one room keeps secrets, and only the wiring in cmd knows that room",
	},
	{
		Rooms: []string{"..."}, Never: []string{"github.com/stretchr/...", "client/storetest", "client/memstore", "settings/faults", "ui/uitest"},
		Except:  []string{"client/storetest", "client/memstore", "settings/faults", "ui/uitest"},
		Because: "what tests are made of stays out of the programs",
	},
	{
		Rooms: []string{"mock/...", "cmd/mocks3", "cmd/internal/nulls3"}, Never: []string{"client/...", "settings/...", "ui/..."},
		Because: "or it would share our misunderstandings of S3",
	},
	{
		Rooms: []string{"mock/seal", "mock/store"}, Never: []string{"std/net/http"},
		Because: "what is sealed and stored does not depend on how it was asked for",
	},
	{
		Rooms: []string{"mock/seal", "mock/sigv4", "mock/kms"}, Never: []string{"mock/store"},
		Because: "keys, signatures and envelopes know of no buckets",
	},
	{
		Rooms: []string{"assets"}, Never: []string{Outside},
		Because: "files made part of the program are for every room, so they bring nothing along",
	},
}
