/*
 * bench_links: nodes below that are made up, for links.sh.
 *
 *	setup DIR NODES		authority, certificates, register
 *	beat DIR ADDRESS S	one link, an empty PULL at a time: the round trip
 *	ask DIR ADDRESS NODES WINDOW S SETTLE PID
 *				so many links, each with WINDOW questions under way; with
 *				SETTLE 1 each node tells its own decisions too
 *	local DIR SOCKET CONNECTIONS WINDOW S 0 PID
 *				the same of programs that check on the daemon's machine
 *
 * Prints one line; times in microseconds.
 */
#include <sys/epoll.h>
#include <sys/resource.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counter/eventbatch.h"
#include "plugin.h"
#include "store/entry.h"

#include "hist.h"
#include "linknode.h"
#include "request.h"

#define WINDOW_MAX 64
#define PEOPLE 1000000
#define OUTLETS 1200
#define TELLERS 60000
#define WARM UINT64_C(500000000) /* ns */
#define BATCH 64		/* entries, as pace.h has it */
#define BATCH_NS 5000000	/* and so often */
#define BATCHES 4		/* on their way */
#define SILENCE 10000		/* ms until the server counts as dead */

struct slot {
	uint64_t sent;
	struct entry e;
};

struct node {
	struct linknode l;
	struct slot *slot;
	unsigned index;
	uint64_t seq;		/* of its last entry */
	uint64_t told;		/* of the last that was sent */
	uint64_t batch_ns;
	unsigned inflight;
	int busy;		/* a batch was not taken */
	struct eventbatch b;
};

struct run {
	struct node *nodes;
	unsigned n, window;
	unsigned first;		/* its number; 0 is that of a real daemon */
	int local, settle;
	uint32_t epoch;
	uint64_t random;
	uint64_t count;		/* of requests */
	struct request q;
	struct hist h;
	int measuring, ending;
	uint64_t errors, events, busy, under_way;
	uint8_t frame[WIRE_HEADER + WIRE_BODY_MAX];
};

static const uint8_t no_id[WIRE_ID];

/* Nanoseconds of a clock. */
static uint64_t
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

/* CPU milliseconds that a process has used. */
static long
cpu_of(long pid)
{
	char path[64], line[1024], *p;
	unsigned long u = 0, s = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	if ((f = fopen(path, "re")) == NULL)
		return (0);
	p = fgets(line, sizeof(line), f) != NULL ? strrchr(line, ')') : NULL;
	if (p != NULL)
		sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		    "%lu %lu", &u, &s);
	fclose(f);
	return ((long)(u + s) * 1000 / sysconf(_SC_CLK_TCK));
}

/* Splitmix64. */
static uint64_t
mix(uint64_t z)
{

	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31);
}

/* A token. */
static struct token
token(uint64_t of)
{
	uint64_t v[2] = {mix(of), mix(of ^ UINT64_C(0x5555555555))};
	struct token t;

	memcpy(&t, v, sizeof(t));
	return (t);
}

/* Make the next application of a node. */
static void
apply(struct run *r, const struct node *n, struct entry *e)
{
	static const int32_t products[8] = {LK_PRODUCT_BANK1, LK_PRODUCT_BANK2,
	    LK_PRODUCT_BANK2, LK_PRODUCT_BANK3, LK_PRODUCT_CREDIT,
	    LK_PRODUCT_SIM, LK_PRODUCT_SIM, LK_PRODUCT_PAYMENT};
	uint64_t v = r->random = mix(r->random), who = v % PEOPLE;

	entry_clear(e, ENTRY_DECISION);
	e->t = (int64_t)(now(CLOCK_REALTIME) / 1000000);
	snprintf(e->inst, sizeof(e->inst), "%s%u", LINKNODE_INST, n->index);
	snprintf(e->outlet, sizeof(e->outlet), "%04u",
	    (unsigned)(v >> 32) % OUTLETS);
	snprintf(e->teller, sizeof(e->teller), "%06u",
	    (unsigned)(v >> 32) % TELLERS);
	strcpy(e->terminal, "PC-0417");
	snprintf(e->txn, sizeof(e->txn), "%016llx",
	    (unsigned long long)(r->random ^ ++r->count));
	e->epoch = r->epoch;
	e->digest = token(v);
	e->person = token(who);
	e->phone = token(who + (UINT64_C(1) << 40));
	e->address = token(who / 3 + (UINT64_C(2) << 40));
	e->id_type = LK_ID_RESIDENT;
	e->operation = LK_OP_NEW;
	e->product = products[v >> 29 & 7];
	e->channel = LK_CHANNEL_COUNTER;
	e->purpose = LK_PURPOSE_DAILY;
	e->quantity = 1;
	e->held_here = -1;
	e->area = 330102;
}

