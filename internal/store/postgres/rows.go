package postgres

import (
	"strconv"
	"strings"
)

// Column is a column of rows that go to the server as arrays, one for each
// column. Type is bigint, text, boolean or jsonb.
type Column struct{ Name, Type string }

// unnest reads arrays, which are the parameters from a number on, as rows.
func unnest(cols []Column, from int) (names, values, rows string) {
	var n, v, r []string
	for i, c := range cols {
		array, value := c.Type, "u."+c.Name
		if c.Type == "jsonb" {
			array, value = "text", "cast(u."+c.Name+" AS jsonb)"
		}
		n, v = append(n, c.Name), append(v, value)
		r = append(r, "cast($"+strconv.Itoa(from+i)+" AS "+array+"[])")
	}
	list := strings.Join(n, ",")
	return list, strings.Join(v, ","), "unnest(" + strings.Join(r, ",") + ") AS u(" + list + ")"
}

// InsertRows writes an insertion of rows given as arrays in the order of the
// columns. Rows that a unique index knows are left out.
func InsertRows(table string, cols []Column) string {
	names, values, rows := unnest(cols, 1)
	return "INSERT INTO " + table + " (" + names + ") SELECT " + values + " FROM " + rows + " ON CONFLICT DO NOTHING"
}

// UpdateRows writes an update of rows given as arrays: the first column finds the
// row, within the workspace that is the parameter after the arrays.
func UpdateRows(table string, cols []Column) string {
	_, _, rows := unnest(cols, 1)
	var set []string
	for _, c := range cols[1:] {
		value := "u." + c.Name
		if c.Type == "jsonb" {
			value = "cast(" + value + " AS jsonb)"
		}
		set = append(set, c.Name+"="+value)
	}
	key := cols[0].Name
	return "UPDATE " + table + " SET " + strings.Join(set, ",") + " FROM " + rows +
		" WHERE " + table + "." + key + "=u." + key + " AND " + table + ".workspace_id=$" + strconv.Itoa(len(cols)+1)
}

// Among is the condition that a column is among an array, which is parameter n.
func Among(column string, n int) string { return column + "=ANY($" + strconv.Itoa(n) + ")" }
