# What the demo shows of alerts: one of the day's alerts goes to a receiver on this
# machine, which checks its signature.  Sourced by demo.sh behind the day.
#
#	alerts_demo		needs $build, $dir and a running daemon; prints what
#				the receiver got

alerts_demo() {
	od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$dir/alert.secret"
	echo >>"$dir/alert.secret"
	chmod 600 "$dir/alert.secret"
	rm -f "$dir/alert.port"
	"$build/tests/demo-receiver" --secret "$dir/alert.secret" \
	    --port-file "$dir/alert.port" >"$dir/alerts.txt" 2>&1 &
	receiver=$!
	n=0
	until [ -s "$dir/alert.port" ]; do
		n=$((n + 1))
		if [ $n -gt 100 ] || ! kill -0 "$receiver" 2>/dev/null; then
			cat "$dir/alerts.txt" >&2
			return 1
		fi
		sleep 0.1
	done
	cat >"$dir/routing.conf" <<-END
	# 本市一个值班系统接收全部告警
	[receiver duty]
	kind = webhook
	url = "http://127.0.0.1:$(cat "$dir/alert.port")/alerts"
	secret = "alert.secret"
	batch = 50

	[default]
	city = duty
	END
	sent=0
	"$build/liangka" alert send --routing "$dir/routing.conf" --data \
	    "${1:-$dir/data}" --state "$dir/alert-state" --since 2d --once \
	    >"$dir/alert-send.txt" 2>&1 || sent=$?
	kill -TERM "$receiver" 2>/dev/null || :
	wait "$receiver" 2>/dev/null || :
	if [ $sent -ne 0 ]; then
		cat "$dir/alert-send.txt" >&2
		return 1
	fi
	printf '%s\n' "Alerts delivered to a receiver on this machine," \
	    "each signed with HMAC-SHA-256 and checked there:" \
	    "$(grep -c 'signature good' "$dir/alerts.txt")." "The first:"
	sed -n '2,/liangka alert take/p' "$dir/alerts.txt" | head -16
}
