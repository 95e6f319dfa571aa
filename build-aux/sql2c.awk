# Named statements become struct stmt for src/store/*.c:
#   -- name: N :rows [redo|resend]
#   -- args: types
#   -- cols: name type, ...
#   SQL
# -- define: NAME text
#   stands for the text in the statements below it.
function quote(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
function expand(s,    m, at) {
	for (m in macros)
		while (at = index(s, m))
			s = substr(s, 1, at - 1) macros[m] substr(s, at + length(m))
	return s
}
function flush() {
	if (name) {
		printf "static const struct stmt %s = { \"%s\", %s,\n\t%s, %s, %s, %s };\n",
			name, name, sql, rows, repeat, quote(args), quote(cols)
		list = list " &" name ","
	}
	name = sql = args = cols = ""
}
/^-- name:/ {
	flush()
	name = $3
	rows = toupper(substr($4, 2))
	repeat = $5 ? toupper($5) : "ONCE"
	next
}
/^-- define:/ { macro = $3; sub(/^-- define: *[A-Z_]+ /, ""); macros[macro] = $0; next }
/^-- args:/ { sub(/^-- args: */, ""); args = args (args ? " " : "") $0; next }
/^-- cols:/ { sub(/^-- cols: */, ""); cols = cols (cols ? " " : "") $0; next }
/^--/ || /^[ \t]*$/ { next }
{ sql = sql "\n\t" quote(expand($0) " ") }
END { flush(); printf "#define STATEMENTS {%s NULL }\n", list }
