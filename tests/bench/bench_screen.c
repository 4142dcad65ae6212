/*
 * bench_screen make DIR ROWS LISTED PERSONS: write what a screening goes through, the
 * same each time:
 *
 *	DIR/accounts.csv  ROWS accounts, some 121 bytes each, of a population as large
 *	DIR/list.csv	  the numbers of LISTED people, for others to join with; a third
 *			  of them is of the population
 *	DIR/windows.csv	  the numbers of PERSONS with their cards of 30 days, ditto; seven
 *			  tenths of them are
 *	DIR/sanction.mdb  the list, as the daemon serves it
 *	DIR/state/	  a state that knows those persons by one to four openings each
 *
 * bench_screen floor ROWS: the time that two tokens of each row take, on two processors:
 * by token_make() and two at a time.
 * bench_screen run DIR POLICY RESULT: screen the file; the time has everything in it,
 * the verification of the list too.
 */
#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "desk/screen.h"
#include "engine/category.h"
#include "engine/identity.h"
#include "engine/person.h"
#include "engine/policy.h"
#include "keys/keymake.h"
#include "keys/token_batch.h"
#include "lists/adopt.h"
#include "lists/csvfile.h"
#include "plugin.h"
#include "store/disk.h"
#include "store/list.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"
#include "store/stateview.h"

#define NOW 1795323600
#define DAY 86400
#define SLICE 4096
#define EACH 100000	/* records of the state between checkpoints */

/* Give up. */
static void
need(int good, const char *what)
{

	if (good)
		return;
	(void)fprintf(stderr, "bench_screen: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* Seconds of the steady clock. */
static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

static int64_t
mono_ms(void)
{

	return ((int64_t)(now() * 1000));
}

/* A number that follows from another alone. */
static uint64_t
mix(uint64_t x)
{
	uint64_t z = x + UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31));
}

/* The number of citizen i. */
static void
citizen(char id[19], uint64_t i)
{
	uint64_t x = i;
	unsigned area, year, month, day, seq;

	seq = (unsigned)(x % 1000);
	day = (unsigned)(x / 1000 % 28);
	month = (unsigned)(x / 28000 % 12);
	year = (unsigned)(x / 336000 % 40);
	area = (unsigned)(x / 13440000 % 100);
	(void)snprintf(id, 19, "%06u%04u%02u%02u%03u?", 330102 + area,
	    1960 + year, month + 1, day + 1, seq);
	id[17] = identity_check_digit(id);
}

/* The keys of a kind. */
static struct token_keys *
keys(enum keyfile_kind kind)
{
	const struct keymake m = { .kind = kind, .epoch = 1,
		.algorithm = KEYFILE_HMAC_SHA256, .created = 1795000000,
		.expires = KEYMAKE_NEVER };
	const uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)kind };
	struct keyfile_error e;
	struct token_keys *k;
	struct keyfile f;
	char err[256];

	need(keymake(&f, &m, secret, &e) == 0, "keys");
	k = token_keys_from(&f, 1, err, sizeof(err));
	need(k != NULL, "keys");
	return (k);
}

/* The token of citizen i. */
static struct token
token_of(const struct token_keys *k, uint64_t i)
{
	char in[20] = { IDENTITY_CITIZEN };
	struct token t;

	citizen(in + 1, i);
	token_make(&t, k, 0, TOKEN_PERSON, in, 19);
	return (t);
}

/* Person j of a set: so many of `of` tenths are of the population, the rest beyond. */
static uint64_t
member(uint64_t j, uint64_t rows, unsigned of, unsigned salt)
{

	if (j % 10 < of)
		return (mix(j + ((uint64_t)salt << 40)) % rows);
	return (rows + j * 4 + salt);
}

/* Open a file in a folder. */
static FILE *
file(const char *dir, const char *name)
{
	char path[1024];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	need((f = fopen(path, "w")) != NULL, path);
	return (f);
}

/* The accounts. */
static void
make_accounts(const char *dir, uint64_t rows)
{
	static const char *const names[] = { "张伟", "王秀英", "李娜", "刘洋",
		"陈建国", "杨敏", "赵静", "黄丽华" };
	static const char *const insts[] = { "icbc", "abc", "boc", "ccb" };
	FILE *f = file(dir, "accounts.csv");
	char id[19];
	uint64_t i, x;

	(void)fprintf(f, "账号,姓名,证件号码,手机号,开户机构,账户类型,开户日期,"
	    "开户网点,余额状态\n");
	for (i = 0; i < rows; i++) {
		x = mix(i);
		citizen(id, x % rows);
		(void)fprintf(f, "62220%014" PRIu64 ",%s,%s,1%010" PRIu64
		    ",%s,bank1,20%02u-%02u-%02u,%s-branch-%05u,normal;%08x\n",
		    x % UINT64_C(100000000000000), names[x >> 20 & 7], id,
		    3000000000 + (x >> 8) % 6999999999, insts[x >> 32 & 3],
		    (unsigned)(10 + (x >> 34) % 16), (unsigned)(1 + (x >> 40) %
		    12), (unsigned)(1 + (x >> 45) % 28), insts[x >> 32 & 3],
		    (unsigned)(x >> 50) % 1200, (unsigned)x);
	}
	need(fclose(f) == 0, "accounts.csv");
}

