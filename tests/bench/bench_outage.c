/*
 * bench_outage SOCKET PID CONNECTIONS SECONDS: check at a liangkad in a closed loop while the
 * node above it (PID) is stopped and goes on again.  With PID 0 nobody is stopped: the same
 * load for one that asks nobody.  Prints one line; times in microseconds:
 *
 *	before	the node above answers
 *	fall	1.5 s from the stop on: `waited` answers took more than 100 ms
 *	down	it is known to be silent
 *	after	it answers again, which it did `rise_ms` after the stop's end
 */
#include <sys/epoll.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plugin.h"

#include "hist.h"
#include "linknode.h"
#include "request.h"

#define MS UINT64_C(1000000)
#define FALL (1500 * MS)
#define RISE (20000 * MS)	/* at most */
#define RISEN 20		/* answers in a row that the node above had a say in */
#define WAITED (100 * MS)
#define CONNECTIONS 256

enum phase { WARM, BEFORE, FALLING, DOWN, RISING, AFTER, PHASES };

struct outage {
	struct linknode conn[CONNECTIONS];
	uint64_t sent[CONNECTIONS];
	unsigned n, under_way, row;
	pid_t above;
	struct request q;
	enum phase phase;
	uint64_t began, span;
	double seconds[PHASES];
	struct hist h[PHASES];
	uint64_t offline[PHASES];
	uint64_t waited, errors;
	int ending;
};

/* Nanoseconds of the steady clock. */
static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

/* Ask over a connection. */
static int
ask(struct outage *o, unsigned i)
{

	request_next(&o->q);
	o->sent[i] = now();
	o->under_way++;
	return (linknode_put(&o->conn[i], o->q.frame, o->q.len));
}

/* Take what came over a connection. */
static int
take(struct outage *o, unsigned i)
{
	static struct wire_fields f;
	struct wire_header h;
	const uint8_t *body;
	uint64_t ns;
	int rc;

	if ((rc = linknode_next(&o->conn[i], &h, &body)) <= 0)
		return (rc);
	if (wire_fields_read(&f, body, h.length) != WIRE_OK)
		return (-1);
	ns = now() - o->sent[i];
	o->under_way--;
	o->errors += wire_u32(&f, WIRE_T_ERROR, 1) != 0;
	o->waited += o->phase == FALLING && ns > WAITED;
	o->row++;
	if ((wire_u32(&f, WIRE_T_RESULT_FLAGS, 0) & LK_R_OFFLINE) != 0) {
		o->offline[o->phase]++;
		o->row = 0;
	}
	hist_add(&o->h[o->phase], ns);
	return (o->ending ? 0 : ask(o, i));
}

/* Is the phase over?  Then begin the next. */
static int
over(struct outage *o)
{
	uint64_t t = now(), ns = t - o->began;
	uint64_t span = o->phase == WARM ? o->span / 4 : o->phase == FALLING ?
	    FALL : o->phase == RISING ? RISE : o->phase == DOWN ?
	    2 * o->span : o->span;

	if (ns < span && !(o->phase == RISING && o->row >= RISEN))
		return (0);
	o->seconds[o->phase++] = (double)ns / 1e9;
	o->began = t;
	if (o->phase == FALLING && o->above == 0)
		o->phase = PHASES;
	else if (o->phase == FALLING)
		(void)kill(o->above, SIGSTOP);
	else if (o->phase == RISING) {
		(void)kill(o->above, SIGCONT);
		o->row = 0;
	}
	return (o->phase == PHASES);
}

/* Drive it through all phases. */
static int
drive(struct outage *o)
{
	struct epoll_event ev[64] = {{.events = EPOLLIN}};
	int ep = epoll_create1(EPOLL_CLOEXEC), i, m;

	for (i = 0; i < (int)o->n; i++) {
		ev[0].events = EPOLLIN;
		ev[0].data.u32 = (uint32_t)i;
		if (epoll_ctl(ep, EPOLL_CTL_ADD, o->conn[i].fd, &ev[0]) < 0 ||
		    ask(o, (unsigned)i) < 0)
			return (-1);
	}
	o->began = now();
	while (!o->ending || o->under_way > 0) {
		m = epoll_wait(ep, ev, 64, 10000);
		if (m == 0) {
			fprintf(stderr, "bench_outage: no answer for 10 s\n");
			return (-1);
		}
		for (i = 0; i < m; i++)
			if (take(o, ev[i].data.u32) < 0)
				return (-1);
		if (!o->ending)
			o->ending = over(o);
		if (o->phase == PHASES)
			o->phase = WARM; /* the last answers do not count */
	}
	return (0);
}

/* Print one line. */
static void
print(const struct outage *o)
{
	static const char *const name[PHASES] = {"warm", "before", "fall",
	    "down", "rise", "after"};
	int i;

	printf("outage connections=%u waited=%lu rise_ms=%.0f errors=%lu",
	    o->n, (unsigned long)o->waited, o->seconds[RISING] * 1e3,
	    (unsigned long)o->errors);
	for (i = BEFORE; i < PHASES; i++)
		printf(" %s=%lu %s_offline=%lu %s_p50=%.1f %s_p99=%.1f "
		    "%s_max=%.1f", name[i], (unsigned long)o->h[i].count,
		    name[i], (unsigned long)o->offline[i], name[i],
		    (double)hist_at(&o->h[i], .5) / 1e3, name[i],
		    (double)hist_at(&o->h[i], .99) / 1e3, name[i],
		    (double)o->h[i].max / 1e3);
	printf("\n");
}

int
main(int argc, char **argv)
{
	static struct outage o;
	char run[9];
	unsigned i;
	int rc;

	if (argc != 5 || atoi(argv[3]) < 1 || atoi(argv[3]) > CONNECTIONS) {
		fprintf(stderr,
		    "usage: bench_outage SOCKET PID CONNECTIONS SECONDS\n");
		return (64);
	}
	o.above = (pid_t)atol(argv[2]);
	o.n = (unsigned)atoi(argv[3]);
	o.span = (uint64_t)(atof(argv[4]) * 1e9);
	snprintf(run, sizeof(run), "%08x", (unsigned)now());
	request_init(&o.q, 1000000, 60000, 1200, run);
	for (i = 0; i < o.n; i++)
		if (linknode_local(&o.conn[i], argv[1]) < 0)
			return (EXIT_FAILURE);
	rc = drive(&o);
	if (o.above != 0)
		(void)kill(o.above, SIGCONT);
	if (rc == 0)
		print(&o);
	return (rc == 0 && o.errors == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
