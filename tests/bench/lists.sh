#!/bin/sh
# lists.sh [DIR]: lists of a million and of ten million records arrive at a liangkad
# that is at work.  DIR is for files; what was found goes to standard output, one line
# for each target, for report.awk:
#
#	target WHAT | FIGURE | WANTED | ok
#
# For each size, in rounds: a daemon with empty lists is put under load; "liangka sync"
# fetches the list; the daemon verifies, builds and adopts it, then looks back at what
# it decided.  Times of checks meanwhile are read against those just before.
#
#	BENCH_LISTS	sizes ("1000000 10000000"); with the last look-ups are measured
#	BENCH_LIST_ROUNDS (3)
#	BENCH_LIST_BEFORE seconds of load before the list comes (3)
#	BENCH_LIST_AFTER seconds at most of looking back (5)
#	BENCH_LIST_RATE	checks a second of the steady load (5000)
set -u
: "${BUILD:=build}" "${BENCH_LISTS=1000000 10000000}" "${BENCH_SECONDS:=3}"
: "${BENCH_LIST_ROUNDS:=3}" "${BENCH_LIST_BEFORE:=3}" "${BENCH_LIST_AFTER:=5}"
: "${BENCH_LIST_RATE:=5000}" "${BENCH_PEOPLE:=5000000}"
LC_ALL=C
export LC_ALL