/* Send the next question. */
static int
ask(struct run *r, struct node *n, unsigned slot)
{
	struct slot *s = &n->slot[slot];
	uint8_t *frame = r->frame;
	uint64_t at = slot;
	struct wire_out o;
	char text[ENTRY_MAX];
	size_t len;

	if (r->local) {
		request_next(&r->q);
		frame = r->q.frame;
		len = r->q.len;
	} else {
		apply(r, n, &s->e);
		len = entry_print(&s->e, text, sizeof(text));
		wire_out_init(&o, frame, sizeof(r->frame));
		wire_begin(&o, WIRE_CONSULT, no_id);
		wire_put_u32(&o, WIRE_T_REMAINING_MS, 3000);
		wire_put_bytes(&o, WIRE_T_ENTRY, text, len);
		wire_put_u32(&o, WIRE_T_AGE, 40);
		wire_put_u32(&o, WIRE_T_LOCAL, 1);
		if (len == 0 || wire_end(&o) != 0)
			return (-1);
		len = o.len;
	}
	memcpy(frame + 24, &at, sizeof(at));
	s->sent = now(CLOCK_MONOTONIC);
	r->under_way++;
	return (linknode_put(&n->l, frame, len));
}

/* Tell the node above of what was gathered. */
static int
tell(struct run *r, struct node *n)
{
	static const uint8_t leaf[32];
	struct wire_out o;

	wire_out_init(&o, r->frame, sizeof(r->frame));
	wire_begin(&o, WIRE_EVENTS, no_id);
	wire_put_u64(&o, WIRE_T_AFTER, n->told);
	wire_put_bytes(&o, WIRE_T_LEAF, leaf, sizeof(leaf));
	wire_put_bytes(&o, WIRE_T_ENTRIES, n->b.buf, n->b.len);
	if (wire_end(&o) != 0)
		return (-1);
	n->told = n->b.last;
	n->batch_ns = now(CLOCK_MONOTONIC);
	n->inflight++;
	r->events += n->b.n;
	n->b.len = 0;
	n->b.n = 0;
	return (linknode_put(&n->l, r->frame, o.len));
}

/* The node decides as it was told, and will tell that. */
static int
decide(struct run *r, struct node *n, struct entry *e,
    const struct wire_fields *f)
{

	e->seq = ++n->seq;
	e->decision = (int32_t)wire_u32(f, WIRE_T_DECISION, 0);
	e->floor = (int32_t)wire_u32(f, WIRE_T_FLOOR, 0);
	e->needs = wire_u32(f, WIRE_T_NEEDS, 0);
	e->by = (int32_t)wire_u32(f, WIRE_T_BY, 0);
	(void)wire_copy(f, WIRE_T_REASON, e->reason, sizeof(e->reason));
	(void)wire_copy(f, WIRE_T_HITS, e->hits, sizeof(e->hits));
	strcpy(e->policy, "2026.1");
	e->expires = e->decision == LK_REJECT ? 0 : e->t / 1000 * 1000 +
	    1800000;
	/* A real node's journal would hold what does not fit here. */
	if (n->b.n < BATCH)
		(void)eventbatch_add(&n->b, e);
	if (!n->busy && n->inflight < BATCHES && (n->b.n == BATCH ||
	    now(CLOCK_MONOTONIC) - n->batch_ns > BATCH_NS))
		return (tell(r, n));
	return (0);
}

