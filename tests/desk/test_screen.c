#include <criterion/criterion.h>

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/category.h"
#include "engine/day.h"
#include "engine/person.h"
#include "engine/policy.h"
#include "lists/adopt.h"
#include "plugin.h"
#include "store/list.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"
#include "store/stateview.h"

#include "screenkit.h"

#define NOW SCREENKIT_NOW
#define DAY 86400

static const char rules[] =
    "[rule SANC]\nclass = statutory\nwhen = \"listed('sanction')\"\n"
    "then = reject\nreason = \"SANC\"\n"
    "[rule LIMITED]\nclass = statutory\nwhen = \"listed('sanction', found) "
    "and product == bank1\"\nthen = limit\nlimit_profile = 1\nreason = \"L\"\n"
    "[rule PHONE]\nwhen = \"listed('phones')\"\nthen = review\nby = centre\n"
    "reason = \"PHONE\"\n"
    "[rule MANY]\nwhen = \"cards(30d) >= 3 and operation == new\"\n"
    "then = review\nby = centre\nreason = \"MANY\"\n"
    "[rule HERE]\nwhen = \"held(bank1, here) + quantity > 1\"\n"
    "then = review\nby = centre\nreason = \"HERE\"\n"
    "[rule INST]\nwhen = \"institutions(7d) >= 2\"\nthen = review\n"
    "by = centre\nreason = \"INST\"\n"
    "[rule TRY]\nwhen = \"attempts(7d) >= 2 or attempt_institutions(7d) >= 2 "
    "or replaced(30d) >= 1\"\nthen = review\nby = centre\nreason = \"TRY\"\n"
    "[rule MINOR]\nwhen = \"age < 16 and not guardian\"\nthen = review\n"
    "by = counter\nreason = \"MINOR\"\n"
    "[rule OLD]\nwhen = \"age >= 100\"\nthen = review\nby = counter\n"
    "reason = \"OLD\"\n";

/* A node: lists, a state, keys. */
struct node {
	char *dir;
	struct policy *policy;
	struct token_keys *keys, *list_keys;
	struct adopted adopted;
	struct state *state;
	uint64_t seq;
	struct names *names;
	uint32_t icbc, abc;
	struct stateview *view;
	struct screen_options o;
	struct screen_totals t;
	char err[SCREEN_ERROR_MAX];
};

static void
node_open(struct node *n)
{
	struct state_options so;

	memset(n, 0, sizeof(*n));
	n->dir = screenkit_dir();
	n->policy = screenkit_policy(rules);
	n->keys = screenkit_keys(0, 1);
	n->list_keys = screenkit_keys(1, 4);
	so = (struct state_options){ .dir = n->dir };
	n->state = state_open(&so, n->err, sizeof(n->err));
	cr_assert_not_null(n->state, "%s", n->err);
	n->names = names_load(n->state);
	n->seq = 1;
	n->icbc = names_intern(n->names, n->state, 1, NAME_INST, "", "icbc");
	n->abc = names_intern(n->names, n->state, 1, NAME_INST, "", "abc");
	cr_assert(n->icbc != 0 && n->abc != 0);
	cr_assert_eq(state_applied(n->state, 1), 0);
	screenkit_options(&n->o, n->dir, n->policy);
}

/* Let a person's record stand in the state. */
static void
node_person(struct node *n, const char *id, const struct person *p)
{
	struct token t = screenkit_person(n->keys, id);
	void *v;

	n->seq++;
	v = state_put(n->state, RECORD_PERSON, t.b, TOKEN_LEN, n->seq,
	    person_packed(p));
	cr_assert_not_null(v);
	person_pack(p, v);
	cr_assert_eq(state_applied(n->state, n->seq), 0);
}

/* A list of these. */
static void
node_list(struct node *n, const char *id, int subject, struct listrec *r,
    size_t len)
{
	struct adopted_list *a = &n->adopted.list[n->adopted.nlists++];

	a->list = screenkit_list(n->dir, id, subject, 4, r, len);
	a->info = *list_info(a->list);
}