bin=$(cd "$BUILD" && pwd) || exit 1
if [ $# -gt 0 ]; then
	top=$1
else
	mkdir -p "$bin/bench"
	top=$bin/bench
fi
dir=$(mktemp -d "$top/lists.XXXXXX") || exit 1
run=$(mktemp -d "${TMPDIR:-/tmp}/lk-lists.XXXXXX") || exit 1
sock=$run/check.sock
daemon=
# Another place on the disk: see bench.sh.
chattr +T "$dir" 2>/dev/null

cleanup() {
	trap - EXIT INT TERM
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon" 2>/dev/null
	fi
	rm -rf "$dir" "$run"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

die() {
	echo "lists.sh: $*" >&2
	[ ! -s "$dir/log" ] || tail -5 "$dir/log" >&2
	exit 1
}

# sync_from DATA REPOSITORY: fetch it.
sync_from() {
	"$bin/liangka" sync --once --data "$1" --root "$root" --from "$2" \
	    >"$dir/sync.txt" || die "sync: $(cat "$dir/sync.txt")"
}

# start DATA [none]: a liangkad on this data, with lists or without.
start() {
	if [ "${2:-}" = none ]; then
		policy="policy = \"$bin/default.policy\""
		lists="use = none"
	else
		policy=
		lists="root = \"$root\"
	key = \"$dir/list.key\""
	fi
	cat >"$dir/liangkad.conf" <<-EOC
	[daemon]
	node = "bench"
	data = "$1"
	token_key = "$dir/token.key"
	$policy
	checkpoint_interval = 60s
	overlay_mb = 512
	[lists]
	$lists
	[log]
	domain = "bench.example"
	key = "$dir/log.key"
	[limits]
	connections_per_uid = 1024
	checks_per_teller_minute = 1000000
	persons_per_teller_day = 4096
	[institution icbc]
	socket = "$sock"
	area = 330100
	EOC
	"$bin/liangkad" -c "$dir/liangkad.conf" 2>>"$dir/log" &
	daemon=$!
	"$bin/bench/bench_watch" "$sock" $daemon 0 || die "liangkad: no start"
}

stop() {
	kill "$daemon"
	wait "$daemon" || die "liangkad: exit $?"
	daemon=
}

# await VERSION: until it is in force, a minute at most.
await() {
	i=0
	until "$bin/liangka" status --socket "$sock" --json |
	    grep -q "\"lists_version\": *$1[,}]"; do
		i=$((i + 1))
		[ $i -lt 600 ] || die "version $1 does not come into force"
		sleep 0.1
	done
}

# fresh DATA: a daemon in force with empty lists.
fresh() {
	mkdir -m 700 "$1"
	sync_from "$1" "$repo/1"
	start "$1"
	await 1
}

# adopt WHAT DATA VERSION RATE: the next version arrives under load.
runs=0
adopt() {
	runs=$((runs + 1))
	"$bin/bench/bench_adopt" --socket "$sock" --server "$daemon" \
	    --version "$3" --log "$dir/log" --rate "$4" --connections 64 \
	    --people "$BENCH_PEOPLE" --run "$runs" \
	    --before "$BENCH_LIST_BEFORE" --after "$BENCH_LIST_AFTER" -- \
	    "$bin/liangka" sync --once --data "$2" --root "$root" \
	    --from "$repo/$3" >"$dir/adopt.txt" || die "bench_adopt failed"
	grep '^adopt' "$dir/adopt.txt" | sed "s/^adopt/$1/" >>"$dir/figures"
}

# memory WHAT: what the daemon holds, once it has come to rest.
memory() {
	sleep 2
	awk -v what="$1" '/^(RssAnon|RssFile|VmRSS):/ {
		f = f " " substr($1, 1, length($1) - 1) "=" $2
	} END { print what f }' "/proc/$daemon/status" >>"$dir/figures"
}

# rate WHAT DATA [none]: checks a second in a closed loop.
rate() {
	runs=$((runs + 1))
	start "$2" "${3:-}"
	"$bin/bench/bench_check" --socket "$sock" --server "$daemon" \
	    --connections 64 --seconds "$BENCH_SECONDS" --run "$runs" \
	    --people "$BENCH_PEOPLE" >"$dir/check.txt" || die "bench_check"
	sed "s/^check/$1/" "$dir/check.txt" >>"$dir/figures"
	stop
}

"$bin/liangka-keys" new token --out "$dir/token.key" >/dev/null &&
    "$bin/liangka-keys" new token-list --out "$dir/list.key" >/dev/null &&
    "$bin/liangka-keys" new log --name bench.example/branch/bench \
    --out "$dir/log.key" >/dev/null || die "no keys"

for size in $BENCH_LISTS; do
	repo=$dir/repo.$size
	root=$repo/1/metadata/1.root.json
	mkdir "$repo"
	"$bin/bench/bench_publish" "$repo" "$bin/default.policy" "$size" \
	    >>"$dir/figures" || die "bench_publish failed"
	sync
	# What a daemon holds: nobody listed, then all, and all after a restart.
	fresh "$dir/held.$size"
	"$bin/bench/bench_check" --socket "$sock" --connections 64 \
	    --rate 300 --seconds 0.5 >"$dir/check.txt" || die "bench_check"
	memory "none$size"
	sync_from "$dir/held.$size" "$repo/2"
	await 2
	"$bin/liangka" status --socket "$sock" >"$dir/status.txt" || die status
	grep -q "sanction *version 2 *$size records" "$dir/status.txt" ||
	    die "status: $(cat "$dir/status.txt")"
	memory "held$size"
	stop
	start "$dir/held.$size"
	memory "again$size"
	stop
	r=0
	while [ $r -lt "$BENCH_LIST_ROUNDS" ]; do
		r=$((r + 1))
		for pace in 0 "$BENCH_LIST_RATE"; do
			fresh "$dir/data"
			adopt "adopt$size" "$dir/data" 2 "$pace"
			stop
			start "$dir/data"
			await 2
			adopt "delta$size" "$dir/data" 3 "$pace"
			stop
			rm -rf "$dir/data"
		done
		echo "lists of $size: round $r done" >&2
	done
done
# The whole cost of looking a person up, beside a daemon that has no lists.
r=0
mkdir -m 700 "$dir/without"
while [ $r -lt "$BENCH_LIST_ROUNDS" ]; do
	r=$((r + 1))
	rate "with$size" "$dir/held.$size"
	rate "without" "$dir/without" none
done
[ -z "${BENCH_KEEP:-}" ] || cp "$dir/figures" "$BENCH_KEEP.lists"
awk -v sizes="$BENCH_LISTS" -f "$(dirname "$0")/lists.awk" "$dir/figures"
