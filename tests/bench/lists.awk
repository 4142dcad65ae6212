# Turn the lines of lists.sh into figures (to standard error) and targets.

# The middle one of the n values of a series.
function median(key,    i, j, t, m, v) {
	m = count[key]
	for (i = 1; i <= m; i++)
		v[i] = series[key, i] + 0
	for (i = 2; i <= m; i++)
		for (j = i; j > 1 && v[j - 1] > v[j]; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	if (m == 0)
		return 0
	return m % 2 ? v[(m + 1) / 2] : (v[m / 2] + v[m / 2 + 1]) / 2
}

function add(key, value) { series[key, ++count[key]] = value }

function say(text) { print "lists: " text >"/dev/stderr" }

function target(what, figure, wanted, good) {
	print "target " what " | " figure " | " wanted " | " \
	    (good ? "ok" : "missed")
}

# A size as people say it.
function short(n) { return n >= 1000000 ? n / 1000000 "M" : n }

{
	what = $1
	delete f
	for (i = 2; i <= NF; i++) {
		split($i, kv, "=")
		f[kv[1]] = kv[2]
	}
}

what == "metadata" {
	for (i in f)
		if (i != "stage" && f[i] + 0 > longest)
			longest = f[i] + 0
	next
}

what == "delta" && f["records"] == 1000 && f["bytes"] + 0 > delta {
	delta = f["bytes"] + 0
}

# Under load: by its kind, closed or steady.
/^(adopt|delta)[0-9]/ {
	k = what (f["rate"] > 0 ? " steady " : " closed ")
	if (f["rate"] > 0)
		steady = f["rate"]
	refused += f["errors"]
	for (i in f)
		add(k i, f[i])
	if (f["before_p99"] > 0) {
		add(k "sync", f["sync_p99"] / f["before_p99"])
		if (f["adopt_rate"] > 0)
			add(k "ratio", f["adopt_p99"] / f["before_p99"])
		add(k "back", f["after_p99"] / f["before_p99"])
	}
	next
}

{
	for (i in f)
		add(what " " i, f[i])
}

# One line about arrivals under load.
function arrival(k, name) {
	say(sprintf("%s: handed over to in force %.2f s (%.2f s at work, CPU " \
	    "%.2f s); p99 before %.0f us, sync %.0f (x%.2f), adopting %.0f " \
	    "(x%.2f), looking back %.0f (x%.2f); checks/s %.0f, %.0f, %.0f, " \
	    "%.0f; looked back in %s s", name, median(k "handover_s"), \
	    median(k "adopt_s"), median(k "cpu_ms") / 1000, \
	    median(k "before_p99"), median(k "sync_p99"), median(k "sync"), \
	    median(k "adopt_p99"), median(k "ratio"), median(k "after_p99"), \
	    median(k "back"), median(k "before_rate"), median(k "sync_rate"), \
	    median(k "adopt_rate"), median(k "after_rate"), \
	    median(k "look_back_s") > 0 ? \
	    sprintf("%.1f", median(k "look_back_s")) : "more than " \
	    sprintf("%.0f", median(k "after_s"))))
}

END {
	n = split(sizes, size, " ")
	for (i = 1; i <= n; i++) {
		s = size[i]
		for (j = 0; j < 2; j++) {
			load = j ? " steady " : " closed "
			name = j ? steady " checks/s" : "64 in a closed loop"
			arrival("adopt" s load, short(s) ", " name)
			arrival("delta" s load, "1,000 more on " short(s) ", " \
			    name)
			r = median("adopt" s load "ratio")
			target("p99 while " short(s) " listed are adopted, " \
			    (j ? steady "/s" : "closed"), sprintf("x%.2f " \
			    "(%.0f, %.0f us)", r, median("adopt" s load \
			    "adopt_p99"), median("adopt" s load "before_p99")), \
			    "<= 2 times before", r > 0 && r <= 2)
		}
		grown = 1024 * (median("held" s " RssAnon") - \
		    median("none" s " RssAnon")) / s
		say(sprintf("%s: RssAnon %d kB (empty lists %d, after a " \
		    "restart %d), RssFile %d (%d), VmRSS %d (%d)", short(s), \
		    median("held" s " RssAnon"), median("none" s " RssAnon"), \
		    median("again" s " RssAnon"), \
		    median("held" s " RssFile"), median("none" s " RssFile"), \
		    median("held" s " VmRSS"), median("none" s " VmRSS")))
		target("RssAnon for each of " short(s) " listed", \
		    sprintf("%.2f bytes", grown), "<= 2 bytes", grown <= 2)
	}
	s = size[n]
	say(sprintf("checks/s at 64 with %s listed %.0f, p50 %.0f us; " \
	    "without lists %.0f, %.0f us", short(s), \
	    median("with" s " rate"), median("with" s " p50"), \
	    median("without rate"), median("without p50")))
	target("checks not answered while lists arrived", refused + 0, "0", \
	    refused == 0)
	target("longest metadata file", longest " bytes", "<= 10 kB", \
	    longest > 0 && longest <= 10000)
	target("delta of 1,000 records", delta " bytes", "<= 30 kB", \
	    delta > 0 && delta <= 30000)
}
