#!/bin/sh
# links.sh [DIR]: one node above, one real node below, and many that are made up
# (bench_links): what asking costs, how many questions a second, what happens while the node
# above is silent, catching up, and the memory of links.  All on this machine, over loopback.
# DIR is for files; figures go to standard error, one line for each target to standard
# output, for report.awk.  All targets are ratios or differences within one run.
#
#	BENCH_LINK_ROUNDS	(3)
#	BENCH_LINK_SECONDS	of each measurement (2)
#	BENCH_LINK_EVENTS	that are caught up with (1000000)
#	BENCH_LINK_RATE		checks a second beside that (1000)
#	BENCH_LINK_IDLE		links that only beat (1200)
#	BENCH_LINK_PARTS	(ask rate outage catchup idle)
set -u
: "${BUILD:=build}" "${BENCH_LINK_ROUNDS:=3}" "${BENCH_LINK_SECONDS:=2}"
: "${BENCH_LINK_EVENTS:=1000000}" "${BENCH_LINK_RATE:=1000}"
: "${BENCH_LINK_IDLE:=1200}"
: "${BENCH_LINK_PARTS:=ask rate outage catchup idle}"
LC_ALL=C
export LC_ALL

bin=$(cd "$BUILD" && pwd) || exit 1
if [ $# -gt 0 ]; then
	top=$1
else
	mkdir -p "$bin/bench"
	top=$bin/bench
fi
dir=$(mktemp -d "$top/links.XXXXXX") || exit 1
run=$(mktemp -d "${TMPDIR:-/tmp}/lk-links.XXXXXX") || exit 1
address=127.0.0.1:$((20000 + $$ % 12000))
city=
below=
# Another place on the disk: see bench.sh.
chattr +T "$dir" 2>/dev/null

cleanup() {
	trap - EXIT INT TERM
	for p in $below $city; do
		kill -CONT "$p" 2>/dev/null
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	rm -rf "$dir" "$run"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

die() {
	echo "links.sh: $*" >&2
	for f in "$dir/city.log" "$dir/n0000.log"; do
		[ ! -s "$f" ] || tail -n 5 "$f" >&2
	done
	exit 1
}

# configure NODE DATA: what both have.
configure() {
	cat >"$dir/$1.conf" <<-END
	[daemon]
	node = "$1"
	data = "$2"
	token_key = "$dir/token.key"
	policy = "$bin/default.policy"
	overlay_mb = 512
	[log]
	domain = "bench.example"
	key = "$dir/$1.key"
	[lists]
	use = none
	[limits]
	connections = 4096
	connections_per_uid = 1024
	checks_per_teller_minute = 0
	persons_per_teller_day = 0
	[link]
	certificate = "$dir/$1.crt"
	key = "$dir/link.key"
	ca = "$dir/ca.crt"
	[operator ops]
	socket = "$run/$1.ops"
	rights = admin, intake
	END
	[ -d "$2" ] || mkdir -m 700 "$2"
}

# up NODE: start it; its process id is in $pid.
up() {
	"$bin/liangkad" -c "$dir/$1.conf" 2>>"$dir/$1.log" &
	pid=$!
	"$bin/bench/bench_watch" "$run/$1.sock" $pid 0 || die "$1: no start"
}

# above DATA: start the node above.
above() {
	configure city "$1"
	cat >>"$dir/city.conf" <<-END
	[institution bank-city]
	socket = "$run/city.sock"
	area = 330102
	[children]
	listen = "$address"
	nodes = "$dir/nodes.conf"
	witness_key = "$dir/witness.key"
	END
	up city
	city=$pid
}

# child MODE DATA: start the node below, and wait until it is linked.
child_conf() {
	configure n0000 "$2"
	cat >>"$dir/n0000.conf" <<-END
	[institution bank-0]
	socket = "$run/n0000.sock"
	area = 330102
	[upstream]
	address = "$address"
	name = "city"
	mode = $1
	deadline = 300ms
	witness_key = "$(tail -n 1 "$dir/witness.key.pub")"
	END
}
child() {
	child_conf "$1" "$2"
	: >"$dir/n0000.log"
	up n0000
	below=$pid
	[ -n "$city" ] || return 0
	tries=0
	until grep -q "linked with the node above" "$dir/n0000.log"; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] || die "n0000 does not link"
		sleep 0.05
	done
	# What it had to tell is told first.
	sleep 0.3
}

down() {
	kill "$1"
	wait "$1" || die "liangkad: exit $?"
}

# check LETTER SOCKET: under names of transactions that no other run has (8 letters).
check() {
	"$bin/bench/bench_check" --socket "$2" --connections 1 \
	    --seconds "$BENCH_LINK_SECONDS" --run "$1$(date +%s | tail -c 6)" --people 1000000 ||
	    die "bench_check failed"
}

links() {
	"$bin/bench/bench_links" "$@" || die "bench_links $1 failed"
}

has() {
	case " $BENCH_LINK_PARTS " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

keys() {
	"$bin/liangka-keys" new token --out "$dir/token.key" &&
	    "$bin/liangka-keys" new witness --name witness.bench.example \
	    --out "$dir/witness.key" || return 1
	for n in city n0000; do
		"$bin/liangka-keys" new log --name "bench.example/branch/$n" \
		    --out "$dir/$n.key" || return 1
	done
}
keys >/dev/null || die "no keys"
links setup "$dir" "$((BENCH_LINK_IDLE > 12 ? BENCH_LINK_IDLE + 1 : 13))"

# What asking adds to one check.
ask() {
	for mode in never always; do
		child $mode "$dir/n0000.data"
		check "${mode%"${mode#?}"}" "$run/n0000.sock" | sed "s/^check/$mode/"
		[ $mode = never ] ||
		    links beat "$dir" "$address" "$BENCH_LINK_SECONDS"
		down "$below"
		below=
	done
	"$bin/bench/bench_disk" "$dir" 2000 || die "bench_disk failed"
}

# Twelve that ask, against twelve who check at the node above itself.
rate() {
	links local "$dir" "$run/city.sock" 12 16 "$BENCH_LINK_SECONDS" 0 "$city"
	for settle in 0 1; do
		links ask "$dir" "$address" 12 16 "$BENCH_LINK_SECONDS" \
		    $settle "$city"
	done
}

# The node above stands still.
outage() {
	for mode in never always; do
		child $mode "$dir/n0000.data"
		stop=$city
		[ $mode = always ] || stop=0
		for c in 1 12; do
			"$bin/bench/bench_outage" "$run/n0000.sock" "$stop" $c \
			    "$BENCH_LINK_SECONDS" | sed "s/^/$mode/" ||
			    die "bench_outage failed"
		done
		down "$below"
		below=
	done
}

# A node that was long away.
catchup() {
	rm -rf "$dir/city.far" "$dir/n0000.far" "$dir/bare"
	cp -a "$dir/n0000.away" "$dir/n0000.far"
	above "$dir/city.far"
	child_conf always "$dir/n0000.far"
	"$bin/bench/bench_catchup" "$run/city.sock" "$city" \
	    "$BENCH_LINK_EVENTS" "$BENCH_LINK_RATE" "$BENCH_LINK_SECONDS" \
	    "$bin/liangkad" -c "$dir/n0000.conf" 2>>"$dir/n0000.log" ||
	    die "bench_catchup failed"
	down "$city"
	city=
	mkdir "$dir/bare"
	"$bin/bench/bench_append" "$dir/city.far/wal" "$dir/bare" \
	    "$BENCH_LINK_EVENTS" || die "bench_append failed"
}

above "$dir/city.data"
i=0
while [ $i -lt "$BENCH_LINK_ROUNDS" ]; do
	i=$((i + 1))
	for part in ask rate outage; do
		! has $part || $part >>"$dir/figures" || exit 1
	done
	echo "links: round $i done" >&2
done
down "$city"
city=
if has idle; then
	above "$dir/city.idle"
	"$bin/bench/bench_idle" "$dir" "$address" "$BENCH_LINK_IDLE" 5 \
	    "$city" >>"$dir/figures" || die "bench_idle failed"
	down "$city"
	city=
fi
if has catchup; then
	"$bin/bench/bench_intake" "$BENCH_LINK_EVENTS" |
	    sed 's/icbc/bank-0/' >"$dir/rows.csv"
	child never "$dir/n0000.away"
	"$bin/liangka" intake "$dir/rows.csv" --socket "$run/n0000.ops" \
	    --no-progress --json >"$dir/out" ||
	    die "liangka intake: $(cat "$dir/out")"
	down "$below"
	below=
	i=0
	while [ $i -lt "$BENCH_LINK_ROUNDS" ]; do
		i=$((i + 1))
		catchup >>"$dir/figures" || exit 1
		echo "links: catching up, round $i done" >&2
	done
fi
[ -z "${BENCH_KEEP:-}" ] || cp "$dir/figures" "$BENCH_KEEP.links"
awk -f "$(dirname "$0")/links.awk" "$dir/figures"