/* Take a reply. */
static int
take(struct run *r, struct node *n, const struct wire_header *h,
    const uint8_t *body)
{
	static struct wire_fields f;
	struct slot *s;
	char text[512];
	uint64_t at;
	int32_t rc;

	if (wire_fields_read(&f, body, h->length) != WIRE_OK)
		return (-1);
	if (h->type == (WIRE_EVENTS | WIRE_REPLY)) {
		n->inflight--;
		n->busy |= wire_u32(&f, WIRE_T_ERROR, 1) != 0;
		if (n->busy && n->inflight == 0) {
			n->told = wire_u64(&f, WIRE_T_CURSOR, 0);
			n->busy = 0;
			r->busy++;
		}
		return (0);
	}
	rc = (int32_t)wire_u32(&f, WIRE_T_ERROR, (uint32_t)LK_E_INTERNAL);
	if (rc == LK_E_BUSY)
		r->busy++;
	else if (rc != LK_OK && r->errors++ == 0) {
		(void)wire_copy(&f, WIRE_T_MESSAGE, text, sizeof(text));
		fprintf(stderr, "%s: %s\n", n->l.node, text);
	}
	memcpy(&at, h->id + 8, sizeof(at));
	if (at >= r->window)
		return (-1);
	s = &n->slot[at];
	r->under_way--;
	if (r->measuring && rc == LK_OK)
		hist_add(&r->h, now(CLOCK_MONOTONIC) - s->sent);
	if (r->settle && rc == LK_OK && decide(r, n, &s->e, &f) < 0)
		return (-1);
	/* A node that is too far ahead of its entries would only gather more. */
	return (r->ending ? 0 : ask(r, n, (unsigned)at));
}

/* Take all that has come. */
static int
turn(struct run *r, int ep)
{
	struct epoll_event ev[64];
	struct wire_header h;
	const uint8_t *body;
	struct node *n;
	int i, rc, m;

	if ((m = epoll_wait(ep, ev, 64, SILENCE)) == 0) {
		fprintf(stderr, "no answer\n");
		return (-1);
	}
	for (i = 0; i < m; i++) {
		n = ev[i].data.ptr;
		while ((rc = linknode_next(&n->l, &h, &body)) == 1)
			if (take(r, n, &h, body) < 0)
				return (-1);
		if (rc < 0)
			return (-1);
	}
	return (0);
}

/* Open all. */
static int
open_all(struct run *r, const char *dir, const char *where)
{
	struct rlimit rl;
	char key[40];
	unsigned i;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
	r->random = now(CLOCK_REALTIME);
	if ((r->epoch = linknode_token_key(dir, key)) == 0 ||
	    (r->nodes = calloc(r->n, sizeof(*r->nodes))) == NULL)
		return (-1);
	for (i = 0; i < r->n; i++) {
		struct node *n = &r->nodes[i];

		n->index = r->first + i;
		if (r->local ? linknode_local(&n->l, where) < 0 :
		    linknode_open(&n->l, dir, where, n->index, key,
		    UINT64_C(1) << 40) < 0)
			return (-1);
		n->seq = n->told = n->l.cursor;
		n->slot = calloc(r->window, sizeof(*n->slot));
		n->b.buf = r->settle ? malloc(EVENTBATCH_MAX) : NULL;
		if (n->slot == NULL || (r->settle && n->b.buf == NULL))
			return (-1);
	}
	return (0);
}

