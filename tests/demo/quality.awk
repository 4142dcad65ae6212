# Lay answers beside the truth; see quality.sh.  Input: "seed N", then "told OUTLET"s, then
# "row" and the columns of report_answers.c.

BEGIN {
	while ((getline line <rules) > 0) {
		split(line, f, " ")
		nrules++
		rule[nrules] = f[1]
		holds[f[1]] = (f[2] == "review" || f[2] == "reject") &&
		    f[3] != "true"
	}
	# The legitimate bursts that must pass.
	n = split("payroll freshmen freshmen-self migrants family-package " \
	    "family-phone household family-home replacement close-and-new " \
	    "typing-error host-crash", f, " ")
	for (i = 1; i <= n; i++)
		burst[f[i]] = 1
	# The order in which groups and rings are shown.
	ngroups = split("ordinary payroll freshmen freshmen-self migrants " \
	    "family-package family-phone household family-home replacement " \
	    "close-and-new typing-error host-crash moving-house " \
	    "shopping-around couple-device minors minors-alone over-limit " \
	    "foreigners old-numbers renewed companies", groups, " ")
	nkinds = split("hour race kit papers passports retry tries slow-7d " \
	    "slow-30d slow-60d slow-wide open-close under-all contact phone " \
	    "address agent driver device crowd", kinds, " ")
	for (i = 1; i <= ngroups; i++)
		people[groups[i]] = 0
	for (i = 1; i <= nkinds; i++)
		nkind[kinds[i]] = 0
}

$1 == "seed" {
	seed = $2
	seeds[++nseeds] = seed
}

$1 == "told" {
	told[seed, $2] = 1
	ntold++
}

# group ring listed truth outlet person wanted rc decision by held issued cleared hits
$1 == "row" && $9 == 0 && $4 == "" {
	if ($3 != "")
		ring_row(seed SUBSEP $3, $2)
	else
		person_row($2, seed SUBSEP $7)
}

$1 == "row" && $9 != 0 && $4 == "" && $3 == "" && $5 == "pass" {
	unanswered++
}

# The rules of this row that hold, in hit[1..]; return how many.
function hits(	n, i, m) {
	m = split($15, f, " ")
	for (i = 1; i <= m; i++)
		if (holds[f[i]])
			hit[++n] = f[i]
	return (n + 0)
}

function ring_row(r, group,	n, i) {
	if (!(r in kind)) {
		sub(/^ring-/, "", group)
		kind[r] = group
		ring[++nrings] = r
		ringseed[r] = seed
	}
	if (told[seed, $6])
		heard[r] = 1
	issued[r] += $13
	if (!$12)
		return
	held[r]++
	n = hits()
	for (i = 1; i <= n; i++) {
		seen[r, hit[i]] = 1
		if (n > 1)
			continue
		# Without this rule nothing would have held it.
		only[r, hit[1]]++
		if ($8)
			extra[r, hit[1]]++
	}
}

function person_row(group, p,	n, i) {
	if (!((group, p) in known)) {
		known[group, p] = 1
		if (!(group in people))
			groups[++ngroups] = group
		people[group]++
		byseed[seed, group]++
	}
	if ($5 == "hold" && $12)
		right[group]++
	if ($5 != "pass" || !$12)
		return
	applications[group]++
	if ($11 == 1)
		counter[group]++
	if (!((group, p) in wrong)) {
		wrong[group, p] = 1
		nwrong[group]++
		wrongseed[seed, group]++
	}
	n = hits()
	for (i = 1; i <= n; i++) {
		if (!((group, p, hit[i]) in blamed)) {
			blamed[group, p, hit[i]] = 1
			cost[hit[i], class(group)]++
		}
		if (n == 1 && !((group, p, hit[1]) in alone)) {
			alone[group, p, hit[1]] = 1
			cost1[hit[1], class(group)]++
		}
	}
}

function class(group) {
	return (group == "ordinary" ? "ordinary" : group in burst ? "burst" : "other")
}

function percent(a, b) {
	return (b > 0 ? 100 * a / b : 0)
}

# Was the ring held before its fourth card?  Without the rule `r`, where it is given.
function caught(x, r) {
	if (r == "")
		return (held[x] > 0 && issued[x] <= 3)
	return (held[x] - only[x, r] > 0 && issued[x] + extra[x, r] <= 3)
}

function seed_line(s,	i, x, n, k, t, g, w, worst, share) {
	for (i = 1; i <= nrings; i++) {
		x = ring[i]
		if (ringseed[x] != s)
			continue
		n++
		k += caught(x, "")
		t += !caught(x, "") && heard[x]
	}
	w = ""
	worst = 0
	for (i = 1; i <= ngroups; i++) {
		g = groups[i]
		share = percent(wrongseed[s, g], byseed[s, g])
		if ((g in burst) && share > worst) {
			worst = share
			w = g
		}
	}
	printf("%6s %6d %7d %6.1f %% %6d %9d %6d %6.2f %%   %s\n", s, n, k,
	    percent(k, n), t, byseed[s, "ordinary"], wrongseed[s, "ordinary"],
	    percent(wrongseed[s, "ordinary"], byseed[s, "ordinary"]),
	    w == "" ? "-" : sprintf("%s %.1f %%", w, worst))
}

