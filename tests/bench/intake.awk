# Turn the lines of intake.sh into figures (to standard error) and targets.

function field(name,	i, part) {
	for (i = 2; i <= NF; i++) {
		split($i, part, "=")
		if (part[1] == name)
			return part[2] + 0
	}
	return 0
}

function note(what, v) {
	n[what]++
	all[what, n[what]] = v
}

# The middle one of what was noted.
function median(what,	i, j, t, k) {
	k = n[what]
	for (i = 1; i <= k; i++)
		a[i] = all[what, i]
	for (i = 2; i <= k; i++)
		for (j = i; j > 1 && a[j - 1] > a[j]; j--) {
			t = a[j]
			a[j] = a[j - 1]
			a[j - 1] = t
		}
	return k % 2 ? a[(k + 1) / 2] : (a[k / 2] + a[k / 2 + 1]) / 2
}

function figure(what) {
	return sprintf("%.1f s, %d rows/s, %d MB written", \
	    median(what "ms") / 1000, rows / median(what "ms") * 1000, \
	    median(what "bytes") / 1000000)
}

{
	note($1 "ms", field("ms"))
	note($1 "bytes", field("bytes"))
	if ($1 != "theirs")
		note($1 "acked", field("acked"))
}

END {
	printf "intake of %d rows: %s; all acknowledged after %.1f s\n", rows, \
	    figure("ours1s"), median("ours1sacked") / 1000 >"/dev/stderr"
	printf "the same without a signed log: %s\n", figure("ours0s") \
	    >"/dev/stderr"
	if (n["theirsms"] == 0) {
		print "target intake of new cards against PostgreSQL | " \
		    "skipped: no PostgreSQL | >= 3.0 x as fast | ok"
		exit
	}
	printf "PostgreSQL: %s\n", figure("theirs") >"/dev/stderr"
	for (i = 1; i <= n["theirsms"]; i++) {
		note("ratio", all["theirsms", i] / all["ours1sms", i])
		note("bare", all["theirsms", i] / all["ours0sms", i])
	}
	r = median("ratio")
	printf "target intake of %d rows against PostgreSQL | %.1f x as fast " \
	    "(%.1f without signed log) | >= 3.0 x | %s\n", rows, r, \
	    median("bare"), (r >= 3 ? "ok" : "missed")
}