/*
 * A run that ended well, once more with persons looked up one by one, and with too little
 * memory for them: the same result, byte by byte.
 */
static void
node_again(struct node *n)
{
	const size_t max[] = { 8, 4096, (size_t)1 << 24 };
	struct screen_options o = n->o;
	struct screen_totals t;
	size_t len[2], i;
	char *got[2];

	got[0] = screenkit_read(o.result, &len[0]);
	for (i = 0; i < 4; i++) {
		cr_assert_eq(unlink(o.result), 0);
		o.hold = i < 3 ? 1 : -1;
		o.hold_max = i < 3 ? max[i] : 0;
		cr_assert_eq(screen_run(&o, &t, n->err), SCREEN_FINE);
		got[1] = screenkit_read(o.result, &len[1]);
		cr_assert(len[0] == len[1] && memcmp(got[0], got[1], len[0]) ==
		    0, "%zu: %s", i, got[1]);
		cr_assert_eq(t.known, n->t.known);
		cr_assert_eq(t.seq[1], n->t.seq[1]);
		cr_assert_eq(t.seq_ms[1], n->t.seq_ms[1]);
		free(got[1]);
	}
	free(got[0]);
}

/* Close the state and look at it and the file. */
static int
node_screen(struct node *n, const char *text)
{
	int rc;

	if (n->state != NULL) {
		cr_assert_eq(state_checkpoint_now(n->state, n->seq, 0), 0);
		names_free(n->names);
		state_close(n->state);
		n->state = NULL;
		n->view = stateview_open(n->dir, n->err);
		cr_assert_not_null(n->view, "%s", n->err);
	}
	if (text != NULL)
		screenkit_write(n->o.input, text, strlen(text));
	n->o.state = n->view;
	n->o.keys = n->keys;
	if (n->adopted.nlists > 0) {
		n->o.lists = &n->adopted;
		n->o.list_keys = n->list_keys;
	}
	if ((rc = screen_run(&n->o, &n->t, n->err)) == SCREEN_FINE &&
	    !n->o.resume && n->o.step == NULL)
		node_again(n);
	return (rc);
}

static void
node_close(struct node *n)
{

	stateview_close(n->view);
	adopt_free(&n->adopted);
	policy_free(n->policy);
	token_keys_free(n->keys);
	token_keys_free(n->list_keys);
	free((char *)(uintptr_t)n->o.input);
	free((char *)(uintptr_t)n->o.result);
	screenkit_clean(n->dir);
}

/* Row i of the result, behind its number and line. */
static const char *
row_of(const char *text, unsigned i)
{
	static char row[1024];
	unsigned k;

	for (k = 0; k < i + 1; k++)
		text = strchr(text, '\n') + 1;
	text = strchr(strchr(text, ',') + 1, ',') + 1;
	(void)snprintf(row, sizeof(row), "%.*s", (int)strcspn(text, "\n"),
	    text);
	return (row);
}

/* One more opening. */
static void
opens(struct person *p, uint32_t at, int product, uint32_t inst)
{
	static uint64_t seq = 1000;
	struct opening o = { .seq = ++seq, .visit = seq, .at = at,
		.inst = inst, .outlet = inst + 100, .quantity = 1,
		.product = (uint8_t)product, .state = OPENING_ISSUED,
		.operation = LK_OP_NEW };

	person_open(p, &o, NOW);
}

