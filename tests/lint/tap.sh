# Sourced by the checks beside it: they run in the source tree and print TAP. verdict NAME FINDINGS: the test passes if there are no findings.
cd "${top_srcdir:-$(dirname "$0")/../..}" || exit 99
tap_n=0 tap_bad=0
verdict() {
	tap_n=$((tap_n + 1))
	if [ -z "$2" ]; then
		echo "ok $tap_n - $1"
	else
		tap_bad=1
		echo "not ok $tap_n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}
skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1 # SKIP $2"; }
finish() { echo "1..$tap_n"; exit $tap_bad; }