/* By token. */
static int
by_token(const void *a, const void *b)
{

	return (memcmp(a, b, TOKEN_LEN));
}

/* The list, for us and for others. */
static void
make_list(const char *dir, uint64_t rows, uint64_t n)
{
	struct list_info info = { .id = "sanction", .subject = LIST_PERSON,
		.epoch = 1, .version = 1, .bits = listrec_bits(n) };
	struct token_keys *k = keys(KEYFILE_TOKEN_LIST);
	struct listrec *r = calloc(n, sizeof(*r));
	char path[1024], err[LIST_ERROR_MAX], id[19];
	FILE *f = file(dir, "list.csv");
	struct list_builder *b;
	uint64_t i, m = 0;

	need(r != NULL, "memory");
	for (i = 0; i < n; i++)
		r[i] = (struct listrec){ .token = token_of(k, member(i, rows,
		    3, 1)), .category = CATEGORY_CONVICTED, .severity = 5,
		    .source = { 1 } };
	qsort(r, n, sizeof(*r), by_token);
	for (i = 0; i < n; i++)
		if (m == 0 || by_token(&r[m - 1], &r[i]) != 0)
			r[m++] = r[i];
	for (i = 0; i < n; i++) {
		citizen(id, member(i, rows, 3, 1));
		(void)fprintf(f, "%s,convicted\n", id);
	}
	need(fclose(f) == 0, "list.csv");
	(void)snprintf(path, sizeof(path), "%s/sanction.mdb", dir);
	b = list_build(path, &info, &disk_real, err);
	need(b != NULL && list_build_add(b, r, m, err) == 0 &&
	    list_build_finish(b, &info, err) == 0, path);
	free(r);
	token_keys_free(k);
}

/* One to four openings; now and then so many that a rule minds. */
static unsigned
openings(struct person *p, uint64_t j, uint32_t inst)
{
	unsigned n = 1 + (unsigned)(mix(j) % 4), i, lately = 0;
	struct opening o;

	if (j % 50 == 0)
		n = 6;
	person_init(p);
	for (i = 0; i < n; i++) {
		o = (struct opening){ .seq = j * 8 + i + 1, .visit = i,
			.at = (uint32_t)(NOW - DAY * (n == 6 ? i * 4 + 1 :
			    20 + (mix(j * 8 + i) >> 3) % 300)),
			.inst = inst + i % 2, .outlet = 9, .quantity = 1,
			.product = i % 2 ? LK_PRODUCT_SIM : LK_PRODUCT_BANK1,
			.state = OPENING_ISSUED, .operation = LK_OP_NEW };
		lately += o.at > NOW - 30 * DAY;
		person_open(p, &o, NOW);
	}
	return (lately);
}

/* The state, and what of it others join with. */
static void
make_state(const char *dir, uint64_t rows, uint64_t n)
{
	struct token_keys *k = keys(KEYFILE_TOKEN_PERSON);
	static struct person p;
	char path[1024], err[256] = "", id[19];
	struct state_options o = { .dir = path };
	FILE *f = file(dir, "windows.csv");
	struct names *names;
	struct state *s;
	struct token t;
	uint32_t inst;
	unsigned lately;
	uint64_t j;
	void *v;

	(void)snprintf(path, sizeof(path), "%s/state", dir);
	need(mkdir(path, 0700) == 0, path);
	need((s = state_open(&o, err, sizeof(err))) != NULL, err);
	need((names = names_load(s)) != NULL, "names");
	inst = names_intern(names, s, 1, NAME_INST, "", "icbc");
	(void)names_intern(names, s, 1, NAME_INST, "", "abc");
	need(state_applied(s, 1) == 0, "state");
	for (j = 0; j < n; j++) {
		lately = openings(&p, j, inst);
		t = token_of(k, member(j, rows, 7, 2));
		v = state_put(s, RECORD_PERSON, t.b, TOKEN_LEN, j + 2,
		    person_packed(&p));
		need(v != NULL, "state");
		person_pack(&p, v);
		need(state_applied(s, j + 2) == 0, "state");
		citizen(id, member(j, rows, 7, 2));
		(void)fprintf(f, "%s,%u\n", id, lately);
		if (j % EACH == EACH - 1 || j + 1 == n)
			need(state_checkpoint_now(s, j + 2, 0) == 0,
			    "checkpoint");
	}
	need(fclose(f) == 0, "windows.csv");
	names_free(names);
	state_close(s);
	token_keys_free(k);
}

/* A thread of the floor. */
struct floor {
	const struct token_keys *key[2];
	uint64_t rows;
	int plain;
	pthread_t thread;
};

