#!/bin/sh
# How fast, how even, how big.  Floors and liangkad are measured in turn, in
# rounds, so that what else the machine does meets both; read the ratios.
#
#	BENCH_SECONDS	of each measurement (3)
#	BENCH_ROUNDS	(5)
#	BENCH_PEOPLE	the population (5000000)
#	BENCH_AUDIT	what else is measured (bench_tiles bench_verify bench_replay
#			bench_list bench_sync)
#	BENCH_LISTS	sizes of the lists that arrive under load, see lists.sh; empty:
#			none does
#	BENCH_DESK	what of the desk is measured (intake screen), beside PostgreSQL and
#			sqlite where they are there, and of links between nodes (links)
#	BENCH_FULL=1	also load until all of the population have been met
set -u
: "${BUILD:=build}" "${BENCH_SECONDS:=3}" "${BENCH_ROUNDS:=5}"
: "${BENCH_PEOPLE:=5000000}" "${BENCH_FULL:=}"
: "${BENCH_AUDIT=bench_tiles bench_verify bench_replay bench_list bench_sync}"
: "${BENCH_DESK=intake screen links}"
LC_ALL=C
export LC_ALL

here=$(dirname "$0")
mkdir -p "$BUILD/bench"
bin=$(cd "$BUILD" && pwd)
dir=$(mktemp -d "$bin/bench/run.XXXXXX") || exit 1
run=$(mktemp -d "${TMPDIR:-/tmp}/lk-bench.XXXXXX") || exit 1
sock=$run/check.sock
daemon=
watcher=