/* Lists: who, with which category, what the product makes of it, and what has ended. */
Test(screen, lists)
{
	struct listrec r[6], ph[1], c[1], other[1];
	char id[8][19], text[4096];
	struct token t;
	struct node n;
	char *got;
	int i;

	node_open(&n);
	for (i = 0; i < 8; i++)
		screenkit_citizen(id[i], 100 + (unsigned)i);
	for (i = 0; i < 6; i++) {
		t = screenkit_person(n.list_keys, id[i]);
		r[i] = screenkit_record(&t, i == 1 ? CATEGORY_FOUND :
		    CATEGORY_CONVICTED);
	}
	r[2].expiry[0] = (uint8_t)((day_of(NOW) - 1) & 0xff);
	r[2].expiry[1] = (uint8_t)((day_of(NOW) - 1) >> 8);
	r[3].expiry[0] = (uint8_t)(day_of(NOW) & 0xff);
	r[3].expiry[1] = (uint8_t)(day_of(NOW) >> 8);
	r[4].category = CATEGORY_NONE;
	r[4].flags[0] = LISTREC_CLEARED;
	node_list(&n, "sanction", LIST_PERSON, r, 6);
	t = screenkit_phone(n.list_keys, "13812345678");
	ph[0] = screenkit_record(&t, CATEGORY_INVOLVED);
	node_list(&n, "phones", LIST_PHONE, ph, 1);
	t = screenkit_card(n.list_keys, "6222020000000000011");
	c[0] = screenkit_record(&t, CATEGORY_INVOLVED);
	node_list(&n, "cards", LIST_CARD, c, 1);
	t = screenkit_person(n.list_keys, id[0]);
	other[0] = screenkit_record(&t, CATEGORY_INVESTIGATION);
	node_list(&n, "elsewhere", LIST_PERSON, other, 1);
	(void)snprintf(text, sizeof(text), "证件号码,手机号,卡号,账户类型\n"
	    "%s,,,\n%s,,,\n%s,,,\n%s,,,\n%s,,,\n%s,13900000000,1234,sim\n"
	    "%s,+86 138-1234-5678,,\n%s,,6222 0200 0000 0000 011,\n"
	    "%s,12,,\n%s,,12,\n%s,,,car\n", id[0], id[1], id[2], id[3], id[4],
	    id[6], id[6], id[7], id[7], id[7], id[7]);
	n.o.product = LK_PRODUCT_BANK1;
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	got = screenkit_read(n.o.result, NULL);
	cr_expect_str_eq(row_of(got, 1), "reject,SANC,"
	    "sanction:convicted elsewhere:investigation,,,");
	cr_expect_str_eq(row_of(got, 2), "reject,SANC LIMITED,"
	    "sanction:found,,,");
	cr_expect_str_eq(row_of(got, 3), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 4), "reject,SANC,sanction:convicted,,,");
	cr_expect_str_eq(row_of(got, 5), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 6), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 7), "review,PHONE,phones:involved,,,");
	cr_expect_str_eq(row_of(got, 8), "review," SCREEN_CARD_RULE
	    ",cards:involved,,,");
	cr_expect_str_eq(row_of(got, 9),
	    "error,,,,2,\"this is no phone number\"");
	cr_expect_str_eq(row_of(got, 10),
	    "error,,,,3,\"this is no card or account number\"");
	cr_expect_str_eq(row_of(got, 11), "error,,,,4,\"unknown product\"");
	cr_expect_eq(n.t.rows, 11);
	cr_expect_eq(n.t.listed, 5);
	cr_expect_eq(n.t.decided[SCREEN_ERROR], 3);
	cr_expect_eq(n.t.decided[SCREEN_REJECT], 3);
	for (i = 0; i < 8; i++)
		cr_expect_null(strstr(got, id[i]), "a number is in the result");
	free(got);
	node_close(&n);
}

