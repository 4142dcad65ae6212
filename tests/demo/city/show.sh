# What the demonstration of the city shows of its nodes: sourced by city.sh.

# indent [N]: N columns more.
indent() {
	sed "s/^/$(printf "%${1:-4}s" "")/"
}

# show_made: what stands where, and how a node comes to its certificate.
show_made() {
	say "  One city, two counties, twelve institutions of an invented prefecture (seed $seed);"
	say "  each node is a process with a data directory and a log of its own.  How one of them"
	say "  comes to the certificate of its links (liangka node …):"
	cat "$dir/links.txt" "$dir/city/bank1/links.txt" | awk '
	    /^\$/ { print; n = $0 !~ /invite/; next }
	    n-- > 0 || (NF == 1 && length($1) == 35)' |
	    sed 's/^\([^$ ]\)/    \1/' | indent
	say "  Lists, outlet register and policy are the centre's signed ones, version $lists_want on every"
	say "  node.  Institutions ask their county, counties the city: 300 ms, then they decide"
	say "  themselves."
}

# show_fleet WHEN ZH LANGUAGE: how the nodes below are, and that all is well.
show_fleet() {
	say "  $2，市级看区县，区县看机构 (liangka fleet, $1)"
	n_fleet=0
	until fleet city >/dev/null 2>&1 && fleet county-east >/dev/null 2>&1 &&
	    fleet county-west >/dev/null 2>&1; do
		n_fleet=$((n_fleet + 1))
		if [ $n_fleet -gt 60 ]; then
			promise=1
			break
		fi
		sleep 0.25
	done
	fleet city --lang "$3" 2>&1 | indent || :
	fleet county-east --lang "$3" 2>&1 | indent || :
}

# show_away: what is seen in the middle of the minute.
show_away() {
	say "  断网之中 (liangka fleet, liangka status, during)"
	fleet city --lang zh 2>&1 | indent || :
	"$build/liangka" status --socket "$run/county-east.desk" --lang zh 2>&1 |
	    head -n 3 | indent || :
	fleet county-east --lang zh 2>&1 | indent || :
}

# show_back: what the city was told at once.
show_back() {
	say "  All that was queued has arrived:"
	fleet city --lang zh 2>&1 | indent || :
}

# told_late NODE...: how many of their openings those nodes were told to be wrong.
told_late() {
	n_late=0
	for t in "$@"; do
		n_late=$((n_late + $("$build/liangka" log show \
		    --data "$dir/city/$t/data" --kind retro --json \
		    2>/dev/null | grep -c '"code":3,' || :)))
	done
	echo $n_late
}

# show_late: what had been passed without the city, and should not have been: alerts at the
# city, and each institution is told of its own.
show_late() {
	say "  迟到的命中  Passed while the city was away, and found out when it was told:"
	"$build/liangka" alert list --kind late --socket "$run/city.desk" \
	    --lang zh >"$dir/late.txt" 2>/dev/null || :
	head -n 5 "$dir/late.txt" | indent
	late=$("$build/liangka" alert list --kind late --json \
	    --socket "$run/city.desk" 2>/dev/null | wc -l)
	n_show=0
	# shellcheck disable=SC2086
	until [ "$(told_late $institutions)" -ge "$late" ] ||
	    [ $n_show -gt 40 ]; do
		n_show=$((n_show + 1))
		sleep 0.25
	done
	# shellcheck disable=SC2086
	say "    alerts at the city $late, pulled by the counties" \
	    "$(told_late $counties), by the institutions $(told_late $institutions)"
	show_told
	# shellcheck disable=SC2086
	[ "$late" -gt 0 ] && [ "$(told_late $institutions)" -eq "$late" ]
}

# show_told: one of them, as its institution reads it.
show_told() {
	for t in $institutions; do
		ref=$("$build/liangka" log show --data "$dir/city/$t/data" \
		    --kind retro --json 2>/dev/null |
		    sed -n '/"code":3,/s/.*"ref":\([0-9]*\).*/\1/p' | head -n 1)
		[ -n "$ref" ] || continue
		say "    One of them at $t (liangka explain $ref):"
		"$build/liangka" explain "$ref" "$dir/city/$t/data" --offline \
		    --lang zh 2>/dev/null | sed '/^$/,$d' | indent 6
		return 0
	done
}
