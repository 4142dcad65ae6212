# Turn the lines of the rounds into one table and the targets.

# Sort the n values of a series and return the middle one.
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

function verdict(what, figure, target, good) {
	printf "  %-44s %-22s %-26s %s\n", what, figure, target, \
	    good ? "met" : "NOT MET"
	missed += !good
}

{
	kind = $1
	delete f
	for (i = 2; i <= NF; i++) {
		split($i, kv, "=")
		f[kv[1]] = kv[2]
		last[kind, kv[1]] = kv[2]
	}
}

kind == "disk" { add("disk p50", f["p50"]); add("disk p99", f["p99"]) }

kind == "goverify" { add("go ratio", f["go"] / f["ours"]) }
kind == "log0s" { bare = f["rate"]; add("log off", bare) }
kind == "log1s" { add("log on", f["rate"]); add("log cost", 1 - f["rate"] / bare) }

# The audit benches print what they found as: target WHAT... | FIGURE | WANTED | ok
kind == "target" { audit[++audits] = $0 }

kind == "echo" || kind == "check" {
	for (k in f)
		add(kind " " f["connections"] " " k, f[k])
	if (kind == "echo")
		rate = f["rate"]
	else
		add("ratio " f["connections"], f["rate"] / rate)
}

END {
	split("1 64 256", cs, " ")
	printf "\nMedians of %d rounds; times in us; CPU in us per request.\n", \
	    count["disk p50"]
	printf "%-6s %5s %9s %8s %8s %8s %9s %7s %7s %6s\n", "", "conns", \
	    "per s", "p50", "p99", "p99.9", "max", "server", "client", "ratio"
	for (c = 1; c <= 3; c++)
		for (w = 0; w < 2; w++) {
			k = (w ? "check " : "echo ") cs[c] " "
			printf "%-6s %5d %9.0f %8.1f %8.1f %8.1f %9.1f " \
			    "%7.2f %7.2f", w ? "check" : "echo", cs[c], \
			    median(k "rate"), median(k "p50"), median(k "p99"), \
			    median(k "p999"), median(k "max"), \
			    median(k "server_us"), median(k "client_us")
			printf w ? " %6.3f\n" : "\n", median("ratio " cs[c])
		}
	printf "4 KiB pwrite + fdatasync, zero-filled file: p50 %.1f us, " \
	    "p99 %.1f us\n", median("disk p50"), median("disk p99")
	printf "Frames: request %d bytes, reply %d bytes (echo %d).\n", \
	    median("check 64 request_bytes"), median("check 64 reply_bytes"), \
	    median("echo 64 reply_bytes")
	all = "check 64 "
	printf "Decisions at 64: PASS %d, LIMIT %d, REVIEW %d, REJECT %d; " \
	    "no errors.\n", median(all "pass"), median(all "limit"), \
	    median(all "review"), median(all "reject")
	persons = last["state", "person"]
	decisions = last["state", "decision"]
	size = last["state", "file_bytes"]
	printf "State: %d persons, %d decisions, state.mdb %.1f MiB = %.0f " \
	    "bytes per person (%.1f decisions each)\n", persons, decisions, \
	    size / 1048576, size / persons, decisions / persons
	printf "  by kind, key and value alone: person %.0f bytes, decision " \
	    "%.0f, txn %.0f, teller %.0f (%d of them)\n", \
	    per("person"), per("decision"), per("txn"), per("teller"), \
	    last["state", "teller"]
	printf "log/: %.0f bytes per decision. Checkpoints during the rounds: " \
	    "%d. Overlay at most %.0f MiB.\n", \
	    last["logdir", "bytes"] / decisions, \
	    last["watch", "checkpoints"], last["watch", "overlay_max"] / 1048576

	printf "\nTargets:\n"
	for (c = 2; c <= 3; c++) {
		want = c == 2 ? 0.40 : 0.45
		r = median("ratio " cs[c])
		verdict("checks/s over echo/s at " cs[c] " connections", \
		    sprintf("%.3f", r), sprintf(">= %.2f", want), r >= want)
	}
	p = median("check 1 p50")
	t = median("echo 1 p50") + median("disk p50") + 40
	verdict("p50 at 1 connection", sprintf("%.1f us", p), \
	    sprintf("<= %.1f us", t), p <= t)
	p = last["tail", "p999"] / last["tail", "p50"]
	verdict("p99.9 / p50 at 256, " last["tailwatch", "checkpoints"] \
	    " checkpoints meanwhile", sprintf("%.1f (%.0f / %.0f us)", p, \
	    last["tail", "p999"], last["tail", "p50"]), "<= 8", \
	    p <= 8 && last["tailwatch", "checkpoints"] >= 3)
	rss = last["watch", "rss_max"] / 1024
	verdict("RssAnon at " persons " persons", sprintf("%.0f MiB", rss), \
	    "<= 64 + 512 MiB", rss <= 64 + 512)
	p = median("log cost")
	verdict("rate that the signed log costs at 64", \
	    sprintf("%.1f %% (%.0f, %.0f)", 100 * p, median("log on"), \
	    median("log off")), "< 20 %", p < 0.20)
	if (count["go ratio"] > 0) {
		p = median("go ratio")
		verdict("verify / Go's reader, " last["goverify", "entries"] \
		    " entries", sprintf("%.2f (%.2f, %.2f s)", p, \
		    last["goverify", "ours"] / 1e6, \
		    last["goverify", "go"] / 1e6), ">= 1", p >= 1)
	}
	for (i = 1; i <= audits; i++) {
		split(substr(audit[i], 8), part, / *[|] */)
		verdict(part[1], part[2], part[3], part[4] == "ok")
	}
	print missed ? "\n" missed " targets not met." : "\nAll targets met."
}

function per(kind) {
	return last["state", kind] > 0 ? \
	    last["state", kind "_bytes"] / last["state", kind] : 0
}