/* The first second of each window, the one before, what is still to come, and today. */
Test(screen, edges)
{
	static const uint32_t begin = NOW - (NOW + 8 * 3600) % DAY;
	static const struct {
		uint32_t at;
		const char *row;
	} all[] = {
		{ NOW - 30 * DAY, "pass,,,,," },
		{ NOW - 30 * DAY + 1, "review,MONTH,,\"cards(30d)=1\",," },
		{ NOW - 7 * DAY, "review,MONTH,,\"cards(30d)=1\",," },
		{ NOW - 7 * DAY + 1, "review,MONTH WEEK,,\"cards(30d)=1 "
		    "institutions(7d)=1\",," },
		{ begin - 1, "review,MONTH WEEK,,\"cards(30d)=1 "
		    "institutions(7d)=1\",," },
		{ begin, "review,MONTH WEEK TODAY,,\"cards(30d)=1 "
		    "institutions(7d)=1 visits(today)=1\",," },
		{ NOW, "review,MONTH WEEK TODAY,,\"cards(30d)=1 "
		    "institutions(7d)=1 visits(today)=1\",," },
		{ NOW + 1, "pass,,,,," },
	};
	char text[1024] = "id_no\n", id[19];
	struct person p;
	struct node n;
	char *got;
	size_t i;

	node_open(&n);
	policy_free(n.policy);
	n.o.policy = n.policy = screenkit_policy(
	    "[rule MONTH]\nwhen = \"cards(30d) >= 1\"\nthen = review\n"
	    "by = centre\nreason = \"M\"\n[rule WEEK]\nwhen = "
	    "\"institutions(7d) >= 1\"\nthen = review\nby = centre\n"
	    "reason = \"W\"\n[rule TODAY]\nwhen = \"visits(today) >= 1\"\n"
	    "then = review\nby = centre\nreason = \"T\"\n");
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		screenkit_citizen(id, 700 + (unsigned)i);
		person_init(&p);
		opens(&p, NOW - 100 * DAY, LK_PRODUCT_BANK1, n.icbc);
		opens(&p, all[i].at, LK_PRODUCT_BANK1, n.icbc);
		node_person(&n, id, &p);
		strcat(strcat(text, id), "\n");
	}
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	got = screenkit_read(n.o.result, NULL);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		cr_expect_str_eq(row_of(got, (unsigned)i + 1), all[i].row);
	free(got);
	node_close(&n);
}

/* Windows: what stands in the record, with nothing added. */
Test(screen, windows)
{
	struct person p;
	char id[6][19], text[2048];
	struct node n;
	char *got;
	int i;

	node_open(&n);
	for (i = 0; i < 6; i++)
		screenkit_citizen(id[i], 500 + (unsigned)i);
	/* Two cards in thirty days, one before: not three. */
	person_init(&p);
	opens(&p, NOW - 3 * DAY, LK_PRODUCT_BANK1, n.icbc);
	opens(&p, NOW - 20 * DAY, LK_PRODUCT_SIM, n.icbc);
	opens(&p, NOW - 31 * DAY, LK_PRODUCT_SIM, n.icbc);
	node_person(&n, id[0], &p);
	/* Three. */
	opens(&p, NOW - 1 * DAY, LK_PRODUCT_SIM, n.icbc);
	node_person(&n, id[1], &p);
	/* At two institutions within a week, each account of class one. */
	person_init(&p);
	opens(&p, NOW - 3 * DAY, LK_PRODUCT_BANK1, n.icbc);
	opens(&p, NOW - 2 * DAY, LK_PRODUCT_BANK1, n.abc);
	node_person(&n, id[2], &p);
	/* Asked once, and closed. */
	person_init(&p);
	person_attempt(&p, 77, NOW - DAY, LK_REVIEW, n.icbc);
	node_person(&n, id[3], &p);
	/* Asked twice. */
	person_attempt(&p, 78, NOW - DAY, LK_REVIEW, n.icbc);
	node_person(&n, id[4], &p);
	(void)snprintf(text, sizeof(text), "id_no|product|institution|opened\n"
	    "%s|||\n%s|||\n%s|||\n%s|||\n%s|||\n%s|bank1|icbc|2026-11-20\n"
	    /* one that the record has, two that it lacks, one of another day */
	    "%s|sim|icbc|2026-11-02\n%s|sim|abc|2026-11-02\n"
	    "%s|bank1|unknown|20261120\n%s|bank1|icbc|2026-11-10\n"
	    "%s|bank1|icbc|2026-13-17\n", id[0], id[1], id[2], id[3], id[4],
	    id[5], id[0], id[0], id[0], id[0], id[0]);
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	got = screenkit_read(n.o.result, NULL);
	cr_expect_str_eq(row_of(got, 1), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 2),
	    "review,MANY,,\"cards(30d)=3\",,");
	cr_expect_str_eq(row_of(got, 3),
	    "review,INST,,\"institutions(7d)=2\",,");
	cr_expect_str_eq(row_of(got, 4), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 5),
	    "review,TRY,,\"attempts(7d)=2 attempt_institutions(7d)=1\",,");
	cr_expect_str_eq(row_of(got, 6), "pass,,,,,", "unknown: a single one");
	cr_expect_str_eq(row_of(got, 7), "pass,,,,,", "the record has it");
	cr_expect_str_eq(row_of(got, 8), "review,MANY,,\"cards(30d)=3\",,");
	cr_expect_str_eq(row_of(got, 9),
	    "review,MANY INST,,\"cards(30d)=3 institutions(7d)=2\",,");
	cr_expect_str_eq(row_of(got, 10),
	    "review,MANY HERE,,\"cards(30d)=3 held(bank1,here)=2\",,");
	cr_expect_str_eq(row_of(got, 11), "error,,,,4,\"this is no day\"");
	cr_expect_eq(n.t.known, 9);
	cr_expect_eq(n.t.seq[0], n.seq);
	cr_expect_eq(n.t.seq[1], n.seq);
	free(got);
	node_close(&n);
}

