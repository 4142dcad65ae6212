#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"
#include "store/journal.h"

#include "fixture.h"
#include "staffkit.h"

/* Identities sealed beside the entries of who is held or refused. */

static struct fixture x;
static struct staffkit k;
static char id[40], no[19], want[512];

static void
setup(void)
{

	fixture_open(&x, NULL);
	staffkit_open(&k, &x);
}

static void
teardown(void)
{

	fixture_close(&x);
	staffkit_close(&k);
}

/* The last entry. */
static const struct entry *
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

/* The text that is sealed beside the last entry, or NULL. */
static const char *
text(void)
{

	return (staffkit_unseal(&x, &k, journal_seq(x.journal), NULL));
}

/* Have a person held: the second visit of a day. */
static void
hold(int person, const char *txn)
{
	char first[40];

	snprintf(first, sizeof(first), "%s-1", txn);
	cr_assert_eq(check(&x, "abank", "001", person, LK_PRODUCT_BANK1,
	    first), LK_PASS);
	cr_assert_eq(check(&x, "abank", "002", person, LK_PRODUCT_BANK1, txn),
	    LK_REVIEW);
}

CASE(sealing, who_passes_is_not_sealed)
{
	cr_assert_eq(check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	cr_assert_null(text());
	cr_assert_eq(last()->flags & ENTRY_F_SEALED, 0);
	cr_assert_eq(check(&x, "abank", "001", 1, LK_PRODUCT_CREDIT, "b"),
	    LK_LIMIT);
	cr_assert_null(text());
}

CASE(sealing, who_is_held_is_sealed_with_what_was_given)
{
	hold(1, "a");
	fixture_id(no, 1);
	snprintf(want, sizeof(want), "{\"seq\":%llu,\"id_type\":1,"
	    "\"id_no\":\"%s\"}", (unsigned long long)journal_seq(x.journal),
	    no);
	cr_assert_str_eq(text(), want);
	cr_assert_eq(last()->flags & ENTRY_F_SEALED, ENTRY_F_SEALED);
	cr_assert_eq(last()->kind, ENTRY_DECISION);
}

CASE(sealing, who_is_refused_is_sealed_with_all_that_was_given)
{
	applicant(&x, "ctel", "9", 2, LK_PRODUCT_SIM, "r");
	withn(&x, WIRE_T_QUANTITY, 6);
	with(&x, WIRE_T_NAME, "王\"小\\明\"");
	with(&x, WIRE_T_PHONE, "+86 139-1234");
	with(&x, WIRE_T_ADDRESS, "文三路 478 号");
	withn(&x, WIRE_T_AGENT_ID_TYPE, LK_ID_PASSPORT);
	with(&x, WIRE_T_AGENT_ID_NO, "e1234567");
	with(&x, WIRE_T_AGENT_COUNTRY, "USA");
	withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_PREV_ID_NO, "11010519491231002x");
	with(&x, WIRE_T_DEVICE, "not-an-identity");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REJECT);
	fixture_id(no, 2);
	snprintf(want, sizeof(want), "{\"seq\":%llu,\"id_type\":1,"
	    "\"id_no\":\"%s\",\"name\":\"王\\\"小\\\\明\\\"\","
	    "\"phone\":\"+86 139-1234\",\"address\":\"文三路 478 号\","
	    "\"agent_id_type\":11,\"agent_id_no\":\"e1234567\","
	    "\"agent_country\":\"USA\",\"prev_id_type\":1,"
	    "\"prev_id_no\":\"11010519491231002x\"}",
	    (unsigned long long)journal_seq(x.journal), no);
	cr_assert_str_eq(text(), want);
}

CASE(sealing, texts_in_GB18030_are_sealed_in_UTF_8)
{
	applicant(&x, "ctel", "9", 2, LK_PRODUCT_SIM, "r");
	withn(&x, WIRE_T_ENCODING, WIRE_GB18030);
	withn(&x, WIRE_T_QUANTITY, 6);
	with(&x, WIRE_T_NAME, "\xd5\xc5\xc8\xfd");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_not_null(strstr(text(), "\"name\":\"张三\""));
}

CASE(sealing, control_characters_are_escaped)
{
	applicant(&x, "ctel", "9", 2, LK_PRODUCT_SIM, "r");
	withn(&x, WIRE_T_QUANTITY, 6);
	with(&x, WIRE_T_NAME, "a\tb\x01");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_not_null(strstr(text(), "\"name\":\"a\\u0009b\\u0001\""));
}

CASE(sealing, the_longest_texts_fit)
{
	char name[192], address[512];

	memset(name, '\x01', 191);
	name[191] = '\0';
	memset(address, '\x02', 511);
	address[511] = '\0';
	applicant(&x, "ctel", "9", 2, LK_PRODUCT_SIM, "r");
	withn(&x, WIRE_T_QUANTITY, 6);
	with(&x, WIRE_T_NAME, name);
	with(&x, WIRE_T_ADDRESS, address);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_gt(strlen(text()), 6 * 700);
}

CASE(sealing, a_dry_run_is_not_sealed)
{
	check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	applicant(&x, "abank", "002", 1, LK_PRODUCT_BANK1, "b");
	withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REVIEW);
	cr_assert_null(text());
}

