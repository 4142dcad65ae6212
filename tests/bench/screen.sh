#!/bin/sh
# screen.sh [DIR]: a file of seven million accounts against a list of a million and the
# windows of a million persons: by liangka, by PostgreSQL (COPY, join, COPY) and by
# sqlite3 (import, join, output), and the floor: the same tokens and nothing else, on two
# processors.  DIR is for files, some 4 GB of them, which are removed.  What was found
# goes to standard output, one line for each target, for report.awk:
#
#	target WHAT | FIGURE | WANTED | ok
#
# The others join on raw numbers with a list and a table of counts that they have loaded
# and analysed beforehand; liangka opens and verifies its list within its time.
#
#	BENCH_SCREEN	rows (7053000)
#	BENCH_SCREEN_LIST, BENCH_SCREEN_PERSONS (1000000)
#	BENCH_SCREEN_ROUNDS of floor and liangka (5); the medians count
#	BENCH_SCREEN_PEERS (1) rounds of the others; 0: none
set -u
: "${BUILD:=build}" "${BENCH_SCREEN:=7053000}" "${BENCH_SCREEN_LIST:=1000000}"
: "${BENCH_SCREEN_PERSONS:=1000000}" "${BENCH_SCREEN_ROUNDS:=5}"
: "${BENCH_SCREEN_PEERS:=1}"
LC_ALL=C
export LC_ALL

bin=$(cd "$BUILD" && pwd) || exit 1
if [ $# -gt 0 ]; then
	top=$1
else
	mkdir -p "$bin/bench"
	top=$bin/bench
fi
dir=$(mktemp -d "$top/screen.XXXXXX") || exit 1
pg=
pgdir=

# stop_postgres: by the id that it wrote down itself; $pg may be a shell around it.
stop_postgres() {
	[ -n "$pg" ] || return 0
	kill -INT "$(head -1 "$pgdir/data/postmaster.pid")" 2>/dev/null
	wait "$pg" 2>/dev/null
	pg=
}

cleanup() {
	trap - EXIT INT TERM
	stop_postgres
	rm -rf "$dir" ${pgdir:+"$pgdir"}
}
trap cleanup EXIT
trap 'exit 130' INT TERM

die() {
	echo "screen.sh: $*" >&2
	exit 1
}

# median FILE: of numbers, one a line.
median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# since BEGIN: seconds.
since() {
	date +%s.%N | awk -v b="$1" '{ printf "%.2f", $1 - b }'
}

"$bin/bench/bench_screen" make "$dir" "$BENCH_SCREEN" "$BENCH_SCREEN_LIST" \
    "$BENCH_SCREEN_PERSONS" || die "no files"
bytes=$(wc -c <"$dir/accounts.csv")
sync

r=0
while [ $r -lt "$BENCH_SCREEN_ROUNDS" ]; do
	r=$((r + 1))
	"$bin/bench/bench_screen" floor "$BENCH_SCREEN" >"$dir/floor.txt" ||
	    die floor
	sed 's/.*make=\([^ ]*\).*/\1/' "$dir/floor.txt" >>"$dir/floor.make"
	sed 's/.*batch=\([^ ]*\).*/\1/' "$dir/floor.txt" >>"$dir/floor.batch"
	rm -f "$dir/result"
	"$bin/bench/bench_screen" run "$dir" "$bin/default.policy" \
	    "$dir/result" >"$dir/run.txt" || die "bench_screen run"
	sed 's/.*seconds=\([^ ]*\).*/\1/' "$dir/run.txt" >>"$dir/ours"
	echo "screen: round $r: $(cat "$dir/floor.txt" "$dir/run.txt" |
	    tr '\n' ' ')" >&2
done
rm -f "$dir/result"

# postgres: a private cluster, as its own user where we are root.
postgres() {
	pgbin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
	[ -n "$pgbin" ] || return 1
	pgdir=$(mktemp -d "${TMPDIR:-/tmp}/lk-pg.XXXXXX") || return 1
	as=
	if [ "$(id -u)" = 0 ]; then
		id postgres >/dev/null 2>&1 || return 1
		chown postgres "$pgdir"
		as="runuser -u postgres --"
	fi
	$as "$pgbin/initdb" -D "$pgdir/data" -E UTF8 --locale=C -A trust \
	    >"$dir/pg.log" 2>&1 || return 1
	cat >>"$pgdir/data/postgresql.conf" <<-EOC
	listen_addresses = ''
	unix_socket_directories = '$pgdir'
	shared_buffers = 1GB
	work_mem = 256MB
	maintenance_work_mem = 1GB
	max_wal_size = 8GB
	max_parallel_workers_per_gather = 2
	EOC
	$as "$pgbin/postgres" -D "$pgdir/data" >>"$dir/pg.log" 2>&1 &
	pg=$!
	i=0
	until $as "$pgbin/psql" -h "$pgdir" -d postgres -qc 'select 1' \
	    >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 100 ] || return 1
		sleep 0.1
	done
	chmod 755 "$dir"
	psql="$as $pgbin/psql -h $pgdir -d postgres -qv ON_ERROR_STOP=1"
	$psql >>"$dir/pg.log" 2>&1 <<-EOC || return 1
	create table list (id text, category text);
	create table windows (id text, cards int);
	\\copy list from '$dir/list.csv' csv
	\\copy windows from '$dir/windows.csv' csv
	analyze list;
	analyze windows;
	EOC
}

