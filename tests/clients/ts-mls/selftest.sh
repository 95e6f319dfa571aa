#!/bin/sh
# selftest.sh BUILD: our checks accept KeyPackages of npm's ts-mls, and the library joins groups with them. BUILD is the directory where
# configure and `make tests/unit/mls_session` ran; the library is installed below BUILD. Prints TAP; skips without node and npm.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-.}" && pwd) || exit 1
work=$build/tests/clients/ts-mls
n=0 bad=0

ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; bad=$((bad + 1)); fi
}

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo '1..0 # SKIP node or npm is not installed'
	exit 0
fi

install_client() {
	mkdir -p "$work" && cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$here/client.mjs" "$work" && cd "$work" || return
	cmp -s package-lock.json node_modules/.for 2>/dev/null && return
	npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1 && cp package-lock.json node_modules/.for
}

client() { node --no-warnings "$work/client.mjs" "$@"; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# try NAME MARK OPTION...: the library makes three KeyPackages; our checks accept them, and sessions
# join groups with them. Compares the KeyPackageRef with the library's; MARK is the last-resort mark
# that we see.
try() {
	name=$1 mark=$2
	shift 2
	client generate --count 3 "$@" >"$work/made" || { ok 1 "$name: made"; return; }
	field key_package <"$work/made" | "$session" judge "$from" >"$work/judged"
	ok $? "$name: taken ($(head -n 1 "$work/judged" | cut -c1-60))"
	field ref <"$work/made" >"$work/refs"
	awk -v mark="$mark" '$3 == mark { print $4 }' "$work/judged" | cmp -s - "$work/refs"
	ok $? "$name: reference and mark"
	[ "$(client join <"$work/made" | grep -c '^ok$')" = 3 ]
	ok $? "$name: added to a group, joined, messages both ways"
}

# refuse NAME RULE OPTION...
refuse() {
	name=$1 rule=$2
	shift 2
	client generate --plain yes "$@" | "$session" judge "$from" >"$work/judged"
	grep -q "^refused $rule:" "$work/judged"
	ok $? "$name: $(cat "$work/judged")"
}

session=$build/tests/unit/mls_session
from=$(($(date +%s) - 60))
install_client
ok $? "npm ci, node $(node --version)"
[ $bad = 0 ] || { sed 's/^/# /' "$work/npm.log"; echo "1..$n"; exit 1; }
"$session" show "$from" >"$work/session" || { echo 'Bail out! no mls_session'; exit 1; }
{ read -r MLS_KEY; read -r fid; read -r cert; read -r server; } <"$work/session"
export MLS_KEY

for suite in 1 3; do
	try "suite $suite, basic" 0 --suite $suite --fid "$fid"
	try "suite $suite, basic, framed" 0 --suite $suite --fid "$fid" --framed yes
	try "suite $suite, X.509" 0 --suite $suite --cert "$cert"
	try "suite $suite, X.509 with the server's" 0 --suite $suite --cert "$cert" --cert "$server"
	try "suite $suite, last resort by extension" 1 --suite $suite --fid "$fid" --last-resort extension
	try "suite $suite, last resort by component" 2 --suite $suite --cert "$cert" --last-resort component
	try "suite $suite, for ever" 0 --suite $suite --fid "$fid" --lifetime forever
done
refuse "another's name" identity_mismatch --fid "x$fid"
refuse "the server's certificate" x509_key_mismatch --cert "$server"
refuse 'the certificate of the server twice' x509_chain --cert "$cert" --cert "$server" --cert "$server"
refuse 'over' lifetime_expired --fid "$fid" --lifetime -5
MLS_KEY=$(printf '%064d' 7)
refuse "another's key" session_key_mismatch --fid "$fid"
echo "1..$n"
[ $bad = 0 ]
