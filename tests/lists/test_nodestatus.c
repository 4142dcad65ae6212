/* What a node says of its lists: one text, one signer. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "lists/nodestatus.h"

#define NODE "bank.example/branch/b017"
#define HEAD "liangka-node-status/1\nnode " NODE "\ntime 1795327200\n" \
    "targets 12\nsigned 1795327000\npolicy 2026-11\noutlets 3\n" \
    "campaigns 0\nerror none\n"
#define GOOD HEAD "list mule-phones 7\nlist sanction 41\n"

/* A node's status as in GOOD. */
static struct nodestatus
good(void)
{

	return ((struct nodestatus){ .node = NODE, .time = 1795327200,
		.signed_at = 1795327000, .targets = 12, .outlets = 3, .policy =
		"2026-11", .nlists = 2, .list = { { "sanction", 41 },
		{ "mule-phones", 7 } } });
}

/* A signer of this name. */
static void
make_signer(struct note_signer *s, const char *name, enum note_type type,
    uint8_t seed)
{
	const uint8_t secret[32] = { seed, 1 };

	cr_assert_eq(note_signer_make(s, name, type, secret), 0);
}

Test(nodestatus, prints_and_reads_one_text)
{
	struct nodestatus s = good(), r;
	char text[NODESTATUS_TEXT_MAX], again[NODESTATUS_TEXT_MAX];
	char err[NODESTATUS_ERROR_MAX];

	cr_assert_eq(nodestatus_print(&s, text, sizeof(text)), strlen(GOOD));
	cr_expect_str_eq(text, GOOD);
	cr_assert_eq(nodestatus_parse(&r, text, strlen(text), err), 0, "%s",
	    err);
	cr_expect_str_eq(r.node, NODE);
	cr_expect_eq(r.time, s.time);
	cr_expect_eq(r.nlists, 2);
	cr_expect_str_eq(r.list[0].id, "mule-phones");
	cr_expect_eq(r.list[1].version, 41);
	cr_expect_eq(nodestatus_print(&r, again, sizeof(again)), strlen(GOOD));
	cr_expect_str_eq(again, GOOD);
	cr_expect_eq(nodestatus_print(&s, text, strlen(GOOD)), 0);

	s = (struct nodestatus){ .node = "n", .error = NODESTATUS_EXPIRED };
	cr_assert_neq(nodestatus_print(&s, text, sizeof(text)), 0);
	cr_assert_eq(nodestatus_parse(&r, text, strlen(text), err), 0, "%s",
	    err);
	cr_expect_eq(r.error, NODESTATUS_EXPIRED);
	cr_expect_str_empty(r.policy);
}

Test(nodestatus, says_nothing_that_cannot_be_read)
{
	char text[NODESTATUS_TEXT_MAX];
	struct nodestatus s;

	s = good();
	(void)strcpy(s.node, "a b");
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
	s = good();
	(void)strcpy(s.node, "a/../b");
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
	s = good();
	(void)strcpy(s.list[0].id, "mule-phones");
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
	s = good();
	(void)strcpy(s.list[0].id, "Sanction");
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
	s = good();
	s.list[0].version = 0;
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
	s = good();
	(void)strcpy(s.policy, "a\nb");
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
	s = good();
	s.nlists = NODESTATUS_LISTS_MAX + 1;
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
	s = good();
	s.time = -1;
	cr_expect_eq(nodestatus_print(&s, text, sizeof(text)), 0);
}

