/*
 * A branch and its city in two network namespaces, and a line between them that has the
 * faults of real ones, made by the kernel.  tests/faults/netns.sh prepares the namespaces
 * rlA (city) and rlB (branch) and runs this as root; it prints a table.
 */
#include <criterion/criterion.h>

#include <sys/wait.h>

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "e2e/city.h"

#define SECONDS 5
#define DEADLINE 300
#define SLACK 700
#define THREADS 4

#define NFT_BOTH(rule)							\
	"ip netns exec rlA nft add table inet f && ip netns exec rlA nft "	\
	"'add chain inet f i { type filter hook input priority 0; }' && "	\
	"ip netns exec rlA nft 'add rule inet f i " rule "'"
#define NFT_OFF "ip netns exec rlA nft delete table inet f"

/* What happens to the line. */
static const struct fault {
	const char *name;
	const char *on, *off;	/* shell commands */
	int pause;		/* stop the city meanwhile */
	int hole;		/* nobody can be asked: answers are alone */
	const char *host;	/* other addresses, by which the line is longer */
} faults[] = {
	{ "none", NULL, NULL, 0, 0, NULL },
	{ "blackhole", NFT_BOTH("tcp dport 7031 drop"), NFT_OFF, 0, 1, NULL },
	{ "reset", NFT_BOTH("tcp dport 7031 reject with tcp reset"), NFT_OFF, 0,
	    1, NULL },
	{ "loss 5 %", NFT_BOTH("numgen random mod 100 < 5 drop"), NFT_OFF, 0, 0,
	    NULL },
	{ "64 kbit/s", "ip netns exec rlB tc qdisc add dev vB root tbf rate "
	    "64kbit burst 2kb latency 400ms && ip netns exec rlA tc qdisc add "
	    "dev vA root tbf rate 64kbit burst 2kb latency 400ms",
	    "ip netns exec rlB tc qdisc del dev vB root && ip netns exec rlA tc "
	    "qdisc del dev vA root", 0, 0, NULL },
	{ "line down", "ip -n rlA link set vA down",
	    "ip -n rlA link set vA up", 0, 1, NULL },
	{ "city paused", NULL, NULL, 1, 1, NULL },
	{ "100 ms +- 20", NULL, NULL, 0, 0, "10.98.0.1" },
};

/* Run a shell command. */
static void
sh(const char *command)
{

	if (command != NULL)
		cr_assert_eq(system(command), 0, "%s", command);
}

static int
by_ms(const void *a, const void *b)
{
	const struct city_answer *x = a, *y = b;

	return (x->ms < y->ms ? -1 : x->ms > y->ms);
}

/* Let the load run for some seconds. */
static void
for_seconds(int s)
{
	struct timespec now, end;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += s;
	do {
		(void)poll(NULL, 0, 20);
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec &&
	    now.tv_nsec < end.tv_nsec));
}

/* Answers while the fault lasted. */
static void
tell(const struct fault *f, const struct city_answer *got, unsigned n,
    unsigned below, unsigned above, unsigned issued)
{
	struct city_answer *a = calloc(n + 1, sizeof(*a));
	unsigned i, alone = 0, passed = 0;
	const char *verdict = "good";

	cr_assert_not_null(a);
	memcpy(a, got, n * sizeof(*a));
	qsort(a, n, sizeof(*a), by_ms);
	for (i = 0; i < n; i++) {
		alone += (a[i].flags & LK_R_OFFLINE) != 0;
		passed += (a[i].flags & LK_R_OFFLINE) != 0 &&
		    a[i].decision < LK_REVIEW;
	}
	if (below != issued || above != issued)
		verdict = "MISCOUNTED";
	else if (n == 0 || a[n - 1].ms > DEADLINE + SLACK)
		verdict = "TOO LATE";
	else if (f->hole && alone + 64 < n)
		verdict = "NOT ALONE";
	(void)printf("%-13s %7u %8u %8u %6u %6u %8u %8u %8u  %s\n", f->name, n,
	    alone, passed, a[n * 99 / 100].ms, n > 0 ? a[n - 1].ms : 0,
	    issued, below, above, verdict);
	(void)fflush(stdout);
	free(a);
	cr_expect_str_eq(verdict, "good", "%s", f->name);
}

/* How many were issued so far? */
static unsigned
issued(const struct city_node *n)
{
	unsigned i, k = 0;

	for (i = 0; i < n->ngot; i++)
		k += n->got[i].issued != 0;
	return (k);
}

/* One fault. */
static void
suffer(const struct fault *f, struct city_node *city, struct city_node *b,
    unsigned person)
{
	struct city_answer *during;
	struct city_load *l;
	unsigned from, n;

	if (f->host != NULL) {
		city->host = f->host;
		city_stop(b, SIGTERM);
		n = city_links(b);
		city_start(b);
		city_linked(b, n);
	}
	l = city_load(b, THREADS, person);
	city_load_wait(l, 20);
	sh(f->on);
	if (f->pause)
		cr_assert_eq(kill(daemon_pid(city->d), SIGSTOP), 0);
	from = b->ngot;
	for_seconds(SECONDS);
	n = b->ngot - from;
	during = calloc(n + 1, sizeof(*during));
	cr_assert_not_null(during);
	memcpy(during, b->got + from, n * sizeof(*during));
	sh(f->off);
	if (f->pause)
		cr_assert_eq(kill(daemon_pid(city->d), SIGCONT), 0);
	city_load_wait(l, 20);
	city_unload(l);
	city_caught_up(b);
	city_stop(b, SIGTERM);
	city_stop(city, SIGTERM);
	city_passes(b);
	tell(f, during, n, city_counted(b, b), city_counted(city, b),
	    issued(b));
	free(during);
	n = city_links(b);
	city_start(city);
	city_start(b);
	city_linked(b, n);
}

Test(netns, faults, .timeout = 600)
{
	struct city_node *city, *b;
	struct city *c;
	const char *tun = getenv("LK_TUNDELAY");
	size_t i;

	if (getenv("LK_NETNS") == NULL)
		cr_skip("skipped: run by tests/faults/netns.sh");
	c = city_two(&city, &b);
	city->port = 7031;
	city->host = "10.97.0.1";
	city->setup.netns = "rlA";
	b->setup.netns = "rlB";
	city_start(city);
	city_start(b);
	city_linked(b, 0);
	(void)printf("%-13s %7s %8s %8s %6s %6s %8s %8s %8s  %s\n", "fault",
	    "checks", "alone", "passed", "p99", "worst", "issued", "below",
	    "above", "verdict");
	(void)printf("%-13s %7s %8s %8s %6s %6s %8s %8s %8s\n", "", "", "",
	    "alone", "ms", "ms", "so far", "counted", "counted");
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (faults[i].host != NULL && tun == NULL) {
			(void)printf("%-13s skipped: no tundelay.py\n",
			    faults[i].name);
			continue;
		}
		suffer(&faults[i], city, b, 1000 + (unsigned)i * 100000);
	}
	city_end(c);
}
