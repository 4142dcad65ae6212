#ifndef TESTS_COUNTER_LISTKIT_H_
#define TESTS_COUNTER_LISTKIT_H_

/*
 * A counter with lists and registers that a test sets and puts into force.  For one test
 * file; each of its cases is between setup() and teardown().
 */

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "counter/listing.h"
#include "engine/category.h"
#include "engine/day.h"
#include "engine/identity.h"
#include "engine/normal.h"
#include "engine/policy.h"
#include "keys/keyfile.h"
#include "keys/token.h"
#include "lists/adopt.h"
#include "lists/campaigns.h"
#include "lists/outlets.h"
#include "store/disk.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/list.h"

#include "fixture.h"

static struct fixture x;
static struct token_keys *list_keys;

static const char policy[] =
    "[policy]\nversion = \"lists-1\"\n"
    "[rule L-BANK]\nclass = statutory\nwhen = \"listed('sanction', convicted) "
    "and product in (bank1, bank2, bank3)\"\nthen = limit\nlimit_profile = 3\n"
    "reason = \"L1\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n"
    "[rule L-SIM]\nclass = statutory\nwhen = \"listed('sanction') and "
    "product == sim\"\nthen = reject\nreason = \"L2\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule A-SANCTION]\nclass = context\nwhen = \"agent_listed('sanction')\"\n"
    "then = review\nby = institution\nreason = \"A1\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule PHONE]\nclass = context\nwhen = \"listed('phones')\"\nthen = review\n"
    "by = centre\nneeds = centre\nreason = \"P1\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule STALE]\nclass = context\nwhen = \"stale\"\nthen = review\n"
    "by = institution\nreason = \"S1\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n"
    "[rule OUTLET_SUSPENDED]\nclass = statutory\nwhen = \"outlet_suspended\"\n"
    "then = reject\nreason = \"OUTLET_SUSPEND\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule UNKNOWN]\nclass = context\nwhen = \"not outlet_known\"\n"
    "then = review\nby = institution\nnotify = county\n"
    "reason = \"U1\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule DAY-2]\ncampaign = true\nwhen = \"visits(today) >= 2\"\n"
    "then = review\nby = counter\nneeds = purpose_proof\nreason = \"DAY2\"\n"
    "message.zh = \"x\"\nmessage.en = \"x\"\n"
    "[rule TRY-2]\nshadow = true\nwhen = \"attempts(24h) >= 2\"\n"
    "then = review\nreason = \"T2\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n";

/* Three lists, empty to begin with; tests fill them. */
enum { SANCTION, PHONES, CARDS, LISTS };
static struct {
	const char *id;
	int subject;
	uint32_t version;
	size_t n;
	struct listrec r[16];
} lists[LISTS] = {
	{ .id = "sanction", .subject = LIST_PERSON },
	{ .id = "phones", .subject = LIST_PHONE },
	{ .id = "cards", .subject = LIST_CARD },
};
static const char *outlets_text, *campaigns_text;
static uint32_t targets, epoch;
static struct keyfile k[2];

static void
setup(void)
{
	const uint8_t secret[2][32] = { { 7 }, { 8 } };
	char err[512];
	size_t i;

	for (i = 0; i < 2; i++)
		cr_assert_eq(keyfile_make(&k[i], KEYFILE_TOKEN_LIST,
		    (unsigned)i + 1, 1700000000, secret[i]), 0);
	list_keys = token_keys_from(k, 1, err, sizeof(err));
	cr_assert_not_null(list_keys, "%s", err);
	fixture_open(&x, policy);
	x.options.lists_none = 0;
	x.options.list_keys = list_keys;
	x.options.lists_soft_ms = 3600 * 1000;
	x.options.lists_hard_ms = 24 * 3600 * 1000;
	fixture_reopen(&x);
	for (i = 0; i < LISTS; i++)
		lists[i].n = lists[i].version = 0;
	outlets_text = campaigns_text = NULL;
	targets = 0;
	epoch = 1;
}

static void
teardown(void)
{

	fixture_close(&x);
	token_keys_free(list_keys);
}

/* The list token of a person. */
static struct token
person(int n)
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	struct identity_error e;
	struct identity id;
	struct token t;
	char no[19];

	fixture_id(no, n);
	cr_assert_eq(identity_parse(&id, LK_ID_RESIDENT, no, 18, "",
	    day_of(FIXTURE_START / 1000), &e), 0);
	token_make(&t, list_keys,
	    (unsigned)token_keys_find(list_keys, epoch), TOKEN_PERSON, in,
	    identity_token_input(&id, in));
	return (t);
}

