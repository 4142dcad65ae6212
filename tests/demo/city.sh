#!/bin/sh
# One city, two counties, twelve institutions: fifteen liangkad on this machine, linked by
# TLS on the loopback address.  The demonstration's day is played twice: each institution
# by itself, then all of them below the city, which is away for a minute in the middle.
# No root is needed; nothing outside $BUILD/demo-city is touched, but sockets are in a
# private directory under /tmp.
#
#	make demo-city				the day of seed 2026
#	SEED=7 CITY_AWAY=20 make demo-city	another day; the city is away for 20 s
#	CITY_HOW=stop make demo-city		it is not killed, but falls silent
#
# Exit code 0: all that is promised below was kept; 1: not; 70: could not be played.
#
set -eu

build=${BUILD:-build}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
seed=${SEED:-2026}
away=${CITY_AWAY:-60}
how=${CITY_HOW:-kill}
dir=$build/demo-city
here=$(dirname "$0")
run=
player=
settle=30
promise=0

say() {
	printf '%s\n' "$*"
}

# heading ZH EN: of a part, with the seconds since the beginning.
heading() {
	say
	say "$1  $2  ($(($(date +%s) - began)) s)"
}

fail() {
	printf 'demo-city: %s\n' "$*" >&2
	exit 70
}

cleanup() {
	trap '' INT TERM
	exec 3>&-
	[ -z "$player" ] || kill "$player" 2>/dev/null || :
	if [ -n "${institutions:-}" ]; then
		for w in alone city; do
			# shellcheck disable=SC2086
			node_stop $w $institutions $counties city || :
		done
	fi
	[ -z "$run" ] || rm -rf "$run"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

. "$here/centre.sh"
. "$here/city/nodes.sh"
. "$here/city/life.sh"
. "$here/city/record.sh"

# Make the folder anew; delete only what an earlier demo made.
fresh() {
	if [ -L "$dir" ]; then
		fail "$dir is a symbolic link: remove it yourself"
	elif [ -e "$dir" ]; then
		[ -f "$dir/.liangka-demo" ] ||
		    fail "$dir was not made by a demo: remove it yourself"
		for p in "$dir"/*/*/pid; do
			[ -f "$p" ] || continue
			[ "$(readlink "/proc/$(cat "$p")/exe" 2>/dev/null ||
			    :)" != "$build/liangkad" ] ||
			    fail "an earlier demo is still running: kill $(cat "$p")"
		done
		rm -rf "$dir"
	fi
	mkdir -p "$dir"
	: >"$dir/.liangka-demo"
	run=$(mktemp -d /tmp/liangka.XXXXXX)
}

# A day that passes in minutes must not fall on two days.
midnight() {
	left=$((86400 - ($(date +%s) + 28800) % 86400))
	[ $left -lt $((300 + away)) ] || return 0
	say "midnight (UTC+8) is near: waiting $left s so that the day stays one day"
	sleep $((left + 1))
}

# tell COMMAND: to the program that plays.  told: wait for what it says of it.
tell() {
	printf '%s\n' "$*" >&3
	commands=$((commands + 1))
}
told() {
	until [ "$(wc -l <"$dir/said")" -ge "$commands" ]; do
		node_lives "$player" || fail "the player ended"
		sleep 0.1
	done
	[ "$(tail -n 1 "$dir/said")" = ok ]
}

# must WHAT COMMAND...: a step without which there is nothing to show.
must() {
	what=$1
	shift
	"$@" || fail "$what did not work; see $dir"
}

# keep WHAT COMMAND...: what was promised.
keep() {
	what=$1
	shift
	"$@" && return 0
	say "    BROKEN: $what"
	promise=1
}

. "$here/city/show.sh"

umask 077
midnight
began=$(date +%s)
fresh
heading 准备 "Fifteen nodes are made"
"$build/tests/demo-generate" --day "$(TZ=UTC-8 date +%Y-%m-%d)" "$seed" \
    >"$dir/plan.csv"
nodes_keys
"$build/tests/demo-generate" --setup "$dir/plan.csv" --dir "$dir" \
    --run "$run" --key "$dir/token.key" || fail "the plan cannot be used"
must "the centre's publication" centre_make
lists_want=$("$build/liangka" repo check "$centre/repo" --root "$dir/root.json" \
    --json 2>/dev/null | sed -n 's/.*"targets":{"version":\([0-9]*\).*/\1/p')
must "making the nodes" nodes_make
show_made

: >"$dir/said"
mkfifo "$run/do"
exec 3<>"$run/do"
"$build/tests/demo-city" --library "$build/libliangka.so.1" \
    --plan "$dir/plan.csv" --said "$dir/said" <"$run/do" 3>&- &
player=$!
commands=0

# begin WORLD NODE...: lists, then all of them, from the top.
begin() {
	world=$1
	shift
	for b in "$@"; do
		fetch "$world" "$b" || return 1
	done
	for b in "$@"; do
		node_start "$world" "$b"
		# Above, someone should listen before those below begin.
		case $b in city | county-*)
			node_ready "$world" "$b" || return 1 ;;
		esac
	done
	for b in "$@"; do
		node_ready "$world" "$b" || return 1
	done
}

