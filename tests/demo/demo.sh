#!/bin/sh
# One day of a prefecture, played against a private liangkad.  No root is needed,
# nothing outside $BUILD/demo is touched (sockets go to a private directory under
# /tmp where the path here is too long for them).
#
#	make demo			the day of seed 2026
#	SEED=7 make demo		another day
#	PLAN=mine.csv make demo		your own file (demo-generate --help: columns)
#
# DEMO_DIR is another folder than $BUILD/demo, and ANSWERS a file for all answers: so
# does quality.sh.
#
set -eu

build=${BUILD:-build}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
seed=${SEED:-2026}
plan=${PLAN:-}
ANSWERS=${ANSWERS:-}
dir=${DEMO_DIR:-$build/demo}
run=$dir/run
short=
pid=

say() {
	printf '%s\n' "$*"
}

fail() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

# Stop exactly the daemon that was started here, and wait for it.
stop() {
	[ -n "$pid" ] || return 0
	kill -TERM "$pid" 2>/dev/null || :
	n=0
	while kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do
		case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' \
		    "/proc/$pid/status" 2>/dev/null) in
		Z | '') break ;;
		esac
		sleep 0.1
		n=$((n + 1))
	done
	[ $n -lt 100 ] || kill -KILL "$pid" 2>/dev/null || :
	stopped=0
	wait "$pid" 2>/dev/null || stopped=$?
	pid=
	rm -f "$dir/liangkad.pid"
}

