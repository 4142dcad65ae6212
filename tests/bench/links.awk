# Turn the lines of links.sh into figures (to standard error) and targets.

# The middle one of the values of a series.
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

# All of them, in the order of the rounds: the noise.
function all(key, form,    i, s) {
	for (i = 1; i <= count[key]; i++)
		s = s (i > 1 ? ", " : "") sprintf(form, series[key, i])
	return s
}

function add(key, value) { series[key, ++count[key]] = value }

function say(text) { print "links: " text >"/dev/stderr" }

function target(what, figure, wanted, good) {
	print "target " what " | " figure " | " wanted " | " \
	    (good ? "ok" : "missed")
}

{
	what = $1
	delete f
	for (i = 2; i <= NF; i++) {
		split($i, kv, "=")
		f[kv[1]] = kv[2]
	}
	if ("connections" in f && what ~ /outage$/)
		what = what f["connections"]
	for (i in f)
		add(what " " i, f[i])
	last[what, "p50"] = f["p50"]
	last[what, "rate"] = f["rate"]
	last[what, "before_p99"] = f["before_p99"]
}

# The last line of a round of each part makes its ratios.
what == "disk" {
	add("added", last["always", "p50"] - last["never", "p50"])
	add("beyond", last["always", "p50"] - last["never", "p50"] - \
	    last["link", "p50"] - f["p50"])
}
what == "ask" || what == "settle" {
	add(what " ratio", f["rate"] / last["local", "rate"])
}
what ~ /^alwaysoutage/ {
	c = f["connections"]
	add("down" c, f["down_p99"] / last["neveroutage" c, "before_p99"])
	if (f["fall_max"] > longest[c])
		longest[c] = f["fall_max"]
	if (f["waited"] > waited[c])
		waited[c] = f["waited"]
	unsure += f["errors"] + (f["down"] - f["down_offline"]) + \
	    f["after_offline"]
}
what == "append" {
	add("share", last["catchup", "rate"] / f["rate"])
}
what == "catchup" {
	add("slower", f["during_p99"] / f["before_p99"])
	refused += f["errors"]
}

END {
	if (count["added"]) {
		say(sprintf("one check at a time, p50 %.1f us alone, %.1f us " \
		    "asking: %.1f us more; an empty round trip %.1f us, write " \
		    "and sync %.1f us", median("never p50"), \
		    median("always p50"), median("added"), median("link p50"), \
		    median("disk p50")))
		r = median("beyond")
		target("asking adds, beyond a round trip and a sync", \
		    sprintf("%.0f us (rounds: %s)", r, all("beyond", "%.0f")), \
		    "<= 60 us", r <= 60)
	}
	if (count["ask ratio"]) {
		say(sprintf("12 connections of 16: %.0f checks/s; 12 links " \
		    "of 16: %.0f questions/s; and told what became of them: " \
		    "%.0f with as many entries; server CPU %.1f, %.1f, %.1f us", \
		    median("local rate"), median("ask rate"), \
		    median("settle rate"), median("local server_us"), \
		    median("ask server_us"), median("settle server_us")))
		r = median("ask ratio")
		target("12 nodes ask, against checks on the spot", \
		    sprintf("x%.2f (rounds: %s)", r, \
		    all("ask ratio", "%.2f")), ">= 0.4", r >= 0.4)
		r = median("settle ratio")
		target("the same, and tell their decisions", \
		    sprintf("x%.2f (rounds: %s)", r, \
		    all("settle ratio", "%.2f")), ">= 0.4", r >= 0.4)
	}
	split("1 12", cs, " ")
	for (i = 1; i <= 2; i++) {
		c = cs[i]
		if (!count["down" c])
			continue
		say(sprintf("node above stopped, %d connections: p99 of a node " \
		    "that asks nobody %.0f us, while it answers %.0f, while " \
		    "silent %.0f, afterwards %.0f; asked again %.0f ms after " \
		    "its return", c, median("neveroutage" c " before_p99"), \
		    median("alwaysoutage" c " before_p99"), \
		    median("alwaysoutage" c " down_p99"), \
		    median("alwaysoutage" c " after_p99"), \
		    median("alwaysoutage" c " rise_ms")))
		target("silence begins, " c " at once: longest answer", \
		    sprintf("%.1f ms, %d waited", longest[c] / 1000, waited[c]), \
		    "<= 300 ms + a local answer", longest[c] <= 300000 + \
		    10 * median("neveroutage" c " before_p99"))
		r = median("down" c)
		target("silence, " c " at once: p99 against asking nobody", \
		    sprintf("x%.2f (rounds: %s)", r, all("down" c, "%.2f")), \
		    "<= 1.2", r <= 1.2)
	}
	if (count["down1"])
		target("answers of the silence not marked so, or later ones " \
		    "that are", unsure + 0, "0", unsure == 0)
	if (count["share"]) {
		say(sprintf("catching up: %.0f entries/s, %.2f us of the node " \
		    "above each; the bare log %.0f/s; p99 of its checks " \
		    "before %.0f us, during %.0f", median("catchup rate"), \
		    median("catchup cpu_us"), median("append rate"), \
		    median("catchup before_p99"), median("catchup during_p99")))
		r = median("share")
		target("catching up against the bare log", \
		    sprintf("x%.2f (rounds: %s)", r, all("share", "%.2f")), \
		    ">= 0.5", r >= 0.5)
		r = median("slower")
		target("p99 of checks meanwhile", sprintf("x%.1f (rounds: %s)", \
		    r, all("slower", "%.1f")), "<= 2 times before", r <= 2)
		target("checks refused meanwhile", refused + 0, "0", \
		    refused == 0)
	}
	if (count["idle links"]) {
		r = (median("idle after") - median("idle before")) / \
		    median("idle links")
		say(sprintf("%d links that beat: %.1f KiB of RssAnon each, " \
		    "%.1f of Pss", median("idle links"), r, \
		    (median("idle pss_after") - median("idle pss_before")) / \
		    median("idle links")))
		target("memory of an idle link", sprintf("%.1f KiB", r), \
		    "< 40 KiB", r < 40)
	}
}
