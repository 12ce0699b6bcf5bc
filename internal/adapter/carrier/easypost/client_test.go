package easypost_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/easypost"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/tracking/trackingtest"
)

// server answers as the reference says (API v2: "Create a tracker", "Retrieve a
// tracker", "Retrieve a list of trackers", "Errors").
func server(t *testing.T) (http.Handler, string) {
	sample, err := os.ReadFile("testdata/tracker_updated.json")
	if err != nil {
		t.Fatal(err)
	}
	var event struct {
		Result json.RawMessage `json:"result"`
	}
	var made struct {
		ID   string `json:"id"`
		Code string `json:"tracking_code"`
	}
	if err := json.Unmarshal(sample, &event); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(event.Result, &made); err != nil {
		t.Fatal(err)
	}
	refuse := func(w http.ResponseWriter, status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"code":%q,"message":"-","errors":[]}}`, code)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /trackers", func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			Tracker map[string]string `json:"tracker"`
		}
		body, _ := io.ReadAll(r.Body) // a broken one does not parse
		switch {
		case json.Unmarshal(body, &ask) != nil || r.Header.Get("Content-Type") != "application/json":
			refuse(w, 400, "BAD_REQUEST")
		case ask.Tracker["tracking_code"] != made.Code || ask.Tracker["carrier"] != "" && ask.Tracker["carrier"] != "USPS":
			refuse(w, 422, "TRACKER.CREATE.ERROR")
		default:
			_, _ = w.Write(event.Result) // the test sees what comes of it
		}
	})
	mux.HandleFunc("GET /trackers/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") != made.ID {
			refuse(w, 404, "NOT_FOUND")
			return
		}
		_, _ = w.Write(event.Result) // the test sees what comes of it
	})
	mux.HandleFunc("GET /trackers", func(w http.ResponseWriter, r *http.Request) {
		q, list := r.URL.Query(), ""
		if q.Get("page_size") == "" {
			refuse(w, 400, "BAD_REQUEST")
			return
		}
		if q.Get("tracking_code") == made.Code {
			list = string(event.Result)
		}
		fmt.Fprintf(w, `{"trackers":[%s],"has_more":false}`, list)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != trackingtest.Secret || password != "" {
			refuse(w, 401, "UNAUTHORIZED")
			return
		}
		mux.ServeHTTP(w, r)
	}), made.Code
}

func TestConformance(t *testing.T) {
	handler, code := server(t)
	trackingtest.Run(t, easypost.Driver(), trackingtest.Fixture{
		Server: handler, Quota: -1,
		Settings: func(a string) map[string]string {
			return map[string]string{"api_key": trackingtest.Secret, "address": a}
		},
		Known: tracking.Number{Number: code, Carrier: "USPS"}, Unknown: tracking.Number{Number: "9400100000000000000000", Ref: "trk_gone"},
		Refused: tracking.Number{Number: "77777777", Carrier: "UPS"},
	})
}