peers=0
if [ "$BENCH_SCREEN_PEERS" -gt 0 ] && postgres; then
	while [ $peers -lt "$BENCH_SCREEN_PEERS" ]; do
		peers=$((peers + 1))
		begin=$(date +%s.%N)
		$psql >>"$dir/pg.log" 2>&1 <<-EOC || die "postgres"
		create table accounts (account text, name text, id text,
		    phone text, inst text, product text, opened text,
		    outlet text, rest text);
		copy accounts from '$dir/accounts.csv' csv header;
		copy (select a.account, case when l.id is not null then 'reject'
		    when w.cards >= 5 then 'review' else 'pass' end,
		    l.category, w.cards from accounts a
		    left join list l using (id) left join windows w using (id))
		    to '$pgdir/result' csv;
		EOC
		since "$begin" >>"$dir/postgres"
		echo >>"$dir/postgres"
		$psql -c 'drop table accounts' >>"$dir/pg.log" 2>&1
		rm -f "$pgdir/result"
	done
	stop_postgres
	rm -rf "$pgdir"
else
	[ ! -s "$dir/pg.log" ] || tail -3 "$dir/pg.log" >&2
	echo "screen: PostgreSQL skipped" >&2
fi

if [ "$BENCH_SCREEN_PEERS" -gt 0 ] && command -v sqlite3 >/dev/null; then
	sqlite3 "$dir/sqlite.db" >"$dir/sqlite.log" 2>&1 <<-EOC || die sqlite3
	pragma journal_mode = off;
	pragma synchronous = off;
	create table list (id text primary key, category text) without rowid;
	create table windows (id text primary key, cards int) without rowid;
	create table l (id text, category text);
	create table w (id text, cards int);
	.mode csv
	.import $dir/list.csv l
	.import $dir/windows.csv w
	insert or ignore into list select * from l;
	insert or ignore into windows select * from w;
	drop table l;
	drop table w;
	analyze;
	EOC
	begin=$(date +%s.%N)
	sqlite3 "$dir/sqlite.db" >"$dir/sqlite.log" 2>&1 <<-EOC || die sqlite3
	pragma journal_mode = off;
	pragma synchronous = off;
	pragma cache_size = -1000000;
	create table accounts (account text, name text, id text, phone text,
	    inst text, product text, opened text, outlet text, rest text);
	.mode csv
	.import --skip 1 $dir/accounts.csv accounts
	.output $dir/sqlite.result
	select a.account, case when l.id is not null then 'reject'
	    when w.cards >= 5 then 'review' else 'pass' end, l.category, w.cards
	    from accounts a left join list l on l.id = a.id
	    left join windows w on w.id = a.id;
	EOC
	since "$begin" >"$dir/sqlite"
	echo >>"$dir/sqlite"
	rm -f "$dir/sqlite.db" "$dir/sqlite.result"
else
	echo "screen: sqlite3 skipped" >&2
fi

# target WHAT FIGURE WANTED OK
target() {
	echo "target $1 | $2 | $3 | $4"
}

ours=$(median "$dir/ours")
make=$(median "$dir/floor.make")
batch=$(median "$dir/floor.batch")
echo "screen rows=$BENCH_SCREEN bytes=$bytes list=$BENCH_SCREEN_LIST" \
    "persons=$BENCH_SCREEN_PERSONS seconds=$ours floor=$make" \
    "floor-side-by-side=$batch"
ratio=$(awk -v a="$ours" -v b="$make" 'BEGIN { printf "%.2f", a / b }')
target "screening of $BENCH_SCREEN rows to the same HMACs by token_make() on 2 cores" \
    "$ratio x ($ours s to $make s)" "at most 2.5 x" \
    "$(awk -v r="$ratio" 'BEGIN { print (r <= 2.5 ? "ok" : "MISSED") }')"
# peer WHAT FILE TIMES
peer() {
	if [ ! -s "$dir/$2" ]; then
		target "$1" "skipped" "at least $3 x" "ok"
		return
	fi
	theirs=$(median "$dir/$2")
	times=$(awk -v a="$ours" -v b="$theirs" \
	    'BEGIN { printf "%.1f", b / a }')
	target "$1" "$times x faster ($theirs s)" "at least $3 x" \
	    "$(awk -v t="$times" -v n="$3" \
	    'BEGIN { print (t >= n ? "ok" : "MISSED") }')"
}
peer "screening to PostgreSQL COPY + join, the same file" postgres 7
peer "screening to sqlite3 import + join, the same file" sqlite 12