/* Two tokens of each row. */
static void *
hash(void *arg)
{
	const struct floor *f = arg;
	struct token_text *text = calloc(SLICE, sizeof(*text));
	struct token *out = calloc(SLICE, sizeof(*out));
	uint64_t i, n;
	int k;

	need(text != NULL && out != NULL, "memory");
	for (i = 0; i < SLICE; i++) {
		text[i].data[0] = IDENTITY_CITIZEN;
		text[i].len = 19;
		citizen((char *)&text[i].data[1], i);
	}
	for (i = 0; i < f->rows; i += n) {
		n = f->rows - i < SLICE ? f->rows - i : SLICE;
		for (k = 0; k < 2; k++)
			if (f->plain)
				token_batch_plain(out, f->key[k], 0,
				    TOKEN_PERSON, text, n);
			else
				token_batch(out, f->key[k], 0, TOKEN_PERSON,
				    text, n);
	}
	free(text);
	free(out);
	return (NULL);
}

/* The floor. */
static void
floors(uint64_t rows)
{
	struct token_keys *a = keys(KEYFILE_TOKEN_PERSON);
	struct token_keys *b = keys(KEYFILE_TOKEN_LIST);
	struct floor f[2];
	double t[2];
	int i, plain;

	for (plain = 0; plain < 2; plain++) {
		t[plain] = now();
		for (i = 0; i < 2; i++) {
			f[i] = (struct floor){ .key = { a, b }, .rows = rows /
			    2, .plain = plain };
			need(pthread_create(&f[i].thread, NULL, hash, &f[i]) ==
			    0, "thread");
		}
		for (i = 0; i < 2; i++)
			(void)pthread_join(f[i].thread, NULL);
		t[plain] = now() - t[plain];
	}
	(void)printf("floor make=%.3f batch=%.3f\n", t[1], t[0]);
	token_keys_free(a);
	token_keys_free(b);
}

/* Read a policy file. */
static struct policy *
policy(const char *path)
{
	char *text = malloc(POLICY_MAX_TEXT);
	FILE *f = fopen(path, "r");
	struct policy *p;

	need(text != NULL && f != NULL, path);
	p = policy_compile(path, text, fread(text, 1, POLICY_MAX_TEXT, f),
	    NULL);
	need(p != NULL, "policy");
	(void)fclose(f);
	free(text);
	return (p);
}

/* Screen the file. */
static void
run(const char *dir, const char *rules, const char *result)
{
	static struct adopted a;
	struct screen_options o = { .result = result, .name = "accounts.csv",
		.policy_hash = "", .now = NOW, .id_type = LK_ID_RESIDENT,
		.english = 1, .mono_ms = mono_ms, .encoding = CSVFILE_GUESS };
	char input[1024], path[1024], state[1024], err[SCREEN_ERROR_MAX];
	struct screen_totals t;
	struct stateview *v;
	double begun;

	(void)snprintf(input, sizeof(input), "%s/accounts.csv", dir);
	(void)snprintf(path, sizeof(path), "%s/sanction.mdb", dir);
	(void)snprintf(state, sizeof(state), "%s/state", dir);
	o.input = input;
	o.policy = policy(rules);
	o.keys = keys(KEYFILE_TOKEN_PERSON);
	o.list_keys = keys(KEYFILE_TOKEN_LIST);
	begun = now();
	need((a.list[0].list = list_open(path, 1, err)) != NULL, err);
	a.list[0].info = *list_info(a.list[0].list);
	a.nlists = 1;
	o.lists = &a;
	need((v = stateview_open(state, err)) != NULL, err);
	o.state = v;
	if (screen_run(&o, &t, err) != SCREEN_FINE) {
		(void)fprintf(stderr, "bench_screen: %s\n", err);
		exit(EXIT_FAILURE);
	}
	(void)printf("screen seconds=%.3f rows=%" PRIu64 " pass=%" PRIu64
	    " limit=%" PRIu64 " review=%" PRIu64 " reject=%" PRIu64 " errors=%"
	    PRIu64 " listed=%" PRIu64 " known=%" PRIu64 " plain=%" PRIu64
	    " other=%" PRIu64 "\n", now() - begun, t.rows, t.decided[0],
	    t.decided[1], t.decided[2], t.decided[3], t.decided[4], t.listed,
	    t.known, t.plain, t.other);
	stateview_close(v);
	adopt_free(&a);
}

int
main(int argc, char **argv)
{
	uint64_t rows;

	if (argc == 6 && strcmp(argv[1], "make") == 0) {
		rows = strtoull(argv[3], NULL, 10);
		make_accounts(argv[2], rows);
		make_list(argv[2], rows, strtoull(argv[4], NULL, 10));
		make_state(argv[2], rows, strtoull(argv[5], NULL, 10));
	} else if (argc == 3 && strcmp(argv[1], "floor") == 0)
		floors(strtoull(argv[2], NULL, 10));
	else if (argc == 5 && strcmp(argv[1], "run") == 0)
		run(argv[2], argv[3], argv[4]);
	else {
		(void)fprintf(stderr, "usage: bench_screen make DIR ROWS LISTED "
		    "PERSONS | floor ROWS | run DIR POLICY RESULT\n");
		return (EXIT_FAILURE);
	}
	return (EXIT_SUCCESS);
}
