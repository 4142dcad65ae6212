#ifndef LEVELKIT_H_
#define LEVELKIT_H_

/*
 * A city, its counties and their branches as tellers, supervisors and staff have
 * them: the chain itself, its staff and rules, and the tool at each node.  A test
 * begins with describe() and start(), and ends with city_end().
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

#include "keys/keydisk.h"
#include "keys/keymake.h"

#include "city.h"

#define DAY_MS INT64_C(86400000)
#define PATIENT "deadline = 8s\n"	/* where nothing is lost, nothing is cut short */

/* The chain: b11 and b12 under k1, b21 under k2, both under the city. */
static struct city *c;
static struct city_node *city, *k1, *k2, *b11, *b12, *b21;

/* Wall clock, ms. */
static inline int64_t
wall(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* A member of staff at a node; his key lies in the directory of all. */
static inline void
staff(struct city_node *n, const char *who, const char *rights)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = who,
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)who[0], 9 };
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	size_t len = strlen(n->more);
	struct keyfile k;
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s.key", c->dir, who);
	cr_assert_eq(keymake(&k, &m, secret, &fault), 0, "%s", fault.text);
	if (access(path, F_OK) != 0)
		cr_assert_eq(keydisk_write(&k, path, &fault), 0, "%s",
		    fault.text);
	(void)snprintf(&n->more[len], sizeof(n->more) - len, "[staff %s]\n"
	    "key = \"%s\"\nrights = %s\n", who, k.public, rights);
}

/* Describe all; wide: with the second county. */
static inline void
describe(int wide)
{

	c = city_new();
	city = city_node(c, "city", NULL);
	k1 = city_node(c, "k1", city);
	b11 = city_node(c, "b11", k1);
	b12 = city_node(c, "b12", k1);
	k2 = b21 = NULL;
	if (wide) {
		k2 = city_node(c, "k2", city);
		b21 = city_node(c, "b21", k2);
	}
	for (size_t i = 0; i < c->n; i++)
		(void)snprintf(c->node[i].extra, sizeof(c->node[i].extra),
		    PATIENT);
	staff(city, "lin", "access, review, alert");
	staff(city, "wu", "review");
	for (size_t i = 1; i < c->n; i++)
		staff(&c->node[i], "he", "access, review, alert");
}

/* Start all from the top, and wait until they are linked. */
static inline void
start(void)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		city_start(&c->node[i]);
	for (i = 0; i < c->n; i++)
		if (c->node[i].above != NULL)
			city_linked(&c->node[i], 0);
}

/* Ask in a language. */
static inline struct lk_result
ask_in(struct city_node *n, unsigned person, const char *txn, const char *lang)
{
	struct lk_result r = { .size = sizeof(r) };
	struct lk_request q;
	char path[200], more[64];
	int32_t h;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s.%s.conf", c->dir, n->id,
	    lang);
	(void)snprintf(more, sizeof(more), "language = %s\n", lang);
	cr_assert_not_null(f = fopen(path, "we"));
	(void)fprintf(f, "[plugin]\nsocket = \"%s\"\nserver_uid = \"%u\"\n"
	    "institution = \"%s\"\ntimeout = 20s\n%s", daemon_socket(n->d,
	    n->bank), (unsigned)geteuid(), n->bank, more);
	cr_assert_eq(fclose(f), 0);
	cr_assert_gt(h = c->h.lk_open(path, 0), 0);
	host_request(&q, person, LK_PRODUCT_BANK1, txn);
	cr_assert_eq(c->h.lk_check(h, &q, &r, 20000), LK_OK, "%s", r.message);
	cr_assert_eq(c->h.lk_close(h), LK_OK);
	return (r);
}

static inline struct lk_result
ask(struct city_node *n, unsigned person, const char *txn)
{

	return (ask_in(n, person, txn, "en"));
}

/* What is noted in the kit's books was issued. */
static inline void
issue(struct city_node *n, const struct lk_result *r)
{
	struct city_answer *a = &n->got[n->ngot++];

	memset(a, 0, sizeof(*a));
	a->seq = r->seq;
	a->decision = r->decision;
	a->flags = r->flags & ~(uint32_t)LK_R_DUPLICATE;
	memcpy(a->leaf, r->leaf, sizeof(a->leaf));
	memcpy(a->id, r->decision_id, sizeof(a->id));
	city_issue(n, a);
}

/* An account that was opened some days ago and is told now. */
static inline void
opened(struct city_node *n, unsigned person, const char *txn, int days)
{
	struct lk_result r = { .size = sizeof(r) };
	struct lk_request q;

	host_request(&q, person, LK_PRODUCT_BANK1, txn);
	q.flags |= LK_F_POSTHOC;
	q.opened_ms = wall() - days * DAY_MS;
	cr_assert_eq(c->h.lk_check(n->handle, &q, &r, 20000), LK_OK, "%s",
	    r.message);
	issue(n, &r);
}

/* Copy a text without its spaces and ends of lines. */
static inline char *
squeeze(char *buf, size_t cap, const char *s)
{
	size_t n = 0;

	for (; *s != '\0' && n < cap - 1; s++)
		if (*s != ' ' && *s != '\n')
			buf[n++] = *s;
	buf[n] = '\0';
	return (buf);
}

/* What the node's last tool said holds a text, wherever its lines were broken. */
static inline int
said(const struct city_node *n, const char *words)
{
	static char all[32768], want[512];

	return (strstr(squeeze(all, sizeof(all), daemon_said(n->d)),
	    squeeze(want, sizeof(want), words)) != NULL);
}