cleanup() {
	trap '' INT TERM
	stop
	[ -z "$short" ] || rm -rf "$short"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Make the folder anew; delete only what an earlier demo made.
fresh() {
	if [ -L "$dir" ]; then
		fail "$dir is a symbolic link: remove it yourself"
	elif [ -e "$dir" ]; then
		[ -f "$dir/.liangka-demo" ] ||
		    fail "$dir was not made by a demo: remove it yourself"
		old=$(cat "$dir/liangkad.pid" 2>/dev/null || :)
		if [ -n "$old" ] && [ "$(readlink "/proc/$old/exe" \
		    2>/dev/null || :)" = "$build/liangkad" ]; then
			fail "an earlier demo is still running: kill $old"
		fi
		rm -rf "$dir"
	fi
	(umask 077 && mkdir -p "$dir" && mkdir "$dir/run")
	: >"$dir/.liangka-demo"
	# sun_path holds 107 bytes; the longest name is 31 and ".sock".
	if [ "$(printf %s "$run" | wc -c)" -gt 70 ]; then
		short=$(mktemp -d "${XDG_RUNTIME_DIR:-/tmp}/liangka.XXXXXX")
		run=$short
		say "This path is too long for sockets: they are in $run"
	fi
}

# Start the daemon and wait until it listens, ten seconds at most.
start() {
	"$build/liangkad" -c "$dir/liangkad.conf" 2>"$dir/liangkad.log" &
	pid=$!
	echo "$pid" >"$dir/liangkad.pid"
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
}

. "$(dirname "$0")/centre.sh"
. "$(dirname "$0")/desk.sh"

# desk_failed WHAT: the desk's part did not work.
desk_failed() {
	fail "the desk's $1 did not work; what it said is in $dir"
}

# centre_failed: what the centre's commands said.
centre_failed() {
	tail -20 "$dir/centre.txt" >&2
	fail "the centre's part did not work; see $dir/centre.txt"
}

began=$(date +%s)
umask 077
fresh
if [ -n "$plan" ]; then
	cp "$plan" "$dir/plan.csv" || fail "cannot read $plan"
	say "The plan is $plan."
else
	"$build/tests/demo-generate" --day "$(TZ=UTC-8 date +%Y-%m-%d)" \
	    "$seed" >"$dir/plan.csv"
	say "One day of an invented prefecture (seed $seed):" \
	    "1,200 outlets of 9 banks and 3 carriers."
fi
"$build/liangka-keys" new token --out "$dir/token.key" >/dev/null
"$build/liangka-keys" new log --name demo.example/branch/demo \
    --out "$dir/log.key" >/dev/null
"$build/liangka-keys" new staff --name auditor --out "$dir/auditor.key" \
    >/dev/null
"$build/liangka-keys" new seal --name demo-centre --out "$dir/seal.key" \
    >/dev/null
"$build/tests/demo-generate" --setup "$dir/plan.csv" --dir "$dir" \
    --run "$run" --key "$dir/token.key" ||
    fail "the plan cannot be used"
quoted=$(printf %s "$dir" | sed 's/[\\"]/\\&/g')
cat >>"$dir/liangkad.conf" <<END
[lists]
root = "$quoted/root.json"
key = "$quoted/list.key"
[log]
domain = "demo.example"
key = "$quoted/log.key"
[seal]
certificate = "$quoted/seal.crt"
[staff auditor]
key = "$(cat "$dir/auditor.key.pub")"
rights = access, unseal, erase
END
desk_keys
desk_conf >>"$dir/liangkad.conf"
centre_make || centre_failed
mkdir -p "$dir/data"
centre_fetch || centre_failed
start
centre_await || centre_failed
say "The centre publishes lists, outlet register and policy; two of three custodians" \
    "sign; the branch verifies them: version $(centre_version) in force."
say "liangkad runs as process $pid. A day passes in seconds here, so its limits" \
    "on checks per"
say "teller are raised; nothing else is."
left_out=0
"$build/tests/demo-history" --socket "$run/operator_desk.sock" --plan "$dir/plan.csv" ||
    left_out=$?
[ "$left_out" -le 1 ] ||
    fail "the history was not loaded; see $dir/liangkad.log"
rc=$left_out
"$build/tests/demo-play" --library "$build/libliangka.so.1" \
    --plan "$dir/plan.csv" --conf-dir "$dir/plugin" \
    ${ANSWERS:+--answers "$ANSWERS"} || rc=$?
if [ -z "$plan$ANSWERS" ]; then
	centre_appeal || centre_failed
	desk_intake bank1 || desk_failed intake
	desk_review || desk_failed review
	desk_alerts || desk_failed alerts
	desk_handover || desk_failed handover
fi
stop
if [ "$stopped" != 0 ]; then
	tail -5 "$dir/liangkad.log" >&2
	fail "liangkad ended with $stopped"
fi

# The record that the day left, as an auditor verifies it; a broken one fails.
say
if ! "$build/liangka" log verify "$dir/data/log" --key "$dir/log.key.pub" \
    --lang en --no-progress >"$dir/verify.txt" 2>&1; then
	cat "$dir/verify.txt" >&2
	fail "the record is not whole"
fi
say "liangka log verify: $(tail -1 "$dir/verify.txt")"

near=${build#"$PWD"/}
cat <<END

Look further ($(($(date +%s) - began)) s in all):
  $near/liangka log show --data $near/demo/data --decision review --last 20
      what was held, as it was recorded; without the conditions: everything
  $near/liangka log show --data $near/demo/data --id NUMBER
      one of the answers above, by its number (编号), and what followed
  $near/liangka explain NUMBER $near/demo/data --offline
      every rule with its figures, and when a hold ends by itself; --lang zh
  $near/liangka log verify $near/demo/data/log --key $near/demo/log.key.pub
      that no entry was altered, removed or moved
  make demo-tamper
      copies of this record are altered, and each alteration is found
  $near/demo/plan.csv
      the plan with the truth; change a copy and play it: PLAN=copy.csv make demo
  $near/tests/demo-generate --help
      its columns; another day: SEED=7 make demo
  $near/liangka policy show $near/default.policy
      the rules that decided
  $near/liangka repo check $near/demo/centre/repo --root $near/demo/root.json
      what the centre published, verified as a stranger would; --lang zh
  $near/demo/letter.html
      the answer to the appeal, as it is sent
  $near/liangka report openers $near/demo/data --html openers.html --lang zh
      high-frequency openers with every opening; also: outlets rules reconcile snoop
      silent complete
  $near/liangka policy backtest NEW $near/demo/data
      what a changed copy of the policy would have decided that day
END
exit $rc
