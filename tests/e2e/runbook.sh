#!/bin/sh
# Run the runbook of README.md: every line with a prompt, in order, each machine a
# directory of its own.
#	runbook.sh README BUILD DIR PORT
# What the lines name below /etc/liangka, /var/lib/liangka, /run/liangka, /media/stick
# and /srv/ca lies below DIR; systemctl and $EDITOR are functions here; a code that is
# read out on the telephone is the one that was printed last.
set -eu
readme=$1 build=$2 dir=$3 port=$4
PATH=$build:$PATH
LC_ALL=C
export PATH LC_ALL

fail() {
	echo "runbook: $*" >&2
	for h in city b018; do
		[ ! -f "$dir/$h/log" ] || sed "s/^/$h: /" "$dir/$h/log" >&2
	done
	exit 1
}

cleanup() {
	for h in city b018; do
		[ ! -s "$dir/$h/pid" ] || kill -KILL "$(cat "$dir/$h/pid")" \
		    2>/dev/null || :
	done
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Wait until a condition holds, thirty seconds at most.
until_true() {
	n=0
	while ! "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 300 ] || return 1
		sleep 0.1
	done
}

# A machine: its keys and its configuration, as "Running it" makes them.
machine() {
	h=$1 w=$dir/$1
	mkdir -m 700 -p "$w/etc/link" "$w/run"
	liangka-keys new log --name "afc.example.gov.cn/branch/$h" \
	    --out "$w/etc/log.key" >/dev/null
	cat >"$w/etc/liangkad.conf" <<-EOF
	[daemon]
	node = "$h"
	data = "$w/data"
	token_key = "$dir/token.key"
	policy = "$build/default.policy"
	overlay_mb = 16
	segment_mb = 1
	[log]
	domain = "afc.example.gov.cn"
	key = "$w/etc/log.key"
	generation = 1
	first_seq = 1
	[lists]
	use = none
	[link]
	certificate = "$w/etc/link/link.crt"
	key = "$w/etc/link/link.key"
	ca = "$w/etc/link/ca.crt"
	revoked = "$w/etc/link/revoked.crl"
	[operator desk]
	socket = "$w/run/desk.sock"
	rights = desk, admin, intake
	[institution abc]
	socket = "$w/run/abc.sock"
	area = 330102
	EOF
}

# systemctl VERB liangkad, on the machine $host.
systemctl() {
	w=$dir/$host
	case $1 in
	start)
		[ "$host" = city ] || [ -s "$w/above" ] || above
		liangkad -c "$w/etc/liangkad.conf" 2>>"$w/log" &
		echo $! >"$w/pid"
		until_true grep -q "node $host is ready" "$w/log" ||
		    fail "$host does not start"
		;;
	stop)
		kill -TERM "$(cat "$w/pid")"
		until_true sh -c "! kill -0 $(cat "$w/pid")" ||
		    fail "$host does not stop"
		rm "$w/pid"
		sed -i "s/ is ready/ was ready/; s/: linked with/: had linked with/
		    s/: held:/: was held:/" "$w/log"
		;;
	reload)
		n=$(grep -c "were read again" "$w/log" || :)
		kill -HUP "$(cat "$w/pid")"
		until_true sh -c "[ \$(grep -c 'were read again' '$w/log') \
		    -gt $n ]" || fail "$host does not reload"
		;;
	esac
}

# b018 gets its [upstream] once the city is known.
above() {
	echo done >"$dir/b018/above"
	cat >>"$dir/b018/etc/liangkad.conf" <<-EOF
	[upstream]
	address = "127.0.0.1:$port"
	name = "city"
	witness_key = "$(tail -n 1 "$dir/city/etc/witness.key.pub")"
	EOF
}

# $EDITOR FILE: put in the numbers that the city said.
edit() {
	for k in generation first_seq; do
		v=$(sed -n "s/.*$k *= *\([0-9][0-9]*\).*/\1/p" \
		    "$dir/numbers" | tail -n 1)
		[ -n "$v" ] || fail "the city did not say $k"
		sed -i "s/^$k = .*/$k = $v/" "$1"
	done
}

# A valid number of somebody invented.
citizen() {
	awk -v n="$1" 'BEGIN {
		s = sprintf("33010219900307%03d", n)
		split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w, " ")
		for (i = 1; i <= 17; i++)
			t += substr(s, i, 1) * w[i]
		print s substr("10X98765432", t % 11 + 1, 1)
	}'
}

# A card is opened at b018, so that there is something to be counted; -> its exit code.
open_card() {
	serial=$((serial + 1))
	rc=0
	citizen "$serial" | liangka check --socket \
	    "$dir/b018/run/abc.sock" --id-no - --product bank2 --branch 0001 \
	    --teller t1 --txn "run-$serial" >"$dir/check" 2>&1 || rc=$?
	return $rc
}

