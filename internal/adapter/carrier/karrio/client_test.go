package karrio_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/karrio"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/tracking/trackingtest"
)

// server answers as the reference says (API v1: "Add a package tracker", "Retrieves
// a package tracker", "List all package trackers").
func server(t *testing.T) (http.Handler, string) {
	sample, err := os.ReadFile("testdata/tracker_updated.json")
	if err != nil {
		t.Fatal(err)
	}
	var hook struct {
		Data json.RawMessage `json:"data"`
	}
	var made struct {
		ID     string `json:"id"`
		Number string `json:"tracking_number"`
	}
	if err := json.Unmarshal(sample, &hook); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(hook.Data, &made); err != nil {
		t.Fatal(err)
	}
	refuse := func(w http.ResponseWriter, status int) {
		w.WriteHeader(status)
		fmt.Fprint(w, `{"errors":[{"code":"-","message":"-"}]}`)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/trackers", func(w http.ResponseWriter, r *http.Request) {
		var ask map[string]string
		body, _ := io.ReadAll(r.Body) // a broken one does not parse
		switch {
		case json.Unmarshal(body, &ask) != nil || ask["carrier_name"] == "" || r.Header.Get("Content-Type") != "application/json":
			refuse(w, 400)
		case ask["tracking_number"] != made.Number:
			refuse(w, 424) // the carrier refused it
		default:
			w.WriteHeader(http.StatusAccepted)
			_, _ = w.Write(hook.Data) // the test sees what comes of it
		}
	})
	mux.HandleFunc("GET /v1/trackers/{id}", func(w http.ResponseWriter, r *http.Request) {
		if id := r.PathValue("id"); id != made.ID && id != made.Number {
			refuse(w, 404)
			return
		}
		_, _ = w.Write(hook.Data) // the test sees what comes of it
	})
	mux.HandleFunc("GET /v1/trackers", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"count":1,"next":null,"previous":null,"results":[%s]}`, hook.Data)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Token "+trackingtest.Secret {
			refuse(w, 401)
			return
		}
		mux.ServeHTTP(w, r)
	}), made.Number
}

func TestConformance(t *testing.T) {
	handler, number := server(t)
	trackingtest.Run(t, karrio.Driver(), trackingtest.Fixture{
		Server: handler, Quota: -1,
		Settings: func(a string) map[string]string {
			return map[string]string{"api_key": trackingtest.Secret, "address": a}
		},
		Known: tracking.Number{Number: number, Carrier: "UPS"}, Unknown: tracking.Number{Number: "1Z999AA10123456784"},
		Refused: tracking.Number{Number: "77777777", Carrier: "Nobody's Parcels"},
	})
}