heading 各自为战 "The day, each institution by itself: no node above"
# shellcheck disable=SC2086
must "starting" begin alone $institutions
must "loading the past year" history alone
tell open alone "$dir/plugin"
must "the player" told
tell play alone 00:00 24:00 0
keep "a check was not answered" told
tell close alone
must "the player" told
# shellcheck disable=SC2086
keep "a node ended badly" node_stop alone $institutions

heading 全市联网 "The same day below a city: it is asked about each applicant"
# shellcheck disable=SC2086
must "starting" begin city city $counties $institutions
must "loading the past year" history city
# shellcheck disable=SC2086
keep "the past year did not reach the city" settled $counties city
tell open city "$dir/plugin"
must "the player" told
say "  上午  Until noon, four seconds an hour:"
tell play city 00:00 12:00 15
keep "a check was not answered" told
show_fleet before 断网之前 zh

if [ "$how" = stop ]; then
	heading 市级失声 "At noon the city falls silent; for $away s the counters go on without it"
	node_signal STOP city city
else
	heading 市级断开 "At noon the city is killed; for $away s the counters go on without it"
	node_signal KILL city city
	node_gone city city || :
fi
tell play city 12:00 14:00 "$away" away
sleep $((away / 2))
show_away
keep "a check was not answered" told

heading 市级恢复 "The city is back"
if [ "$how" = stop ]; then
	node_signal CONT city city
else
	node_start city city
fi
must "starting the city" node_ready city city
# shellcheck disable=SC2086
keep "not all that was queued has arrived" settled $counties city
show_back
say "  下午  The afternoon, four seconds an hour:"
tell play city 14:00 24:00 10
keep "a check was not answered" told
# shellcheck disable=SC2086
keep "the afternoon did not reach the city" settled $counties city
show_fleet after 恢复之后 en
keep "not every institution was told of what it should not have passed" show_late

tell compare
keep "the city saw no more than the institutions alone" told
tell verdict 00:00 12:00
keep "while the city was there, not all was as the plan demands" told
tell close city
must "the player" told

heading 核对 "Nothing lost, nothing twice, nothing altered"
# shellcheck disable=SC2086
keep "a node ended badly" node_stop city $institutions $counties city
record_counts
record_all

near=${dir#"$PWD"/}
cat <<END

Look further:
  ${build#"$PWD"/}/liangka log show --data $near/city/county-east/data --kind settle --last 20
      what its institutions made of the answers they got; of any node: city/NODE/data
  ${build#"$PWD"/}/liangka log show --data $near/city/bank1/data --kind retro
      what bank1 was told that it should not have passed
  ${build#"$PWD"/}/liangka explain NUMBER $near/city/bank1/data --offline
      one of its decisions: what its own rules said, and what the node above
  ${build#"$PWD"/}/liangka report openers $near/city/city/data --html openers.html --lang zh
      high-frequency openers of the whole city, with every opening
  $near/city/NODE/liangkad.conf, nodes.conf
      how the nodes are set up; their links: $near/city/NODE/links.txt
END

say
if [ $promise -eq 0 ]; then
	say "All that was promised was kept ($(($(date +%s) - began)) s in all)."
else
	say "NOT all that was promised was kept ($(($(date +%s) - began)) s in all)."
fi
exit $promise