/* Another document of the same person: linked records count together. */
Test(screen, linked_documents)
{
	struct record_link link = { .state = LINKED_VERIFIED, .at = NOW };
	struct person p;
	char id[2][19], text[512];
	struct token t;
	struct node n;
	char *got;
	void *v;

	node_open(&n);
	screenkit_citizen(id[0], 900);
	screenkit_citizen(id[1], 901);
	person_init(&p);
	opens(&p, NOW - 3 * DAY, LK_PRODUCT_SIM, n.icbc);
	opens(&p, NOW - 2 * DAY, LK_PRODUCT_SIM, n.icbc);
	opens(&p, NOW - 1 * DAY, LK_PRODUCT_SIM, n.icbc);
	node_person(&n, id[0], &p);
	t = screenkit_person(n.keys, id[1]);
	link.person = screenkit_person(n.keys, id[0]);
	n.seq++;
	v = state_put(n.state, RECORD_LINK, t.b, TOKEN_LEN, n.seq,
	    sizeof(link));
	cr_assert_not_null(v);
	memcpy(v, &link, sizeof(link));
	cr_assert_eq(state_applied(n.state, n.seq), 0);
	(void)snprintf(text, sizeof(text), "id_no\n%s\n", id[1]);
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	got = screenkit_read(n.o.result, NULL);
	cr_expect_str_eq(row_of(got, 1), "review,MANY,,\"cards(30d)=3\",,");
	free(got);
	node_close(&n);
}

/* What only he says softens no refusal that his own document has by itself. */
Test(screen, a_claim_softens_nothing_of_his_own)
{
	struct record_link link = { .state = LINKED_CLAIMED, .at = NOW };
	struct person p;
	char id[3][19], text[512];
	struct token t;
	struct node n;
	int i, k;
	char *got;
	void *v;

	node_open(&n);
	policy_free(n.policy);
	n.o.policy = n.policy = screenkit_policy(
	    "[rule THREE]\nclass = quantity\nwhen = \"cards(30d) >= 3\"\n"
	    "then = reject\nreason = \"T\"\n");
	/* The first has one card, the second two, the third three. */
	for (i = 0; i < 3; i++) {
		screenkit_citizen(id[i], 900 + (unsigned)i);
		person_init(&p);
		for (k = 0; k <= i; k++)
			opens(&p, NOW - (k + 1) * DAY, LK_PRODUCT_SIM, n.icbc);
		node_person(&n, id[i], &p);
	}
	link.person = screenkit_person(n.keys, id[0]);
	for (i = 1; i < 3; i++) {
		t = screenkit_person(n.keys, id[i]);
		n.seq++;
		v = state_put(n.state, RECORD_LINK, t.b, TOKEN_LEN, n.seq,
		    sizeof(link));
		cr_assert_not_null(v);
		memcpy(v, &link, sizeof(link));
		cr_assert_eq(state_applied(n.state, n.seq), 0);
	}
	(void)snprintf(text, sizeof(text), "id_no\n%s\n%s\n%s\n", id[0],
	    id[1], id[2]);
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	got = screenkit_read(n.o.result, NULL);
	cr_expect_str_eq(row_of(got, 1), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 2), "review,THREE,,\"cards(30d)=3\",,");
	cr_expect_str_eq(row_of(got, 3), "reject,THREE,,\"cards(30d)=3\",,");
	free(got);
	node_close(&n);
}