END {
	print "A ring is caught when at least one of its applications of the day was held or"
	print "refused, and at most three of its cards were issued that day without anybody"
	print "having looked: the fourth is never issued unexamined.  Cards of earlier days,"
	print "which no rule was asked about, do not count.  Held is REVIEW or REJECT,"
	print "whoever clears it; nobody clears a ring's.  Told: not caught, but the centre was"
	print "told of the outlet's day (a rule that holds nobody up).\n"
	print "  seed  rings  caught    share   told  ordinary   held    share   worst burst"
	for (i = 1; i <= nseeds; i++)
		seed_line(seeds[i])

	for (i = 1; i <= nrings; i++) {
		x = ring[i]
		k = kind[x]
		if (!(k in nkind))
			kinds[++nkinds] = k
		nkind[k]++
		all++
		cards[k] += issued[x]
		if (caught(x, "")) {
			ckind[k]++
			call++
		} else if (heard[x])
			tkind[k]++
	}
	print "\nRings                 rings  caught    share   told   cards issued, each"
	for (i = 1; i <= nkinds; i++) {
		k = kinds[i]
		if (nkind[k] == 0)
			continue
		printf("  %-18s %6d %7d %6.1f %% %6d %10.2f\n", k, nkind[k], ckind[k],
		    percent(ckind[k], nkind[k]), tkind[k], cards[k] / nkind[k])
		talls += tkind[k]
	}
	printf("  %-18s %6d %7d %6.2f %% %6d\n", "all", all, call,
	    percent(call, all), talls)
	n = all - nkind["crowd"]
	k = call - ckind["crowd"]
	printf("  %-18s %6d %7d %6.2f %%\n", "but crowds", n, k, percent(k, n))

	print "\nHonest people         people  right  wrong    share  applications  at the counter"
	for (i = 1; i <= ngroups; i++) {
		g = groups[i]
		if (people[g] == 0)
			continue
		printf("%s %-18s %6d %6d %6d %6.2f %% %10d %12d\n",
		    g in burst ? " *" : "  ", g, people[g], right[g], nwrong[g],
		    percent(nwrong[g], people[g]), applications[g], counter[g])
		ap += people[g]
		aw += nwrong[g]
		aa += applications[g]
		ac += counter[g]
		if ((g in burst) && percent(nwrong[g], people[g]) > 1)
			over = over " " g
	}
	printf("   %-18s %6d %6s %6d %6.2f %% %10d %12d\n", "all", ap, "", aw,
	    percent(aw, ap), aa, ac)
	print "  * a legitimate burst that must pass.  right: held as is meant; at the counter:"
	print "    applications held wrongly that the outlet itself may clear"

	print "\nRules               rings it    rings lost      people held wrongly, and of them once by it alone"
	print "                    hit in     without it     ordinary       bursts        others"
	for (i = 1; i <= nrules; i++) {
		r = rule[i]
		if (!holds[r])
			continue
		h = l = 0
		for (j = 1; j <= nrings; j++) {
			x = ring[j]
			h += caught(x, "") && ((x, r) in seen)
			l += caught(x, "") && !caught(x, r)
		}
		s = cost[r, "ordinary"] + cost[r, "burst"] + cost[r, "other"]
		if (h + s == 0) {
			idle = idle " " r
			continue
		}
		printf("  %-16s %8d %13d %8d %5d %7d %5d %7d %5d\n", r, h, l,
		    cost[r, "ordinary"], cost1[r, "ordinary"], cost[r, "burst"],
		    cost1[r, "burst"], cost[r, "other"], cost1[r, "other"])
	}
	print "  hit no ring, and held nobody wrongly:" idle
	print "  lost without it: as the day went, with the cards it alone held issued instead"

	printf("\nOutlets of which the centre was told: %d in %d days, %d of them of a crowd ring\n",
	    ntold, nseeds, talls)
	o = percent(nwrong["ordinary"], people["ordinary"])
	c = percent(call, all)
	printf("\nrings caught before their fourth card  %6.2f %%  (at least 95)    %s\n",
	    c, c >= 95 ? "reached" : "MISSED")
	printf("ordinary applicants held               %6.2f %%  (under 0.5)      %s\n",
	    o, o < 0.5 ? "reached" : "MISSED")
	printf("legitimate bursts above 1 %%            %s\n",
	    over == "" ? "none                       reached" : over "  MISSED")
	if (unanswered > 0)
		printf("checks without an answer: %d\n", unanswered)
	exit(c < 95 || o >= 0.5 || over != "" || unanswered > 0)
}