/* The list token of a phone or card. */
static struct token
thing(int label, const char *text)
{
	char norm[NORMAL_MAX];
	struct token t;
	size_t n;

	n = label == TOKEN_PHONE ? normal_phone(text, strlen(text), norm) :
	    normal_card(text, strlen(text), norm);
	token_make(&t, list_keys, 0, (enum token_label)label, norm, n);
	return (t);
}

static int
ascending(const void *a, const void *b)
{

	return (memcmp(a, b, TOKEN_LEN));
}

/* Set what a list says of a token; category 0 with no flags takes it off. */
static void
set(int l, struct token t, int category, unsigned flags, int expiry)
{
	struct listrec r = { .token = t, .category = (uint8_t)category,
		.severity = (uint8_t)category_severity(category),
		.flags = { (uint8_t)flags, 0 },
		.expiry = { (uint8_t)expiry, (uint8_t)(expiry >> 8) },
		.source = { BASIS_JOINT_2024, 0 } };
	size_t i;

	for (i = 0; i < lists[l].n; i++)
		if (memcmp(&lists[l].r[i].token, &t, sizeof(t)) == 0)
			break;
	if (category == 0 && flags == 0) {
		lists[l].r[i] = lists[l].r[--lists[l].n];
	} else {
		lists[l].r[i] = r;
		lists[l].n += i == lists[l].n;
	}
	qsort(lists[l].r, lists[l].n, sizeof(r), ascending);
	lists[l].version++;
}

/* Build the lists and registers as they are now. */
static struct adopted *
generation(void)
{
	struct adopted *a = calloc(1, sizeof(*a));
	char path[300], err[LIST_ERROR_MAX] = "";
	struct list_builder *b;
	struct list_info info;
	size_t i;

	cr_assert_not_null(a);
	a->generation = a->root = a->timestamp = a->snapshot = 1;
	a->targets = ++targets;
	a->timestamp = targets;
	a->signed_at = x.wall / 1000;
	for (i = 0; i < LISTS; i++) {
		memset(&info, 0, sizeof(info));
		snprintf(info.id, sizeof(info.id), "%s", lists[i].id);
		info.subject = (uint32_t)lists[i].subject;
		info.epoch = epoch;
		info.version = lists[i].version + 1;
		snprintf(path, sizeof(path), "%s/%s.%u.%u", x.dir,
		    lists[i].id, info.version, targets);
		b = list_build(path, &info, &disk_real, err);
		cr_assert_not_null(b, "%s", err);
		cr_assert_eq(list_build_add(b, lists[i].r, lists[i].n, err), 0,
		    "%s", err);
		cr_assert_eq(list_build_finish(b, &info, err), 0, "%s", err);
		a->list[i].list = list_open(path, 1, err);
		cr_assert_not_null(a->list[i].list, "%s", err);
		a->list[i].info = info;
		a->list[i].changed = 1;
	}
	a->nlists = LISTS;
	if (outlets_text != NULL) {
		a->outlets = outlets_read("o", outlets_text,
		    strlen(outlets_text), err);
		cr_assert_not_null(a->outlets, "%s", err);
		a->outlets_version = targets;
	}
	if (campaigns_text != NULL) {
		a->campaigns = campaigns_read("c", campaigns_text,
		    strlen(campaigns_text), NULL);
		cr_assert_not_null(a->campaigns);
		a->campaigns_version = targets;
	}
	return (a);
}

/* Put a generation into force, free the old one. */
static void
serve(struct adopted *a)
{
	struct adopted *old;

	cr_assert_eq(counter_lists(x.counter, a, NULL, NULL, &old), LK_OK);
	if (old != NULL) {
		adopt_free(old);
		free(old);
	}
}

/* Publish and put into force what is set now. */
static void
publish(void)
{

	serve(generation());
}

/* The last entry of the journal, when it is durable. */
static const struct entry *
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

/* Do all that new lists mean, and return how many entries that made. */
static uint64_t
look_back(void)
{
	uint64_t seq = journal_seq(x.journal), n;
	int i;

	for (i = 0; i < 100 && counter_work(x.counter, 1000); i++)
		;
	cr_assert_lt(i, 100, "the work does not end");
	n = journal_seq(x.journal) - seq;
	ask(&x, WIRE_STATUS);	/* and wait until it is durable */
	cr_assert_eq(answer(&x), 0);
	return (n);
}

#endif /* !TESTS_COUNTER_LISTKIT_H_ */