/* Run a tool at a node until what it says holds a text. */
static inline void
until(struct city_node *n, const char *command, const char *text)
{
	int i;

	for (i = 0; ; i++) {
		(void)daemon_tool(n->d, "%s 2>&1", command);
		if (said(n, text))
			return;
		cr_assert_lt(i, CITY_WAIT_S * 20, "%s: %s: no \"%s\" in: %s",
		    n->id, command, text, daemon_said(n->d));
		(void)poll(NULL, 0, 20);
	}
}

/* A command with a reference in it. */
static inline const char *
text(const char *format, const char *arg)
{
	static char buf[4][512];
	static int turn;

	turn = (turn + 1) % 4;
	(void)snprintf(buf[turn], sizeof(buf[turn]), format, arg);
	return (buf[turn]);
}

/* A transaction's id. */
static inline const char *
numbered(const char *what, unsigned i)
{
	static char buf[32];

	(void)snprintf(buf, sizeof(buf), "%s%u", what, i);
	return (buf);
}

/* The value of the first "key":... in what was said. */
static inline const char *
field(const struct city_node *n, const char *key)
{
	static char value[4][128];
	static int turn;
	const char *p = daemon_said(n->d);
	char name[64];
	size_t len;

	turn = (turn + 1) % 4;
	(void)snprintf(name, sizeof(name), "\"%s\":", key);
	p = strstr(p, name);
	cr_assert_not_null(p, "%s: no %s in %s", n->id, name,
	    daemon_said(n->d));
	p += strlen(name);
	p += *p == '"';
	len = strcspn(p, "\",}");
	cr_assert(len < sizeof(value[0]));
	memcpy(value[turn], p, len);
	value[turn][len] = '\0';
	return (value[turn]);
}


/* Rules of all levels, and those of the city alone. */
static const char rules_all[] = "[policy]\nversion = \"all-1\"\n"
    "[rule OLD]\nwhen = \"age >= 69\"\nthen = review\nby = centre\n"
    "needs = centre\nreason = \"OLD\"\nnotify = county\n";
static const char rules_city[] =
    "[rule MID]\nwhen = \"age >= 50 and age < 69\"\nthen = review\n"
    "by = centre\nneeds = centre\nreason = \"MID\"\nnotify = city\n"
    "[rule RING]\nwhen = \"institutions(30d) >= 2\"\nthen = review\n"
    "by = centre\nneeds = centre\nreason = \"RING\"\n";

/* Persons of kit: old, of middle age, young. */
#define OLD(n) (1 + 40 * (n))
#define MID(n) (15 + 40 * (n))
#define YOUNG(n) (35 + 40 * (n))

static inline void
write_file(const char *path, const char *a, const char *b)
{
	FILE *f = fopen(path, "we");

	cr_assert_not_null(f);
	(void)fprintf(f, "%s%s", a, b);
	cr_assert_eq(fclose(f), 0);
}

/* Give the city rules of its own. */
static inline void
own_rules(void)
{
	static char all[128], above[128];
	size_t i;

	(void)snprintf(all, sizeof(all), "%s/all.policy", c->dir);
	(void)snprintf(above, sizeof(above), "%s/city.policy", c->dir);
	write_file(all, rules_all, "");
	write_file(above, rules_all, rules_city);
	for (i = 0; i < c->n; i++)
		c->node[i].setup.policy = &c->node[i] == city ? above : all;
}

/* Stop the city in mid-air, and let it go on. */
static inline void
freeze(struct city_node *n)
{
	int status;

	cr_assert_eq(kill(daemon_pid(n->d), SIGSTOP), 0);
	cr_assert_eq(waitpid(daemon_pid(n->d), &status, WUNTRACED),
	    daemon_pid(n->d));
	cr_assert(WIFSTOPPED(status));
}

static inline void
thaw(struct city_node *n)
{

	cr_assert_eq(kill(daemon_pid(n->d), SIGCONT), 0);
}

#define DESK " --socket $D/desk.sock"

/* Run the tool at a node; its exit code must be `want`. */
static inline void
run(struct city_node *n, int want, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline void
run(struct city_node *n, int want, const char *format, ...)
{
	char command[2048];
	va_list ap;
	int rc;

	va_start(ap, format);
	(void)vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	rc = daemon_tool(n->d, "%s 2>&1", command);
	cr_assert_eq(rc, want, "%s: %s: %d: %s", n->id, command, rc,
	    daemon_said(n->d));
}

/* A step of staff in a case. */
static inline void
step(struct city_node *n, int want, const char *what, const char *ref,
    const char *who)
{

	run(n, want, "$L review %s %s --as %s/%s.key --reason 'file 9'" DESK,
	    what, ref, c->dir, who);
}

/* Explain a decision, so that words can be looked for. */
static inline void
explain(struct city_node *n, const char *ref, const char *lang)
{

	run(n, 0, "$L explain %s --data $DATA --as %s/%s.key --reason x "
	    "--lang %s" DESK, ref, c->dir, n == city ? "lin" : "he", lang);
}

/* Of long papers the beginning is enough to see what went wrong. */
static inline const char *
beginning(const struct daemon *d)
{
	static char buf[2048];

	(void)snprintf(buf, sizeof(buf), "%.2040s", daemon_said(d));
	return (buf);
}

#define WANT(n, words) cr_expect(said((n), (words)), "%s: no \"%s\" in %s", \
	(n)->id, (words), beginning((n)->d))

/* The case of an institution at a node's desk: its reference there. */
static inline void
case_at(struct city_node *n, const char *bank, char ref[40])
{

	until(n, "$L review list --json" DESK, bank);
	(void)snprintf(ref, 40, "%s", field(n, "reference"));
}

/* Wait until a decision stands so at a node. */
static inline void
stands(struct city_node *n, const char *ref, const char *word)
{

	until(n, text("$L review show %s --json" DESK, ref),
	    text("\"standing\":\"%s\"", word));
}

#endif /* !LEVELKIT_H_ */
