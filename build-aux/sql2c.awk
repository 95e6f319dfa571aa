# Named statements (-- name: N :rows [redo], -- args: types, -- cols: name type, …, then SQL) become struct stmt for src/store/*.c.
function q(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
function flush() { if (name) { printf "static const struct stmt %s = { \"%s\", %s,\n\t%s, %s, %s, %s };\n", name, name, sql, rows, redo, q(args), q(cols); list = list " &" name "," }; name = sql = args = cols = "" }
/^-- name:/ { flush(); name = $3; rows = toupper(substr($4, 2)); redo = ($5 == "redo" ? "true" : "false"); next }
/^-- args:/ { sub(/^-- args: */, ""); args = args (args ? " " : "") $0; next }
/^-- cols:/ { sub(/^-- cols: */, ""); cols = cols (cols ? " " : "") $0; next }
/^--/ || /^[ \t]*$/ { next }
{ sql = sql "\n\t" substr(q($0 " "), 1) }
END { flush(); printf "#define STATEMENTS {%s NULL }\n", list }
