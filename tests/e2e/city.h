#ifndef CITY_H_
#define CITY_H_

/*
 * Several nodes that are linked: real daemons with certificates of one authority, a
 * register of nodes below each, institutions that open accounts through the library, and
 * the comparison of what each level has counted.
 *
 * Nodes are described first, from the top, then started from the top: city_new(),
 * city_node()..., city_start()....  A test ends with city_end(), which wants every issued
 * opening counted exactly once at every level, no PASS without its entry, and of every
 * daemon all that daemon_stop_and_check() wants.
 *
 * Each node has one institution of its own, "bank-ID", many outlets, and one operator.
 * Waiting is for a condition, with a deadline that fails the test.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/nodecert.h"

#include "harness.h"
#include "host.h"

#define CITY_NODES 8
#define CITY_WAIT_S 60
#define CITY_ANSWERS 65536

struct city;

/* What the host was told of one application. */
struct city_answer {
	uint64_t seq;
	int32_t decision;
	uint32_t flags;
	unsigned ms;		/* how long lk_check() took */
	unsigned person;
	int issued;		/* and confirmed */
	char leaf[72];
	char id[40];
};

struct city_node {
	struct city *city;
	struct city_node *above;
	struct daemon *d;	/* NULL: never started */
	char id[16], bank[32];
	char crt[128], key[128], ca[128], revoked[128];
	char limits[256], extra[512]; /* lines of [limits], [upstream] */
	char log[256];		/* lines of [log] */
	char more[768];		/* whole sections */
	char sections[4096];
	struct daemon_setup setup; /* may be changed before city_start() */
	int port;		/* where it listens for nodes below */
	const char *host;	/* its address, NULL: 127.0.0.1 */
	int via;		/* port to reach the node above by, 0: its own */
	int below;		/* how many nodes are below */
	unsigned forgot;	/* openings it lost with its disk, by the test's
				 * own count; the node above knows them */
	int32_t handle;		/* of its bank, 0: not open */
	unsigned txn;		/* number of the next transaction */
	struct city_answer *got;
	unsigned ngot;
};

struct city {
	struct host h;
	char dir[64], ca[128], nodes[CITY_NODES][128];
	char ca_pem[NODECERT_PEM_MAX], ca_key[NODECERT_PEM_MAX];
	struct city_node node[CITY_NODES];
	size_t n;
	int strict;		/* reservations must be the same, too: nothing was
				 * lost on the way */
	int clocks;		/* differ: each level counts at its own time */
};

/**
 * city_new(): Make the authority.  Skips the test when something is not built.
 * city_node(c, id, above): Describe a node; above: the one it asks, or NULL.
 * city_start(n): Write its configuration anew and start it, for the first time or again.
 */
struct city *city_new(void);
struct city_node *city_node(struct city *c, const char *id,
    struct city_node *above);
void city_start(struct city_node *n);

/**
 * city_authority(c): Make the authority; city_new() has done so.
 */
void city_authority(struct city *c);

/**
 * city_two(c, city, branch): The common case: one node above, "city", and one below,
 * "b01", neither started.
 */
struct city *city_two(struct city_node **city, struct city_node **branch);

/**
 * city_port(): Return a port of 127.0.0.1 that nobody listens on.
 * city_said(n, text): How often does the log of n hold the text?
 * city_say(n, text, times): Wait until it holds it more often than `times`.
 * city_linked(n, times): Wait until n has linked more than `times` times.
 * city_links(n): How often it has.
 */
int city_port(void);
unsigned city_said(struct city_node *n, const char *text);
void city_say(struct city_node *n, const char *text, unsigned times);
void city_linked(struct city_node *n, unsigned times);
unsigned city_links(struct city_node *n);

/**
 * city_stop(n, sig): End its daemon by a signal.
 */
void city_stop(struct city_node *n, int sig);

/**
 * city_certify(n, name, begins, ends): Make n a certificate for a node `name` and write it
 * with its key where n's configuration names them; times are UTC s.
 * city_certify_self(n): one of another authority, which n then believes too.
 * city_certified(n): a good one, for 20 days.
 * city_revoke(n, whose): write the list that n's `revoked` names: with the certificate
 * that `whose` has now, NULL: empty.
 * city_register(n): write the register of nodes below n; leave: one to leave out, or NULL.
 */
void city_certify(struct city_node *n, const char *name, int64_t begins,
    int64_t ends);
void city_certify_self(struct city_node *n);
void city_certified(struct city_node *n);
void city_revoke(struct city_node *n, const struct city_node *whose);
void city_register(struct city_node *n, const struct city_node *leave);

/**
 * city_check(n, person, timeout_ms): Have the bank of n ask about a person, with a new
 * transaction; return the answer, which is noted.  NULL when there was none (in that time).
 * city_open(n, person): the same, and issue the card if that is allowed; n must answer.
 * city_issue(n, a): issue it.
 */
struct city_answer *city_check(struct city_node *n, unsigned person,
    int timeout_ms);
struct city_answer *city_open(struct city_node *n, unsigned person);
void city_issue(struct city_node *n, struct city_answer *a);

/**
 * city_load(n, threads, person): Have so many tellers of n open accounts from now on, for
 * persons from `person` on; each asks until it is answered.  city_unload(l): end that.
 * city_load_count(l): how many were answered so far.  city_load_wait(l, n): wait for n more.
 */
struct city_load;
struct city_load *city_load(struct city_node *n, unsigned threads,
    unsigned person);
unsigned city_load_count(const struct city_load *l);
void city_load_wait(const struct city_load *l, unsigned n);
void city_unload(struct city_load *l);

/**
 * city_caught_up(n): Wait until the node above n has taken all that n has to tell.
 * city_entries(n): How many entries there are in its journal.
 * city_end(c): Wait for that, stop all, compare, check every daemon, remove all.
 * city_discard(c): kill and remove.
 */
void city_caught_up(struct city_node *n);
unsigned city_entries(struct city_node *n);
void city_end(struct city *c);
void city_discard(struct city *c);

/**
 * city_counted(n, of): How many openings n, which has ended, counts as issued by banks at
 * `of` or below.
 */
unsigned city_counted(struct city_node *n, const struct city_node *of);

/**
 * city_compare(c): The comparison alone, of daemons that have ended.
 * city_passes(n): every answer of n has its entry, and one without the word of the node
 * above says so.
 */
void city_compare(struct city *c);
void city_passes(struct city_node *n);

#endif /* !CITY_H_ */