cleanup() {
	trap - EXIT INT TERM
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon" 2>/dev/null
	fi
	rm -rf "$dir" "$run"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

die() {
	echo "bench: $*" >&2
	[ ! -s "$dir/liangkad.log" ] || tail -5 "$dir/liangkad.log" >&2
	exit 1
}

# start INTERVAL LOG DATA: a liangkad whose state is saved at least so often and
# whose signed log is published so often (0s: none is kept), on this data.
start() {
	cat >"$dir/liangkad.conf" <<-EOF
	[daemon]
	node = "bench"
	data = "$3"
	token_key = "$dir/token.key"
	policy = "$bin/default.policy"
	checkpoint_interval = $1
	overlay_mb = 512
	[lists]
	use = none
	[log]
	domain = "bench.example"
	key = "$dir/log.key"
	interval = $2
	[limits]
	connections_per_uid = 1024
	checks_per_teller_minute = 1000000
	persons_per_teller_day = 4096
	[institution icbc]
	socket = "$sock"
	area = 330100
	EOF
	"$bin/liangkad" -c "$dir/liangkad.conf" 2>>"$dir/liangkad.log" &
	daemon=$!
	"$bin/bench/bench_watch" "$sock" $daemon 0 || die "liangkad: no start"
}

# stop: SIGTERM; the state is saved.
stop() {
	kill "$daemon"
	wait "$daemon" || die "liangkad: exit $?"
	daemon=
}

# load CONNECTIONS SECONDS [OPTION...]: one line of figures.
n=0
load() {
	n=$((n + 1))
	conns=$1 secs=$2
	shift 2
	"$bin/bench/bench_check" --socket "$sock" --server "$daemon" \
	    --connections "$conns" --seconds "$secs" --run "$n" \
	    --people "$BENCH_PEOPLE" --seen "$dir/seen" "$@" ||
	    die "bench_check failed"
}

# watch: begin to watch the daemon.  watched: end it; one line of figures.
watch() {
	"$bin/bench/bench_watch" "$sock" "$daemon" 86400 >"$dir/watch" &
	watcher=$!
}
watched() {
	kill "$watcher"
	wait "$watcher"
	watcher=
	cat "$dir/watch"
}

"$bin/liangka-keys" new token --out "$dir/token.key" >/dev/null ||
    die "no token key"
"$bin/liangka-keys" new log --name bench.example/branch/bench \
    --out "$dir/log.key" >/dev/null || die "no log key"
# The record by itself, before anything else has the disk busy.
for b in $BENCH_AUDIT; do
	"$bin/bench/$b" "$dir" >>"$dir/audit" || die "$b failed"
	echo "$b done" >&2
done
if [ -n "${BENCH_LISTS-default}" ]; then
	BUILD=$bin sh "$here/lists.sh" "$dir" >>"$dir/audit" ||
	    die "lists.sh failed"
fi
for b in $BENCH_DESK; do
	[ -f "$here/$b.sh" ] || die "there is no $b.sh"
	BUILD=$bin sh "$here/$b.sh" "$dir" >>"$dir/audit" ||
	    die "$b.sh failed"
done
start 60s 1s "$dir/data"
echo "bench: $BENCH_ROUNDS rounds of $BENCH_SECONDS s, $(nproc) cores, load" \
    "$(cut -d' ' -f1-3 /proc/loadavg); floors and liangkad in turn"

# One reply for the echo server; and the code is warm.
line=$(load 64 1 --reply "$dir/reply") || exit 1
n=1	# that was in a shell of its own; no run has another's transactions
bytes=${line##*reply_bytes=}
bytes=${bytes%% *}
watch
i=0
while [ $i -lt "$BENCH_ROUNDS" ]; do
	i=$((i + 1))
	"$bin/bench/bench_disk" "$dir" 1000 || die "bench_disk failed"
	for c in 1 64 256; do
		"$bin/bench/bench_echo" --socket "$run/echo.sock" \
		    --reply "$dir/reply" --bytes "$bytes" --connections $c \
		    --seconds "$BENCH_SECONDS" || die "bench_echo failed"
		load $c "$BENCH_SECONDS"
	done
	echo "round $i done" >&2
done >"$dir/rounds" || exit 1
if [ -n "$BENCH_FULL" ]; then
	met=0
	while [ "$met" -lt $((BENCH_PEOPLE * 99 / 100)) ]; do
		line=$(load 64 10) || exit 1
		met=${line##*met=}
	done
	echo "$line" | sed 's/^check/full/' >>"$dir/rounds"
fi
watched >>"$dir/rounds"
[ ! -e "$dir/audit" ] || cat "$dir/audit" >>"$dir/rounds"
stop
echo "logdir bytes=$(du -sb "$dir/data/log" | cut -f1)" >>"$dir/rounds"
"$bin/bench/bench_state" "$dir/data" >>"$dir/rounds" || die "bench_state"

# The tail, with a checkpoint each second.
start 1s 1s "$dir/data"
watch
line=$(load 256 $((BENCH_SECONDS * 4))) || exit 1
echo "$line" | sed 's/^check/tail/' >>"$dir/rounds"
watched | sed 's/^watch/tailwatch/' >>"$dir/rounds"
stop

# What the signed log costs: the same load without and with it, in turn.  Nothing is
# removed in between, and ext4 is asked for another place on the disk: before it makes
# a file it passes over all that were removed there within the last minutes.
mkdir "$dir/log" && chattr +T "$dir/log" 2>/dev/null
i=0
while [ $i -lt "$BENCH_ROUNDS" ]; do
	i=$((i + 1))
	for log in 0s 1s; do
		mkdir -p "$dir/log/$i"
		start 60s $log "$dir/log/$i/$log"
		line=$(load 64 "$BENCH_SECONDS") || exit 1
		echo "$line" | sed "s/^check/log$log/" >>"$dir/rounds"
		stop
	done
	echo "log round $i done" >&2
done
# Verifying the log that the rounds have left, beside Go's reader of such logs.
now() {
	date +%s%N
}
if [ -n "$BENCH_AUDIT" ] && BUILD=$bin sh "$here/../go/build.sh" \
    >"$dir/go.txt" 2>&1 && [ -x "$bin/check-log" ]; then
	log=$(ls -d "$dir"/data/log/*.1)
	for i in 1 2 3; do
		t0=$(now)
		"$bin/liangka" log verify "$dir/data/log" --key \
		    "$dir/log.key.pub" --no-progress >"$dir/verify.txt" ||
		    die "$(cat "$dir/verify.txt")"
		t1=$(now)
		"$bin/check-log" -vkey "$(cat "$dir/log.key.pub")" "$log" \
		    >"$dir/go.txt" || die "$(cat "$dir/go.txt")"
		t2=$(now)
		echo "goverify ours=$(((t1 - t0) / 1000))" \
		    "go=$(((t2 - t1) / 1000))" \
		    "entries=$(sed -n 2p "$log/checkpoint")" >>"$dir/rounds"
	done
fi

[ -z "${BENCH_KEEP:-}" ] || cp "$dir/rounds" "$BENCH_KEEP"
awk -f "$here/report.awk" "$dir/rounds"
