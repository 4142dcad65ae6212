#!/bin/sh
# What becomes of a record that somebody alters: the signed log of the demo is copied
# and tampered with in four ways, and each time verified as an auditor would.  The
# demo itself stays as it is; all work is done in $BUILD/tamper.
#
#	make demo-tamper
#
set -eu
LC_ALL=C
export LC_ALL

here=$(dirname "$0")
build=${BUILD:-build}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
near=${build#"$PWD"/}
demo=$build/demo
dir=$build/tamper
key=$demo/log.key.pub
run=
pid=

say() {
	printf '%s\n' "$*"
}

fail() {
	printf 'demo-tamper: %s\n' "$*" >&2
	exit 1
}

# Stop the daemon that was started here.
stop() {
	[ -n "$pid" ] || return 0
	kill -TERM "$pid" 2>/dev/null || :
	wait "$pid" || :
	pid=
}

cleanup() {
	trap '' INT TERM
	stop
	[ -z "$run" ] || rm -rf "$run"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The log as the demo left it.
pristine() {
	rm -rf "$dir/log"
	cp -R "$demo/data/log" "$dir/log"
}

# verify EXIT OPTION...: verify the copy, and see that it ends as it should.
verify() {
	want=$1 got=0
	shift
	say "    \$ liangka log verify $near/tamper/log --key $near/demo/log.key.pub" \
	    "$*" | sed "s|$build|$near|g; s| *$||"
	"$build/liangka" log verify "$dir/log" --key "$key" --no-progress \
	    "$@" >"$dir/said" 2>&1 || got=$?
	sed 's/^/    /' "$dir/said"
	[ "$got" = "$want" ] || fail "log verify ended with $got, not $want"
	say "    (exit $got)"
	say
}

# blames TEXT: the last verification must have said this.
blames() {
	grep -qF -- "$1" "$dir/said" || fail "log verify did not say: $1"
}

# place SEQ: the bundle that holds an entry, and where in it the entry begins.
place() {
	# In the newest of the partial bundles that hold it: that is the one verified.
	bundle=$(grep -rlaF "{\"seq\":$1,\"t\":" "$dir/log" | sort -V | tail -1)
	[ -n "$bundle" ] || fail "entry $1 is not in the log"
	offset=$(grep -aboF "{\"seq\":$1,\"t\":" "$bundle" | head -1 | cut -d: -f1)
}

# poke FILE OFFSET CHARACTER: change one byte.
poke() {
	printf '%s' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

umask 077
if ! ls "$demo"/data/log/*/checkpoint >/dev/null 2>&1; then
	say "There is no demo yet: its day is played first (make demo) ..."
	BUILD=$build sh "$here/demo.sh" >"$build/demo-tamper.log" 2>&1 || :
	ls "$demo"/data/log/*/checkpoint >/dev/null 2>&1 || {
		tail -5 "$build/demo-tamper.log" >&2
		fail "the demo left no signed log; see $near/demo-tamper.log"
	}
fi
if [ -e "$dir" ]; then
	[ -f "$dir/.liangka-tamper" ] ||
	    fail "$dir was not made by this script: remove it yourself"
	rm -rf "$dir"
fi
mkdir "$dir"
: >"$dir/.liangka-tamper"
pristine

say "The record of the demo, as an auditor verifies it with the node's public key"
say "================================================================================"
verify 0 --state "$dir/state"

say "1. One byte of one decision"
say "---------------------------"
entry=$("$build/liangka" log show "$dir/log" --decision reject --last 1 --json)
[ -n "$entry" ] || fail "the demo rejected nobody"
seq=$(printf '%s' "$entry" | sed 's/^{"seq":\([0-9]*\),.*/\1/')
within=$(printf '%s' "$entry" | grep -aboF '"decision":20' | cut -d: -f1)
place "$seq"
say "Entry $seq rejects an applicant. Somebody makes that a review: \"decision\":20"
say "becomes \"decision\":10, one byte of $near${bundle#"$build"}."
say
poke "$bundle" $((offset + within + 11)) 1
verify 1
blames "(seq $seq)"
blames "${bundle#"$dir/log/"}"

say "2. Two entries change places"
say "----------------------------"
pristine
begins() {
	grep -abo '{"seq":[0-9]*,"t":' "$bundle" | sed -n "$1s/:.*//p"
}
a=$(($(begins 9) - 2)) b=$(($(begins 10) - 2)) c=$(($(begins 11) - 2))
{
	head -c $a "$bundle"
	head -c $c "$bundle" | tail -c $((c - b))
	head -c $b "$bundle" | tail -c $((b - a))
	tail -c +$((c + 1)) "$bundle"
} >"$dir/swapped"
mv "$dir/swapped" "$bundle"
say "The tenth and ninth entry of ${bundle#"$dir/log/"} are swapped; each is whole."
say
verify 1
blames "altered or moved"

say "3. The end is cut off"
say "---------------------"
pristine
last=$(find "$dir/log" -path '*/entries/*' -type f | sort -V | tail -1)
size=$(wc -c <"$last")
head -c $((size / 2)) "$last" >"$dir/cut"
mv "$dir/cut" "$last"
say "The newest file of entries, ${last#"$dir/log/"}, loses its second half."
say
verify 1
blames "cut short"

say "4. The log is wound back"
say "------------------------"
say "An older checkpoint was signed by the node too: by itself it is good. So the auditor"
say "remembers what he has seen (--state). The daemon goes on for a moment, on a copy, and"
say "only what is new has to be verified:"
say
cp -R "$demo/data" "$dir/data"
run=$(mktemp -d "${XDG_RUNTIME_DIR:-/tmp}/liangka.XXXXXX")
sed -e "s|^data = .*|data = \"$dir/data\"|" \
    -e "s|^socket = \".*/|socket = \"$run/|" \
    "$demo/liangkad.conf" >"$dir/liangkad.conf"
"$build/liangkad" -c "$dir/liangkad.conf" 2>"$dir/liangkad.log" &
pid=$!
n=0
until [ -S "$run/operator_desk.sock" ] && "$build/tests/demo-history" \
    --socket "$run/operator_desk.sock" --ready; do
	n=$((n + 1))
	if [ $n -gt 100 ] || ! kill -0 "$pid" 2>/dev/null; then
		cat "$dir/liangkad.log" >&2
		fail "liangkad did not start"
	fi
	sleep 0.1
done
stop
rm -rf "$dir/log"
cp -R "$dir/data/log" "$dir/log"
verify 0 --state "$dir/state"
say "Now the copy from before is put in its place: older, whole, well signed."
say
pristine
verify 1 --state "$dir/state"
blames "wound back"

pristine
cat <<END
All four were found. What finds them: the signature covers size and root of a tree
over all entries; the tiles yield the root; each entry has the hash of its leaf; and
a remembered head must be continued.

Try your own: alter anything below $near/tamper/log, then
    $near/liangka log verify $near/tamper/log --key $near/demo/log.key.pub --all
END