# fleet must find the node well; it may take a moment until it is linked again.
fleet() {
	until_true liangka "$@" || fail "$(liangka "$@" 2>&1)"
	liangka "$@"
}

# One line of the runbook, on a machine.
line() {
	host=$1
	cmd=$(printf '%s\n' "$2" | sed "s|/etc/liangka|$dir/$host/etc|g
	    s|/var/lib/liangka|$dir/$host/data|g
	    s|/run/liangka|$dir/$host/run|g
	    s|/media/stick|$dir/stick|g
	    s|/srv/ca|$dir/ca|g
	    s|^liangka fleet|fleet fleet|
	    s|^\$EDITOR|edit|")
	echo "$host\$ $2"
	case $cmd in
	*'node enroll - '*)
		grep -Eo '([0-9A-Z]{5}-){5}[0-9A-Z]{5}' "$dir/said" |
		    tail -n 1 >"$dir/code"
		eval "$cmd" <"$dir/code" >"$dir/said" 2>&1 ||
		    fail "$2: $(cat "$dir/said")"
		;;
	'edit '*)
		eval "$cmd"
		;;
	*)
		eval "$cmd" >"$dir/said" 2>&1 ||
		    fail "$2: $(cat "$dir/said")"
		! grep -q generation "$dir/said" ||
		    cp "$dir/said" "$dir/numbers"
		;;
	esac
}

# What a block needs beforehand, or must have brought about.
before() {
	case $1 in
	*'A machine is replaced'*)
		# A backup of the city holds what it has cosigned.
		liangka backup "$dir/stick/city" --liangkad \
		    "$dir/city/etc/liangkad.conf" >"$dir/said" 2>&1 ||
		    fail "the city's backup: $(cat "$dir/said")"
		grep -aq branch/b018 "$dir/stick/city/witness/heads.0" ||
		    fail "the city's backup lacks the heads"
		;;
	*'A node that was wound back'*)
		open_card || fail "a card before: $(cat "$dir/check")"
		host=b018
		systemctl stop
		cp -a "$dir/b018/data" "$dir/snapshot"
		systemctl start
		until_true linked || fail "b018 does not link"
		open_card || fail "a card between: $(cat "$dir/check")"
		until_true caught_up || fail "the city was not told"
		systemctl stop
		rm -r "$dir/b018/data"
		mv "$dir/snapshot" "$dir/b018/data"
		systemctl start
		until_true grep -q 'held:' "$dir/b018/log" ||
		    fail "b018 is not held"
		! open_card || fail "a held node issued a card"
		;;
	esac
}

linked() {
	grep -q '^liangkad: linked with' "$dir/b018/log"
}

# Has the city the card that was opened last at b018?  What b018 says is missing is of
# its last beat, which may be older than the card.
caught_up() {
	opened=$(sed -n 's/.*b018-\([0-9][0-9]*\)-[0-9a-f]*.*/\1/p' "$dir/check" |
	    head -n 1)
	taken=$(liangka fleet b018 --socket "$dir/city/run/desk.sock" --json |
	    sed -n 's/.*"cursor":\([0-9][0-9]*\).*/\1/p')
	[ "${taken:-0}" -ge "$opened" ]
}

serial=0
liangka-keys new token --out "$dir/token.key" >/dev/null
mkdir "$dir/stick"
machine city
machine b018
liangka-keys new staff --name lin --out "$dir/city/etc/lin.key" >/dev/null
: >"$dir/city/etc/nodes.conf"
cat >>"$dir/city/etc/liangkad.conf" <<-EOF
[children]
listen = "127.0.0.1:$port"
nodes = "$dir/city/etc/nodes.conf"
witness_key = "$dir/city/etc/witness.key"
[staff lin]
key = "$(tail -n 1 "$dir/city/etc/lin.key.pub")"
rights = node
EOF

lines=0 title=
sed -n '/^### Runbook/,/^## /p' "$readme" >"$dir/book"
while IFS= read -r l; do
	case $l in
	'**'*) title=$l; todo=$l ;;
	'city$ '* | 'b018$ '*)
		[ -z "$todo" ] || before "$todo"
		todo=
		line "${l%%\$*}" "${l#*\$ }"
		lines=$((lines + 1))
		;;
	'```')
		case $title in
		'**A new node.**'* | '**Certificates'* | '**Backup'* | \
		    '**A node that was wound'* | '**A machine'*)
			if [ -z "$todo" ]; then
				open_card || fail "after $title: $(cat \
				    "$dir/check")"
				! grep -qi offline "$dir/check" ||
				    fail "after $title: not linked"
			fi
			;;
		esac
		;;
	esac
done <"$dir/book"
[ $lines -ge 40 ] || fail "only $lines lines were found"
echo "runbook: $lines lines"
