package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A service is connected with its key, which is never shown; it is tested, paused,
// goes on and is deleted.
func TestTrackerPages(t *testing.T) {
	h, owner := founded(t, nil)
	_ = h
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, _, _ := r.BasicAuth(); user != "EZAK-right-key" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer vendor.Close()
	owner.want(owner.get("/admin/trackers"), 200, "No tracking service yet", "EasyPost", "Webhook")
	owner.want(owner.post("/admin/trackers", "service", "easypost", "easypost-address", vendor.URL), 422, "Fill this in.", vendor.URL)
	page := owner.want(owner.post("/admin/trackers", "service", "easypost", "easypost-api_key", "EZAK-wrong-key", "easypost-address", vendor.URL), 200, "It is not shown again.", "/hooks/hok_", "0 numbers are followed.")
	path := formAction(t, page, `/admin/trackers/\d+`, "EasyPost")
	if page := owner.get(path); page.has("EZAK-wrong-key") || page.has("It is not shown again.") || page.status != 200 {
		t.Error("a secret is shown")
	}
	owner.want(owner.post(path, "do", "test"), 200, "The service refused the key.")
	owner.want(owner.post(path, "do", "save", "name", "Parcels of Berlin", "api_key", "EZAK-right-key", "address", vendor.URL), 200, "Saved.", "Parcels of Berlin")
	owner.want(owner.post(path, "do", "test"), 200, "The service answered.")
	owner.want(owner.post(path, "do", "save", "name", "Parcels of Berlin", "api_key", "", "address", "ftp://x"), 422, "ftp://x")
	owner.want(owner.post(path, "do", "pause"), 200, "paused", "Go on")
	owner.want(owner.post(path, "do", "resume"), 200, "Pause")
	owner.want(owner.get("/admin/trackers"), 200, "Parcels of Berlin")
	made := owner.want(owner.post("/admin/trackers", "service", "webhook"), 200, "whsec_", "/hooks/hok_")
	if made.has("numbers are followed") {
		t.Error("a service that cannot be asked follows numbers")
	}
	owner.want(owner.post(path, "do", "delete"), 200, "The connection was deleted.")
	owner.want(owner.get(path), 404)
}