/* Many rows, many listed and known, in blocks by several threads: each as by itself. */
Test(screen, order_is_kept)
{
	struct listrec *r = calloc(3000, sizeof(*r));
	char id[19], *text = malloc(1 << 20), *got, *line;
	struct person p;
	struct token t;
	struct node n;
	size_t len, i;

	node_open(&n);
	for (i = 0; i < 3000; i++) {
		screenkit_citizen(id, (unsigned)i * 3);
		t = screenkit_person(n.list_keys, id);
		r[i] = screenkit_record(&t, CATEGORY_CONVICTED);
	}
	node_list(&n, "sanction", LIST_PERSON, r, 3000);
	person_init(&p);
	for (i = 0; i < 3; i++)
		opens(&p, NOW - DAY, LK_PRODUCT_SIM, n.icbc);
	for (i = 0; i < 9000; i += 5) {
		screenkit_citizen(id, (unsigned)i);
		node_person(&n, id, &p);
	}
	len = (size_t)sprintf(text, "id_no,account\n");
	for (i = 0; i < 9000; i++) {
		screenkit_citizen(id, (unsigned)i);
		len += (size_t)sprintf(text + len, "%s,a%zu\n", id, i);
	}
	n.o.block = 3000;
	n.o.threads = 3;
	n.o.copy = "account";
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	got = screenkit_read(n.o.result, NULL);
	line = strchr(strchr(got, '\n') + 1, '\n') + 1;
	for (i = 0; i < 9000; i++) {
		char want[256];

		(void)snprintf(want, sizeof(want), "%zu,%zu,%s,,,\"a%zu\"\n",
		    i + 1, i + 2, i % 3 == 0 && i % 5 == 0 ?
		    "reject,SANC MANY,sanction:convicted,\"cards(30d)=3\"" :
		    i % 3 == 0 ? "reject,SANC,sanction:convicted," : i % 5 ==
		    0 ? "review,MANY,,\"cards(30d)=3\"" : "pass,,,", i);
		cr_assert_eq(strncmp(line, want, strlen(want)), 0,
		    "%.80s but %s", line, want);
		line += strlen(want);
	}
	cr_assert_eq(*line, '\0');
	cr_expect_eq(n.t.listed, 3000);
	cr_expect_eq(n.t.known, 1800);
	free(got);
	free(text);
	free(r);
	node_close(&n);
}

/* Stop behind so many blocks. */
static int
stop_at(void *arg, uint64_t rows, uint64_t bytes, uint64_t size)
{
	unsigned *left = arg;

	(void)rows;
	(void)bytes;
	(void)size;
	return ((*left)-- == 0);
}

/* A file of a few thousand rows with all sorts of cells. */
static size_t
some_file(char *text)
{
	size_t len = (size_t)sprintf(text, "id_no,note\r\n"), i;
	char id[19];

	for (i = 0; i < 4000; i++) {
		screenkit_citizen(id, (unsigned)i);
		len += (size_t)sprintf(text + len, i % 97 == 0 ?
		    "%s,\"two\r\nlines\"\r\n" : i % 53 == 0 ?
		    "%.17s,\xe5\xbc\xa0\r\n" : "%s,x\r\n", id);
	}
	return (len);
}