CASE(sealing, without_a_certificate_nothing_is_sealed)
{
	x.options.seal = NULL;
	fixture_reopen(&x);
	hold(1, "a");
	cr_assert_null(text());
	cr_assert_eq(last()->flags & ENTRY_F_SEALED, 0);
}

CASE(sealing, a_duplicate_is_not_sealed_again)
{
	uint64_t seq;

	hold(1, "a");
	seq = journal_seq(x.journal);
	cr_assert_eq(check(&x, "abank", "002", 1, LK_PRODUCT_BANK1, "a"),
	    LK_REVIEW);
	cr_assert_eq(journal_seq(x.journal), seq);
}

CASE(sealing, an_alarm_seals_whom_it_names)
{
	ask(&x, WIRE_REPORT);
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_BRANCH, "001");
	with(&x, WIRE_T_TELLER, "t01");
	withn(&x, WIRE_T_REASON_CODE, LK_REPORT_COACHED);
	with(&x, WIRE_T_PHONE, "13900001111");
	cr_assert_eq(answer(&x), LK_OK);
	snprintf(want, sizeof(want), "{\"seq\":%llu,"
	    "\"phone\":\"13900001111\"}",
	    (unsigned long long)journal_seq(x.journal));
	cr_assert_str_eq(text(), want);
	cr_assert_eq(last()->kind, ENTRY_REPORT);
	cr_assert_eq(last()->flags & ENTRY_F_SEALED, ENTRY_F_SEALED);
}

CASE(sealing, an_alarm_that_names_nobody_has_no_sidecar)
{
	hold(1, "a");
	decision_id(&x, id);
	ask(&x, WIRE_REPORT);
	with(&x, WIRE_T_DECISION_ID, id);
	with(&x, WIRE_T_TELLER, "t01");
	withn(&x, WIRE_T_REASON_CODE, LK_REPORT_COACHED);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(last()->kind, ENTRY_REPORT);
	cr_assert_eq(last()->flags & ENTRY_F_SEALED, 0);
	cr_assert_null(text());
}

CASE(sealing, one_data_key_for_a_start_and_day)
{
	int i;

	for (i = 1; i <= 4; i++)
		hold(i, (const char *const[]){ "", "a", "b", "c", "d" }[i]);
	cr_assert_eq(staffkit_data_keys(&x), 1);
	fixture_reopen(&x);
	hold(5, "e");
	cr_assert_eq(staffkit_data_keys(&x), 2);
	cr_assert_not_null(text());
	/* To the last moment of the day in UTC+8, and beyond it. */
	fixture_pass(&x, x.wall / 86400000 * 86400000 + 16 * 3600000 - 5000 -
	    x.wall);
	hold(6, "f");
	cr_assert_eq(staffkit_data_keys(&x), 2);
	fixture_pass(&x, 5000);
	check(&x, "abank", "001", 7, LK_PRODUCT_BANK1, "g");
	check(&x, "abank", "002", 7, LK_PRODUCT_BANK1, "h");
	cr_assert_eq(staffkit_data_keys(&x), 3);
	cr_assert_not_null(text());
}

CASE(sealing, a_sidecar_belongs_to_its_entry_alone)
{
	hold(1, "a");
	hold(2, "b");
	cr_assert_not_null(text());
	/* Opened with another entry's number it would not be this text. */
	fixture_id(no, 1);
	cr_assert_null(strstr(text(), no));
	fixture_id(no, 2);
	cr_assert_not_null(strstr(text(), no));
}

/* Look for bytes in every file below a directory. */
static int
on_disk(const char *dir, const char *needle)
{
	static char data[4 << 20];
	char path[600];
	struct dirent *d;
	int found = 0;
	size_t n;
	FILE *f;
	DIR *o;

	if ((o = opendir(dir)) == NULL)
		return (0);
	while ((d = readdir(o)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
		if (d->d_type == DT_DIR) {
			found += on_disk(path, needle);
			continue;
		}
		cr_assert_not_null(f = fopen(path, "rb"));
		n = fread(data, 1, sizeof(data), f);
		fclose(f);
		found += memmem(data, n, needle, strlen(needle)) != NULL;
	}
	closedir(o);
	return (found);
}

/* I4: what is sealed is nowhere in clear, neither is its escaped form. */
CASE(sealing, no_clear_text_on_disk)
{
	static const char *const secrets[] = { "张三丰一号", "13912345678",
		"文三路 478 号", "e1234567" };
	size_t i;

	applicant(&x, "ctel", "9", 2, LK_PRODUCT_SIM, "r");
	withn(&x, WIRE_T_QUANTITY, 6);
	with(&x, WIRE_T_NAME, secrets[0]);
	with(&x, WIRE_T_PHONE, secrets[1]);
	with(&x, WIRE_T_ADDRESS, secrets[2]);
	withn(&x, WIRE_T_AGENT_ID_TYPE, LK_ID_PASSPORT);
	with(&x, WIRE_T_AGENT_ID_NO, secrets[3]);
	with(&x, WIRE_T_AGENT_COUNTRY, "USA");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_not_null(strstr(text(), secrets[0]));
	fixture_id(no, 2);
	fixture_reopen(&x);
	cr_assert_eq(on_disk(x.dir, no), 0);
	for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		cr_assert_eq(on_disk(x.dir, secrets[i]), 0, "%s", secrets[i]);
	cr_assert_geq(on_disk(x.dir, "\"t01\""), 1, "the search finds things");
}
