package web

// Actions lists what the console can be asked for, each as its method and pattern
// ("POST /t/{number}/reply"), in the order of the tables.
func Actions() []string {
	table := routes()
	out := make([]string, len(table))
	for i, rt := range table {
		out[i] = rt.method + " " + rt.pattern
	}
	return out
}
