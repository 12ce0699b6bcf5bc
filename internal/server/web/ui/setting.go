package ui

// SettingField is one setting of a connection, of shops and of tracking services
// alike.
type SettingField struct {
	Name     string
	Kind     string // "text", "url", "secret", "choice"
	Label    string
	Hint     string
	Value    string // never that of a secret
	Required bool
	Choices  []Option // of a choice
}