/* Ended anywhere, as by a kill, and resumed: the same result, byte by byte. */
Test(screen, resume_gives_the_same, .timeout = 60)
{
	char *text = malloc(1 << 20), *whole, *got;
	const char *out;
	unsigned at, left, runs;
	size_t len, n1, n2;
	struct node n;
	int rc, fd;

	node_open(&n);
	len = some_file(text);
	n.o.block = 2500;
	n.o.save_ms = -1;
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	whole = screenkit_read(n.o.result, &n1);
	for (at = 1; at < 30; at += 7) {
		cr_assert_eq(unlink(n.o.result), 0);
		n.o.resume = 0;
		n.o.step = stop_at;
		n.o.arg = &left;
		for (runs = 0, rc = -1; rc != SCREEN_FINE; runs++) {
			left = at;
			rc = node_screen(&n, NULL);
			cr_assert(rc == SCREEN_FINE || rc == SCREEN_STOPPED,
			    "%s", n.err);
			cr_assert(runs < 200);
			n.o.resume = 1;
			/* What was written behind the note is not believed. */
			out = screenkit_path(n.dir, "out.csv.part");
			fd = open(out, O_WRONLY | O_APPEND);
			if (fd != -1)
				cr_assert_eq(write(fd, "garbage", 7), 7);
			(void)close(fd);
		}
		cr_expect(runs > 1);
		cr_expect_eq(n.t.rows, 4000);
		got = screenkit_read(n.o.result, &n2);
		/* The first line tells how far the state was read: the same here. */
		cr_assert(n1 == n2 && memcmp(whole, got, n1) == 0, "at %u", at);
		free(got);
	}
	cr_expect(len > 0);
	free(whole);
	free(text);
	node_close(&n);
}

/* Run until it is stopped behind some blocks. */
static void
half(struct node *n, char *text)
{
	unsigned left = 10;

	n->o.block = 2500;
	n->o.save_ms = -1;
	n->o.step = stop_at;
	n->o.arg = &left;
	(void)some_file(text);
	cr_assert_eq(node_screen(n, text), SCREEN_STOPPED);
	n->o.step = NULL;
	n->o.resume = 1;
}

/* Nothing goes on with what is not the same. */
Test(screen, resume_refuses_what_changed)
{
	char *text = malloc(1 << 20);
	struct timespec ts[2];
	struct stat st;
	struct node n;
	FILE *f;

	node_open(&n);
	n.o.resume = 1;
	(void)some_file(text);
	cr_expect_eq(node_screen(&n, text), SCREEN_NOTHING, "%s", n.err);
	n.o.resume = 0;
	half(&n, text);
	/* Begun anew over it. */
	n.o.resume = 0;
	cr_expect_eq(node_screen(&n, NULL), SCREEN_THERE);
	n.o.resume = 1;
	/* Another policy. */
	n.o.policy_hash = "y";
	cr_expect_eq(node_screen(&n, NULL), SCREEN_OTHER);
	n.o.policy_hash = "x";
	/* The same size and time, another byte in the beginning. */
	cr_assert_eq(stat(n.o.input, &st), 0);
	text[40] ^= 1;
	screenkit_write(n.o.input, text, strlen(text));
	ts[0] = st.st_atim;
	ts[1] = st.st_mtim;
	cr_assert_eq(utimensat(AT_FDCWD, n.o.input, ts, 0), 0);
	cr_expect_eq(node_screen(&n, NULL), SCREEN_CHANGED);
	cr_expect_not_null(strstr(n.err, "not the file"));
	text[40] ^= 1;
	screenkit_write(n.o.input, text, strlen(text));
	/* Another time. */
	cr_expect_eq(node_screen(&n, NULL), SCREEN_CHANGED);
	/* As it was: it goes on. */
	cr_assert_eq(utimensat(AT_FDCWD, n.o.input, ts, 0), 0);
	/* A progress that was written to. */
	f = fopen(screenkit_path(n.dir, "out.csv.progress"), "r+");
	cr_assert_not_null(f);
	(void)fseek(f, 40, SEEK_SET);
	(void)fputc('7', f);
	(void)fclose(f);
	cr_expect_eq(node_screen(&n, NULL), SCREEN_NOTHING);
	free(text);
	node_close(&n);
}

/* Make the file longer while it is read. */
static int
grow(void *arg, uint64_t rows, uint64_t bytes, uint64_t size)
{
	FILE *f = fopen(arg, "a");

	(void)rows;
	(void)bytes;
	(void)size;
	(void)fputs("110101", f);
	(void)fclose(f);
	return (0);
}

/* Cut it. */
static int
shrink(void *arg, uint64_t rows, uint64_t bytes, uint64_t size)
{

	(void)rows;
	(void)bytes;
	(void)size;
	return (truncate(arg, 5000));
}

