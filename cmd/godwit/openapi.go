package main

import (
	"os"

	"godwit.dev/godwit/internal/app"
)

// openapiCmd prints the description of the API.
type openapiCmd struct {
	JSON bool `xor:"format" help:"As JSON, which is the default."`
	YAML bool `xor:"format" help:"As YAML."`
}

// Run prints it.
func (c *openapiCmd) Run() error {
	text, err := app.OpenAPI(c.YAML)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
