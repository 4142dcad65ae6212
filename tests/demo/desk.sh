# The desk of the demonstration's centre, in the evening: sourced by demo.sh, which sets
# $build, $dir and $run.  Two officers, a duty room that is told of alerts, the day's file
# of one bank.

# desk_keys: a personal key for each officer.
desk_keys() {
	for who in he gao; do
		"$build/liangka-keys" new staff --name $who \
		    --out "$dir/$who.key" >/dev/null
	done
}

# desk_conf: what the node's configuration says of them.
desk_conf() {
	for who in he gao; do
		cat <<-END
		[staff $who]
		key = "$(cat "$dir/$who.key.pub")"
		rights = access, review, alert
		END
	done
}

# desk COMMAND...: a command of the desk's.
desk() {
	"$build/liangka" "$@" --socket "$run/operator_desk.sock" --lang zh
}

# desk_field NAME: the value of a field, from JSON on standard input.
desk_field() {
	sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -1
}

# desk_intake INSTITUTION: the file that a bank sends in the evening.
desk_intake() {
	say
	say "日终文件  A bank's file of the day: GB18030, '|' between, as bank systems"
	say "  write it, and with what goes wrong on the way"
	"$build/tests/demo-daily" --plan "$dir/plan.csv" --institution "$1" \
	    --out "$dir/daily.txt" >"$dir/daily.said" ||
	    { cat "$dir/daily.said" >&2; return 1; }
	rc_intake=0
	desk intake "$dir/daily.txt" --institution "$1" --no-progress \
	    >"$dir/intake.txt" 2>&1 || rc_intake=$?
	# 65: good rows are in, bad ones are told.
	[ $rc_intake -eq 65 ] || { cat "$dir/intake.txt" >&2; return 1; }
	sed 's/^/    /' "$dir/intake.txt"
	say "  The same file once more changes nothing:"
	desk intake "$dir/daily.txt" --institution "$1" --no-progress \
	    --rejects "$dir/again.csv" >"$dir/intake2.txt" 2>&1 || :
	grep '行：' "$dir/intake2.txt" | sed 's/^/    /'
	grep -q '新增 0，' "$dir/intake2.txt"
}

# desk_review: a held case, from the counter to the officer and back.
desk_review() {
	id=$(desk review list --free --json 2>/dev/null | desk_field decision_id)
	[ -n "$id" ] || return 1
	inst=$(desk review list --free --json 2>/dev/null | desk_field institution)
	say
	say "审核  A held case is answered: the branch waits, an officer looks"
	"$build/liangka" review wait "$id" --for 20s --lang zh \
	    --socket "$run/$inst.sock" >"$dir/wait.txt" 2>"$dir/wait.err" &
	waiter=$!
	desk review take "$id" --as "$dir/he.key" --reason "值班" \
	    >"$dir/review.txt" 2>&1 || return 1
	say "  Officer he takes it; officer gao comes too late:"
	desk review take "$id" --as "$dir/gao.key" --reason "值班" 2>&1 |
	    sed 's/^/    /'
	desk review approve "$id" --as "$dir/he.key" \
	    --reason "已电话核实用途，材料齐全" >>"$dir/review.txt" 2>&1 ||
	    return 1
	rc_wait=0
	wait $waiter || rc_wait=$?
	say "  He approves; the branch, which waited, may issue (exit $rc_wait):"
	sed 's/^/    /' "$dir/wait.txt" | head -4
	[ $rc_wait -eq 0 ]
}

# desk_alerts: those responsible are told.
desk_alerts() {
	say
	say "告警  Alerts go to the duty room, signed; each at least once"
	: >"$dir/duty.txt"
	(umask 077 && echo "duty-room-of-the-demonstration" >"$dir/duty.secret")
	"$build/tests/demo-receiver" --secret "$dir/duty.secret" \
	    --port-file "$dir/duty.port" >"$dir/duty.txt" 2>&1 &
	receiver=$!
	n=0
	until [ -s "$dir/duty.port" ]; do
		n=$((n + 1))
		[ $n -le 50 ] || return 1
		sleep 0.1
	done
	cat >"$dir/routing.conf" <<-END
	[receiver duty]
	kind = webhook
	url = "http://127.0.0.1:$(cat "$dir/duty.port")/alerts"
	secret = "duty.secret"
	batch = 100
	[default]
	outlet = duty
	county = duty
	city = duty
	province = duty
	END
	"$build/liangka" alert send --routing "$dir/routing.conf" --once \
	    --data "$dir/data" --state "$dir/alerts" --lang zh \
	    >"$dir/alerts.txt" 2>&1 || { cat "$dir/alerts.txt" >&2; return 1; }
	kill $receiver 2>/dev/null || :
	wait $receiver 2>/dev/null || :
	sed 's/^/    /' "$dir/alerts.txt" | tail -3
	say "  What the duty room printed, having checked the signature:"
	awk '/signature good/ { n++ } /录入发现|违规开卡/ { want = n }
	    n > 0 { text[n] = text[n] $0 "\n" } END { printf "%s", text[want] }' \
	    "$dir/duty.txt" | sed 's/^/  /'
	grep -q . "$dir/duty.txt"
}

# desk_handover: the shift on one screen.
desk_handover() {
	say
	say "交接班  The shift on one screen"
	desk handover 2>&1 | sed 's/^/    /' | head -30
}
