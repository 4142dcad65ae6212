#!/bin/sh
# intake.sh [DIR]: a file of new cards, one for each of a million people, taken in by
# liangkad and by PostgreSQL, in turn, in the same run.  DIR is for files; what was found
# goes to standard output, one line for each target, for report.awk.
#
# Ours ends when the daemon has exited: all rows in the write-ahead log, the state's
# checkpoint and the signed log written and synced.  PostgreSQL's when CHECKPOINT has
# returned: COPY into an unlogged table, then one transaction that upserts persons and
# openings, with the settings that initdb makes.  It makes no tokens and no signed log.
# overlay_mb is what bench.sh has too: fewer, larger checkpoints.
# Bytes are those that the kernel counts for each of them, its children included.
#
#	BENCH_INTAKE_ROWS	(1000000)
#	BENCH_INTAKE_ROUNDS	(3)
#	BENCH_PG		PostgreSQL's programs (/usr/lib/postgresql/15/bin)
set -u
: "${BUILD:=build}" "${BENCH_INTAKE_ROWS:=1000000}" "${BENCH_INTAKE_ROUNDS:=3}"
: "${BENCH_PG:=/usr/lib/postgresql/15/bin}"
LC_ALL=C
export LC_ALL

bin=$(cd "$BUILD" && pwd) || exit 1
if [ $# -gt 0 ]; then
	top=$1
else
	mkdir -p "$bin/bench"
	top=$bin/bench
fi
dir=$(mktemp -d "$top/intake.XXXXXX") || exit 1
run=$(mktemp -d "${TMPDIR:-/tmp}/lk-intake.XXXXXX") || exit 1
sock=$run/intake.sock
daemon=
pg=
# Another place on the disk: see bench.sh.
chattr +T "$dir" 2>/dev/null

cleanup() {
	trap - EXIT INT TERM
	for p in $daemon $pg; do
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	rm -rf "$dir" "$run"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

die() {
	echo "intake.sh: $*" >&2
	for f in "$dir/log" "$dir/pg.log"; do
		[ ! -s "$f" ] || tail -5 "$f" >&2
	done
	exit 1
}

now() {
	date +%s%N
}

# Bytes that this shell and all whom it waited for have had written.
written() {
	sed -n 's/^write_bytes: //p' /proc/$$/io
}

# Hundredths of a second of processor that those it waited for have used.
used() {
	awk '{ print $16 + $17 }' /proc/$$/stat
}

"$bin/bench/bench_intake" "$BENCH_INTAKE_ROWS" >"$dir/rows.csv" ||
    die "no rows"
"$bin/liangka-keys" new token --out "$dir/token.key" >/dev/null ||
    die "no token key"
"$bin/liangka-keys" new log --name bench.example/branch/bench \
    --out "$dir/log.key" >/dev/null || die "no log key"

# ours LOG DATA: with a signed log published so often, 0s: none.
ours() {
	cat >"$dir/liangkad.conf" <<-END
	[daemon]
	node = "bench"
	data = "$2"
	token_key = "$dir/token.key"
	policy = "$bin/default.policy"
	overlay_mb = 512
	[lists]
	use = none
	[log]
	domain = "bench.example"
	key = "$dir/log.key"
	interval = $1
	[operator bench]
	socket = "$sock"
	rights = intake
	END
	"$bin/liangkad" -c "$dir/liangkad.conf" 2>>"$dir/log" &
	daemon=$!
	tries=0
	until [ -S "$sock" ]; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || die "liangkad: no start"
		sleep 0.05
	done
	w0=$(written) c0=$(used)
	t0=$(now)
	"$bin/liangka" intake "$dir/rows.csv" --socket "$sock" --no-progress \
	    --json >"$dir/out" || die "liangka intake: $?: $(cat "$dir/out")"
	t1=$(now)
	kill "$daemon"
	wait "$daemon" || die "liangkad: exit $?"
	daemon=
	t2=$(now)
	w1=$(written) c1=$(used)
	grep -q "\"new\":$BENCH_INTAKE_ROWS," "$dir/out" || die "$(cat "$dir/out")"
	rm -f "$sock"
	echo "ours$1 ms=$(((t2 - t0) / 1000000)) acked=$(((t1 - t0) / 1000000))" \
	    "bytes=$((w1 - w0)) cpu=$(((c1 - c0) * 10))"
}

# As user: postgres does not run as root.
as=
user=$(id -un)
if [ "$(id -u)" = 0 ]; then
	user=postgres
	as="setpriv --reuid=postgres --regid=postgres --init-groups"
fi

psql_() {
	PGOPTIONS='-c client_min_messages=warning' "$BENCH_PG/psql" -X -q \
	    -h "$run/pg" -U "$user" -d postgres -v ON_ERROR_STOP=1 "$@"
}

pg_start() {
	$as "$BENCH_PG/postgres" -D "$1" -k "$run/pg" -c listen_addresses= \
	    >>"$dir/pg.log" 2>&1 &
	pg=$!
	tries=0
	until psql_ -c 'SELECT 1' >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || die "PostgreSQL: no start"
		sleep 0.05
	done
}

theirs() {
	mkdir "$1" "$run/pg" 2>/dev/null
	chmod 755 "$run" "$dir"
	[ -z "$as" ] || chown postgres "$1" "$run/pg"
	$as "$BENCH_PG/initdb" -D "$1" -U "$user" --locale=C -E UTF8 -A trust \
	    >>"$dir/pg.log" 2>&1 || die "initdb failed"
	w0=$(written) c0=$(used)
	pg_start "$1"
	psql_ <<-'END' || die "no tables"
	CREATE TABLE persons (id_no text PRIMARY KEY, first timestamptz NOT
	    NULL, last timestamptz NOT NULL, cards int NOT NULL);
	CREATE TABLE openings (institution text, card_ref text, id_no text NOT
	    NULL, product text NOT NULL, opened timestamptz NOT NULL, outlet
	    text NOT NULL, teller text, txn text, PRIMARY KEY (institution,
	    card_ref));
	CREATE UNLOGGED TABLE staging (institution text, card_ref text, id_type
	    text, id_no text, product text, opened timestamptz, outlet text,
	    teller text, txn text);
	CHECKPOINT;
	END
	t0=$(now)
	{
		cat <<-END
		\\copy staging FROM '$dir/rows.csv' WITH (FORMAT csv, HEADER)
		BEGIN;
		INSERT INTO persons SELECT id_no, min(opened), max(opened),
		    count(*) FROM staging GROUP BY id_no
		    ON CONFLICT (id_no) DO UPDATE SET
		    first = least(persons.first, excluded.first),
		    last = greatest(persons.last, excluded.last),
		    cards = persons.cards + excluded.cards;
		INSERT INTO openings SELECT institution, card_ref, id_no,
		    product, opened, outlet, teller, txn FROM staging
		    ON CONFLICT (institution, card_ref) DO NOTHING;
		COMMIT;
		CHECKPOINT;
		END
	} | psql_ || die "PostgreSQL failed"
	t1=$(now)
	got=$(psql_ -At -c 'SELECT count(*) FROM openings')
	[ "$got" = "$BENCH_INTAKE_ROWS" ] || die "PostgreSQL has $got rows"
	kill -INT "$pg"
	wait "$pg"
	pg=
	w1=$(written) c1=$(used)
	echo "theirs ms=$(((t1 - t0) / 1000000)) bytes=$((w1 - w0))" \
	    "cpu=$(((c1 - c0) * 10))"
}

have_pg=
if [ ! -x "$BENCH_PG/postgres" ]; then
	echo "intake.sh: no PostgreSQL in $BENCH_PG" >&2
elif [ -n "$as" ] && ! id postgres >/dev/null 2>&1; then
	echo "intake.sh: no user postgres" >&2
else
	have_pg=1
fi
i=0
while [ $i -lt "$BENCH_INTAKE_ROUNDS" ]; do
	i=$((i + 1))
	ours 1s "$dir/data$i"
	[ -z "$have_pg" ] || theirs "$dir/pg$i"
	ours 0s "$dir/bare$i"
	# What was removed just now slows the making of files: see bench.sh.
	[ ! -d "$dir/pg$i" ] || mv "$dir/pg$i" "$dir/data$i/"
done >"$dir/rounds" || exit 1
cat "$dir/rounds" >&2
awk -v rows="$BENCH_INTAKE_ROWS" -f "$(dirname "$0")/intake.awk" "$dir/rounds"
