# What the day left in the record of each node of the demonstration's city: sourced by
# city.sh.

# openings NODE: institution and token of each card that its record says was issued, a line
# each, in order; nonzero when the record cannot be read to its end.
openings() {
	rc_openings=0
	"$build/liangka" log show --data "$dir/city/$1/data" --json \
	    --from 1 --lang en >"$dir/entries" 2>"$dir/entries.said" ||
	    rc_openings=$?
	awk '/"kind":"confirm"/ || /"kind":"merge"/ ||
	    (/"kind":"intake"/ && /"code":1[,}]/) {
		match($0, /"inst":"[^"]*"/)
		inst = substr($0, RSTART, RLENGTH)
		match($0, /"card":"[^"]*"/)
		print inst, substr($0, RSTART, RLENGTH)
	}' "$dir/entries" | LC_ALL=C sort
	return $rc_openings
}

# count FILE: its lines, for people.
count() {
	wc -l <"$1" | tr -d " "
}

# equal WHAT FILE FILE: are both the same?
equal() {
	if cmp -s "$2" "$3"; then
		say "    $1: the same $(count "$2")"
	else
		say "    $1: NOT the same: $(count "$2") and $(count "$3")"
		LC_ALL=C diff "$2" "$3" | head -5 | sed 's/^/      /'
		promise=1
	fi
}

# record_counts: is every card that was issued counted exactly once at every level?
record_counts() {
	for n in city $counties $institutions; do
		openings "$n" >"$dir/city/$n/openings" && continue
		say "    the record of $n cannot be read:" \
		    "$(head -n 1 "$dir/entries.said")"
		promise=1
	done
	for c in $counties; do
		for n in $(below "$c"); do
			cat "$dir/city/$n/openings"
		done | LC_ALL=C sort >"$dir/below"
		equal "its six institutions and $c" "$dir/below" \
		    "$dir/city/$c/openings"
	done
	for c in $counties; do
		cat "$dir/city/$c/openings"
	done | LC_ALL=C sort >"$dir/below"
	equal "both counties and the city" "$dir/below" \
	    "$dir/city/city/openings"
}

# record_node NODE: verify its log, then decide all of it again.
record_node() {
	at=$dir/city/$1
	"$build/liangka" log verify "$at/data/log" --key "$at/log.key.pub" \
	    --lang en --no-progress >"$at/verify.txt" 2>&1 || return 1
	"$build/liangka" log replay --data "$at/data" --lang en \
	    >"$at/replay.txt" 2>&1
}

# record_all: all of them, two at a time.
record_all() {
	pair=
	held=0
	for n in city $counties $institutions; do
		record_node "$n" &
		pair="$pair $n:$!"
		# shellcheck disable=SC2086
		set -- $pair
		[ $# -lt 2 ] || record_await
	done
	record_await
	say "    log verify, log replay: $held of 15 records hold; the city's:"
	say "      $(sed -n '$p' "$dir/city/city/verify.txt")"
	say "      $(sed -n 1p "$dir/city/city/replay.txt")"
}

# record_await: wait for the pair.
record_await() {
	for p in $pair; do
		if wait "${p##*:}"; then
			held=$((held + 1))
			continue
		fi
		say "    the record of ${p%%:*} does not hold:"
		tail -n 4 -- "$dir/city/${p%%:*}/verify.txt" \
		    "$dir/city/${p%%:*}/replay.txt" 2>/dev/null |
		    sed 's/^/      /'
		promise=1
	done
	pair=
}