/* A file that somebody still writes gives no result. */
Test(screen, file_that_changes_while_read)
{
	char *text = malloc(1 << 20);
	struct stat st;
	struct node n;

	node_open(&n);
	(void)some_file(text);
	n.o.block = 2500;
	n.o.step = grow;
	n.o.arg = (void *)(uintptr_t)n.o.input;
	cr_expect_eq(node_screen(&n, text), SCREEN_CHANGED);
	cr_expect_neq(stat(n.o.result, &st), 0);
	(void)unlink(screenkit_path(n.dir, "out.csv.part"));
	(void)unlink(screenkit_path(n.dir, "out.csv.progress"));
	n.o.step = shrink;
	cr_expect_eq(node_screen(&n, text), SCREEN_CHANGED);
	cr_expect_neq(stat(n.o.result, &st), 0);
	free(text);
	node_close(&n);
}

/* Files that are no table. */
Test(screen, useless_files)
{
	static const struct {
		const char *text;
		const char *says;
	} bad[] = {
		{ "", "nothing in it" },
		{ "\n\n\n", "nothing in it" },
		{ "a,b\n1,2\n", "no column" },
		{ "身份证,330106199602091212\n身份证,110105198808213893\n",
		    "the first row is an account" },
		{ "id_no,身份证号\n1,2\n", "headed alike" },
		{ "\"id_no\n1,2\n", "quote" },
	};
	struct stat st;
	struct node n;
	size_t i;

	node_open(&n);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(node_screen(&n, bad[i].text), SCREEN_USELESS,
		    "%zu", i);
		cr_expect_not_null(strstr(n.err, bad[i].says), "%s", n.err);
	}
	n.o.copy = "nowhere";
	cr_expect_eq(node_screen(&n, "id_no\n1\n"), SCREEN_USELESS);
	n.o.copy = NULL;
	cr_expect_eq(node_screen(&n, "id_no"), SCREEN_FINE);
	cr_expect_eq(n.t.rows, 0);
	cr_assert_eq(stat(n.o.result, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	cr_expect_eq(node_screen(&n, "id_no"), SCREEN_THERE);
	node_close(&n);
}

/* Documents of other kinds, and what a spreadsheet leaves of a number. */
Test(screen, documents)
{
	static const char text[] = "证件类型\t证件号码\t国籍\n"
	    "居民身份证\t11010519491231002X\t\n"
	    "1\t110105491231002\t\n"
	    "passport\tE12345678\tCHN\n"
	    "passport\tE12345678\t\n"
	    "hm_residence\t810000199408230021\t\n"
	    "1\t810000199408230021\t\n"
	    "credit_code\t91350100M000100Y43\t\n"
	    "1\t1.10105E+17\t\n"
	    "1\t110105194912310000\t\n"
	    "nothing\t1\t\n"
	    "1\t\t\n";
	struct node n;
	char *got;

	node_open(&n);
	cr_assert_eq(node_screen(&n, text), SCREEN_FINE, "%s", n.err);
	got = screenkit_read(n.o.result, NULL);
	cr_expect_str_eq(row_of(got, 1), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 2), "pass,,,,,");
	cr_expect_str_eq(row_of(got, 3), "pass,,,,,");
	cr_expect_eq(strncmp(row_of(got, 4), "error,,,,2,", 11), 0);
	cr_expect_str_eq(row_of(got, 5), "pass,,,,,");
	cr_expect_eq(strncmp(row_of(got, 6), "error,,,,2,", 11), 0);
	cr_expect_str_eq(row_of(got, 7), "pass,,,,,");
	cr_expect_not_null(strstr(row_of(got, 8), "spreadsheet"));
	cr_expect_not_null(strstr(row_of(got, 9), "spreadsheet"));
	cr_expect_str_eq(row_of(got, 10),
	    "error,,,,1,\"unknown kind of document\"");
	cr_expect_str_eq(row_of(got, 11),
	    "error,,,,2,\"there is no number\"");
	free(got);
	node_close(&n);
}
