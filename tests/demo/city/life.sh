# Starting and stopping the nodes of the demonstration's city: sourced by city.sh, which
# sets $build, $dir and $run.  A process is known by the file pid in its node's folder.

# node_lives PID: is it ours, and no zombie?
node_lives() {
	case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" \
	    2>/dev/null) in
	Z | '') return 1 ;;
	esac
}

# node_start WORLD NODE: start it.
node_start() {
	"$build/liangkad" -c "$dir/$1/$2/liangkad.conf" \
	    2>>"$dir/$1/$2/liangkad.log" 3>&- &
	echo $! >"$dir/$1/$2/pid"
}

# node_ready WORLD NODE: wait until it answers with the lists in force, 20 s at most.
node_ready() {
	n_ready=0
	until [ "$(node_lists "$2")" = "$lists_want" ]; do
		n_ready=$((n_ready + 1))
		if [ $n_ready -gt 200 ] ||
		    ! node_lives "$(cat "$dir/$1/$2/pid")"; then
			tail -n 5 "$dir/$1/$2/liangkad.log" >&2
			return 1
		fi
		sleep 0.1
	done
}

# node_lists NODE: which publication it has in force.
node_lists() {
	"$build/liangka" status --socket "$run/$1.desk" --json 2>/dev/null |
	    sed -n 's/.*"lists_version":\([0-9]*\).*/\1/p'
}

# node_signal SIGNAL WORLD NODE...: to exactly those processes.
node_signal() {
	sig=$1
	world=$2
	shift 2
	for s in "$@"; do
		[ -f "$dir/$world/$s/pid" ] || continue
		kill "-$sig" "$(cat "$dir/$world/$s/pid")" 2>/dev/null || :
	done
}

# node_gone WORLD NODE...: wait for their end, 10 s in all; nonzero when one had to be
# killed or ended badly.
node_gone() {
	world=$1
	shift
	gone=0
	n_gone=0
	for s in "$@"; do
		[ -f "$dir/$world/$s/pid" ] || continue
		p=$(cat "$dir/$world/$s/pid")
		while node_lives "$p" && [ $n_gone -lt 100 ]; do
			sleep 0.1
			n_gone=$((n_gone + 1))
		done
		! node_lives "$p" || kill -KILL "$p" 2>/dev/null || :
		rc_gone=0
		wait "$p" 2>/dev/null || rc_gone=$?
		[ $rc_gone -eq 0 ] || gone=1
		rm -f "$dir/$world/$s/pid"
	done
	return $gone
}

# node_stop WORLD NODE...: stop them in an orderly way.
node_stop() {
	node_signal TERM "$@"
	node_signal CONT "$@"
	node_gone "$@"
}

# fetch WORLD NODE: what the centre has published.
fetch() {
	"$build/liangka" sync --once --data "$dir/$1/$2/data" \
	    --root "$dir/root.json" --from "$centre/repo" --lang en \
	    >>"$dir/centre.txt" 2>&1
}

# history WORLD: the past year, each institution's at its own node, all at once.
history() {
	loaders=
	for i in $institutions; do
		"$build/tests/demo-history" --socket "$run/$i.desk" \
		    --plan "$dir/plan.csv" --institution "$i" \
		    >"$dir/$1/$i/history.txt" 2>&1 3>&- &
		loaders="$loaders $!"
	done
	rc_history=0
	for l in $loaders; do
		wait "$l" || rc_history=1
	done
	return $rc_history
}

# fleet NODE [OPTION...]: how the nodes below are.
fleet() {
	at_fleet=$1
	shift
	"$build/liangka" fleet --socket "$run/$at_fleet.desk" "$@"
}

# settled NODE...: wait until all that is below has been told there, $settle seconds at
# most; a node says each second how far it is.
settled() {
	sleep 1.5
	for s in "$@"; do
		n_settled=0
		while fleet "$s" --json 2>/dev/null >"$dir/fleet.json" || :; \
		    [ "$(grep -c '"up":true,"seen":"[^"]*".*"lag":0,' "$dir/fleet.json")" != \
		    "$(below "$s" | wc -w)" ]; do
			n_settled=$((n_settled + 1))
			[ $n_settled -le $((settle * 4)) ] || return 1
			sleep 0.25
		done
	done
}