Test(nodestatus, reads_nothing_else)
{
	static const struct nodestatus none;
	static const struct { const char *text, *say; } bad[] = {
		{ "", "line 1: not a node's status" },
		{ "liangka-node-status/2\n", "line 1: not a node's status" },
		{ "liangka-node-status/1\n", "line 2: wants \"node\"" },
		{ GOOD "x\n", "line 12: wants \"list\"" },
		{ GOOD "\n", "line 12: wants \"list\"" },
		{ HEAD "list b 1\nlist a 1\n", "line 11: \"a\" is no list" },
		{ HEAD "list a 1\nlist a 2\n", "line 11: \"a\" is no list" },
		{ HEAD "list A 1\n", "line 10: \"A\" is no list" },
		{ HEAD "list a\n", "line 10: wants a list and its version" },
		{ HEAD "list a 01\n", "line 10: \"01\" is no number" },
		{ HEAD "list a 0\n", "line 10: a list has no version 0" },
		{ HEAD "list a 4294967296\n", "no number" },
		{ HEAD "list a 1", "line 10: wants \"list\"" },
		{ "liangka-node-status/1\nnode ../x\ntime 1\n", "line 2: not the "
		    "name of a node" },
		{ "liangka-node-status/1\nnode n\ntime 1\ntime 1\n",
		    "line 4: wants \"targets\"" },
		{ "liangka-node-status/1\nnode n\ntime 1\ntargets 1\nsigned 1\n"
		    "policy \n", "line 6: wants \"policy\"" },
		{ "liangka-node-status/1\nnode n\ntime 1\ntargets 1\nsigned 1\n"
		    "policy a b\noutlets 1\n", "line 6: not the version" },
		{ "liangka-node-status/1\nnode n\ntime 1\ntargets 1\nsigned 1\n"
		    "policy -\noutlets 1\ncampaigns 1\nerror oops\n",
		    "line 9: \"oops\" is no class" },
	};
	char err[NODESTATUS_ERROR_MAX];
	struct nodestatus s;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(nodestatus_parse(&s, bad[i].text,
		    strlen(bad[i].text), err), -1, "%zu", i);
		cr_expect(strstr(err, bad[i].say) != NULL, "%zu: %s", i, err);
		cr_expect_eq(memcmp(&s, &none, sizeof(s)), 0);
	}
}

Test(nodestatus, is_believed_from_the_node_itself_alone)
{
	struct nodestatus s = good(), r;
	struct note_signer own, other, sm2;
	const struct note_signer *by[2] = { &own, &sm2 };
	const struct note_verifier *keys[2];
	char note[NODESTATUS_MAX], err[NODESTATUS_ERROR_MAX], *p;
	size_t len;

	make_signer(&own, NODE, NOTE_ED25519, 1);
	make_signer(&sm2, NODE, NOTE_SM2, 1);
	make_signer(&other, "bank.example/branch/b018", NOTE_ED25519, 2);
	cr_assert_neq(len = nodestatus_sign(&s, by, 2, note, sizeof(note)), 0);
	keys[0] = &other.public;
	keys[1] = &own.public;
	cr_expect_eq(nodestatus_verify(&r, note, len, keys, 2, err), 0, "%s",
	    err);
	cr_expect_str_eq(r.node, NODE);
	keys[1] = &sm2.public;
	cr_expect_eq(nodestatus_verify(&r, note, len, keys, 2, err), 0, "%s",
	    err);
	/* Nobody known signed it; it can be read all the same. */
	cr_expect_eq(nodestatus_verify(&r, note, len, keys, 1, err), -1);
	cr_expect(strstr(err, "not signed by a known key of " NODE) != NULL,
	    "%s", err);
	cr_expect_eq(nodestatus_read(&r, note, len, err), 0);
	/* Another node signed it. */
	by[0] = &other;
	cr_expect_eq(nodestatus_sign(&s, by, 1, note, sizeof(note)), 0);
	len = note_sign(note, sizeof(note), GOOD, strlen(GOOD), by, 1);
	cr_assert_neq(len, 0);
	keys[1] = &own.public;
	cr_expect_eq(nodestatus_verify(&r, note, len, keys, 2, err), -1);
	/* It was altered. */
	by[0] = &own;
	len = nodestatus_sign(&s, by, 1, note, sizeof(note));
	cr_assert_not_null(p = memmem(note, len, "targets 12", 10));
	p[9] = '3';
	cr_expect_eq(nodestatus_verify(&r, note, len, keys, 2, err), -1);
	cr_expect_eq(r.targets, 0);
}

Test(nodestatus, has_a_file_of_its_own)
{
	char name[64];

	cr_assert_eq(nodestatus_file(NODE, name, sizeof(name)), 0);
	cr_expect_str_eq(name, "bank.example~branch~b017.status");
	cr_expect_eq(nodestatus_file(NODE, name, 20), -1);
	cr_expect_eq(nodestatus_file("../x", name, sizeof(name)), -1);
	cr_expect_eq(nodestatus_file("", name, sizeof(name)), -1);
	cr_expect_str_eq(nodestatus_word(NODESTATUS_DISK), "disk");
	cr_expect_str_eq(nodestatus_word((enum nodestatus_error)99), "other");
}
