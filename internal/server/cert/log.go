package cert

import (
	"context"
	"log/slog"
	"maps"

	"go.uber.org/zap/zapcore"
)

// told are the fields of the library that are logged. Others name the account's
// e-mail address, keys and whole requests.
var told = []string{"identifier", "issuer", "challenge_type", "error", "attempt", "retrying_in"}

// bridge writes the library's warnings to the program's log.
type bridge struct {
	log    *slog.Logger
	fields map[string]any
}

// Enabled leaves out what is no more than chatter; successes are told by events.
func (b *bridge) Enabled(l zapcore.Level) bool { return l >= zapcore.WarnLevel }

// With returns a bridge with more fields.
func (b *bridge) With(fields []zapcore.Field) zapcore.Core {
	return &bridge{log: b.log, fields: b.add(fields)}
}

func (b *bridge) add(fields []zapcore.Field) map[string]any {
	e := zapcore.NewMapObjectEncoder()
	maps.Copy(e.Fields, b.fields)
	for _, f := range fields {
		f.AddTo(e)
	}
	return e.Fields
}

// Check asks for the entries that are Enabled.
func (b *bridge) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if b.Enabled(e.Level) {
		return c.AddCore(e, b)
	}
	return c
}

// Write logs one entry.
func (b *bridge) Write(e zapcore.Entry, fields []zapcore.Field) error {
	all := b.add(fields)
	var args []any
	for _, name := range told {
		if v, ok := all[name]; ok {
			args = append(args, name, v)
		}
	}
	b.log.Log(context.Background(), slog.LevelWarn, "certificates: "+e.Message, args...)
	return nil
}

// Sync does nothing: the log has no buffer.
func (b *bridge) Sync() error { return nil }
