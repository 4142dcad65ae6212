#!/bin/sh
# Run the test programs, then replay the fuzz corpora:
#	run.sh PROGRAM... -- FUZZER...
# Prints what failed, and closes with "N passed, N failed, N skipped".
set -u
: "${BUILD:=build}"
passed=0 failed=0 skipped=0 log=$BUILD/check.log
tmp=$(mktemp -d "${TMPDIR:-/tmp}/liangka-check.XXXXXX") || exit 1
chmod 711 "$tmp"
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
: >"$log"

# number NAME FILE: the figure behind NAME in Criterion's closing line.
number() {
	sed -n "s/.*Synthesis:.*$1: *\([0-9][0-9]*\).*/\1/p" "$2" | tail -1
}

while [ $# -gt 0 ] && [ "$1" != -- ]; do
	t=$1
	shift
	printf '%s ' "${t#"$BUILD"/tests/}"
	TMPDIR=$tmp LK_BUILD=$BUILD timeout 150 "$t" --timeout 100 --verbose --color=never \
	    >"$tmp/out" 2>&1 </dev/null
	rc=$?
	cat "$tmp/out" >>"$log"
	tested=$(number Tested "$tmp/out")
	good=$(number Passing "$tmp/out")
	skip=$(grep -c '^\[SKIP\]\|skipped: ' "$tmp/out")
	if [ -z "$tested" ] || [ -z "$good" ]; then
		echo "did not finish (exit $rc)"
		tail -40 "$tmp/out"
		failed=$((failed + 1))
		continue
	fi
	passed=$((passed + good))
	failed=$((failed + tested - good))
	skipped=$((skipped + skip))
	if [ "$tested" -ne "$good" ] || [ $rc -ne 0 ] ||
	    grep -q 'crashed during its setup or teardown' "$tmp/out"; then
		echo "$good of $tested"
		tail -60 "$tmp/out"
		[ "$tested" -ne "$good" ] || failed=$((failed + 1))
	else
		echo "$good"
	fi
done
[ $# -gt 0 ] && shift

for f in "$@"; do
	printf 'fuzz corpus %s ' "$f"
	if timeout 300 "$BUILD/fuzz/$f" "fuzz/corpus/$f" >"$tmp/out" 2>&1; then
		tail -1 "$tmp/out"
		passed=$((passed + 1))
	else
		echo "FAILED"
		tail -40 "$tmp/out"
		failed=$((failed + 1))
	fi
done

if out=$(sh tests/rooms.sh 2>&1); then
	echo "rooms and symbols: $out"
	passed=$((passed + 1))
else
	printf '%s\n' "$out"
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