/* Keep all windows full for so long. */
static int
drive(struct run *r, double seconds, long pid)
{
	struct epoll_event ev = {.events = EPOLLIN};
	uint64_t began = now(CLOCK_MONOTONIC), until, t;
	uint64_t span = (uint64_t)(seconds * 1e9), mine;
	int ep = epoll_create1(EPOLL_CLOEXEC);
	unsigned i, j;
	long cpu = 0;

	for (i = 0; i < r->n; i++) {
		ev.data.ptr = &r->nodes[i];
		if (epoll_ctl(ep, EPOLL_CTL_ADD, r->nodes[i].l.fd, &ev) < 0)
			return (-1);
		for (j = 0; j < r->window; j++)
			if (ask(r, &r->nodes[i], j) < 0)
				return (-1);
	}
	mine = now(CLOCK_PROCESS_CPUTIME_ID);
	for (until = began + WARM; (t = now(CLOCK_MONOTONIC)) < until; ) {
		if (turn(r, ep) < 0)
			return (-1);
		if (!r->measuring && now(CLOCK_MONOTONIC) >= until) {
			r->measuring = 1;
			r->events = 0;
			cpu = cpu_of(pid);
			mine = now(CLOCK_PROCESS_CPUTIME_ID);
			began = now(CLOCK_MONOTONIC);
			until = began + span;
		}
	}
	r->measuring = 0;
	r->ending = 1;
	printf("%s conns=%u window=%u rate=%.0f events=%.0f p50=%.1f p99=%.1f "
	    "server_us=%.2f client_us=%.2f busy=%lu errors=%lu\n",
	    r->local ? "local" :
	    r->settle ? "settle" : "ask", r->n, r->window,
	    (double)r->h.count * 1e9 / (double)(t - began),
	    (double)r->events * 1e9 / (double)(t - began),
	    (double)hist_at(&r->h, .5) / 1e3, (double)hist_at(&r->h, .99) / 1e3,
	    (double)(cpu_of(pid) - cpu) * 1e3 / (double)(r->h.count + 1),
	    (double)(now(CLOCK_PROCESS_CPUTIME_ID) - mine) / 1e3 /
	    (double)(r->h.count + 1), (unsigned long)r->busy,
	    (unsigned long)r->errors);
	while (r->under_way > 0)
		if (turn(r, ep) < 0)
			return (-1);
	return (r->errors == 0 ? 0 : -1);
}

/* One empty PULL at a time. */
static int
beat(struct run *r, double seconds)
{
	uint64_t end = now(CLOCK_MONOTONIC) + (uint64_t)(seconds * 1e9), t;
	struct linknode *l = &r->nodes[0].l;
	struct wire_header h;
	const uint8_t *body;
	struct wire_out o;

	while ((t = now(CLOCK_MONOTONIC)) < end) {
		wire_out_init(&o, r->frame, sizeof(r->frame));
		wire_begin(&o, WIRE_PULL, no_id);
		wire_put_u64(&o, WIRE_T_AFTER, 0);
		if (wire_end(&o) != 0 || linknode_put(l, r->frame, o.len) < 0 ||
		    linknode_wait(l, &h, &body) < 0)
			return (-1);
		hist_add(&r->h, now(CLOCK_MONOTONIC) - t);
	}
	printf("link p50=%.1f p99=%.1f\n", (double)hist_at(&r->h, .5) / 1e3,
	    (double)hist_at(&r->h, .99) / 1e3);
	return (0);
}

/* Do what is asked. */
static int
run(int argc, char **argv)
{
	static struct run r = {.n = 1, .window = 1, .first = 1};
	const char *what = argv[1], *dir = argv[2];

	if (strcmp(what, "setup") == 0 && argc == 4)
		return (linknode_setup(dir, (unsigned)atoi(argv[3])));
	if (strcmp(what, "beat") == 0 && argc == 5)
		return (open_all(&r, dir, argv[3]) < 0 ? -1 :
		    beat(&r, atof(argv[4])));
	if ((strcmp(what, "ask") != 0 && strcmp(what, "local") != 0) ||
	    argc != 9)
		return (64);
	r.local = what[0] == 'l';
	r.n = (unsigned)atoi(argv[4]);
	r.window = (unsigned)atoi(argv[5]);
	r.settle = atoi(argv[7]) != 0;
	if (r.n == 0 || r.window == 0 || r.window > WINDOW_MAX)
		return (64);
	snprintf((char *)r.frame, 9, "%08x", (unsigned)time(NULL));
	request_init(&r.q, PEOPLE, TELLERS, OUTLETS, (char *)r.frame);
	return (open_all(&r, dir, argv[3]) < 0 ? -1 : drive(&r, atof(argv[6]),
	    atol(argv[8])));
}

int
main(int argc, char **argv)
{
	int rc = argc > 3 ? run(argc, argv) : 64;

	if (rc == 64)
		fprintf(stderr, "usage: bench_links setup|beat|ask|local DIR "
		    "...: see the head of bench_links.c\n");
	return (rc == 0 ? EXIT_SUCCESS : rc < 0 ? EXIT_FAILURE : rc);
}
