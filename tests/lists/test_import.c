/* Rows of files become entries of lists. */

#include <criterion/criterion.h>

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/identity.h"
#include "lists/csvfile.h"
#include "lists/import.h"
#include "plugin.h"

#include "centrekit.h"

#define A "11010519491231002X"
#define B "440524188001010014"
#define C "810000199408230021" /* a residence permit */
#define D "330106199003074517"

static char dir[200];
static char err[IMPORT_ERROR_MAX];
static struct centre c;
static struct token_keys *keys;
static struct ledger *l;
static struct import_options o;
static struct import_result r;
static char *rejects;
static size_t nrejects;

/* Use a list. */
static void
use(const char *id)
{

	ledger_close(l);
	l = ledger_open(&c, id, 1, err);
	cr_assert_not_null(l, "%s", err);
	o = (struct import_options){ .ledger = l, .keys = keys, .now =
		CENTREKIT_NOW, .who = "wang", .why = "test", .english = 1 };
	o.document.id_type = LK_ID_RESIDENT;
	o.document.subject = centre_list(&c, id)->subject;
}

static void
setup(void)
{

	centrekit_make(dir);
	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	keys = centre_tokens(&c, CENTREKIT_NOW, err);
	cr_assert_not_null(keys, "%s", err);
	use("sanction");
}

static void
teardown(void)
{

	ledger_close(l);
	l = NULL;
	token_keys_free(keys);
	centre_close(&c);
	free(rejects);
	centrekit_remove(dir);
}

TestSuite(import, .init = setup, .fini = teardown);

/* A file in memory. */
struct bytes {
	const char *p;
	size_t len;
};

static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct bytes *b = arg;
	size_t n = len < b->len ? len : b->len;

	memcpy(buf, b->p, n);
	b->p += n;
	b->len -= n;
	return ((ssize_t)n);
}

/* Import bytes; the reject file is in `rejects`. */
static int
import(const char *p, size_t len)
{
	struct bytes b = { p, len };
	struct csvfile_source s = { get, &b };
	struct csvfile *f = csvfile_open(&s, "in.csv", CSVFILE_GUESS, err);
	int rc;

	cr_assert_not_null(f, "%s", err);
	free(rejects);
	o.reject = open_memstream(&rejects, &nrejects);
	cr_assert_not_null(o.reject);
	rc = import_run(f, "in.csv", &o, &r, err);
	(void)fclose(o.reject);
	csvfile_close(f);
	return (rc);
}

#define IMPORT(s) import(s, strlen(s))

/* What is said of a number. */
static int
listed(const char *number, struct ledger_entry *e)
{
	char why[IMPORT_WHY_MAX];
	struct token t;

	cr_assert_eq(import_token(&t, &o.document, number, strlen(number), keys,
	    CENTREKIT_DAY, 1, why), IMPORT_FINE, "%s", why);
	return (ledger_find(l, &t, e));
}

static const char plain[] =
    "证件类型,证件号码,类别,法律依据,案号,起始日期,截止日期\n"
    "身份证," A ",convicted,联合惩戒办法,（2026）浙01刑初12号,2026-01-02,2029-01-01\n"
    "居民身份证," B ",认定,反诈法第31条,杭公决2026-7,2026/1/2,2028年1月1日\n";

Test(import, chinese_and_english)
{
	struct ledger_entry e;

	cr_assert_eq(IMPORT(plain), 0, "%s", err);
	cr_expect_eq(r.rows, 2);
	cr_expect_eq(r.taken, 2);
	cr_expect_eq(r.rejected, 0);
	cr_expect_str_empty(r.ignored);
	cr_assert_eq(listed(A, &e), 1);
	cr_expect_eq(e.category, CATEGORY_CONVICTED);
	cr_expect_eq(e.basis, BASIS_JOINT_2024);
	cr_expect_str_eq(e.case_no, "（2026）浙01刑初12号");
	cr_expect_eq(e.from, 20455);
	cr_expect_eq(e.until, 20455 + 1095);
	cr_expect_str_eq(e.who, "wang");
	cr_assert_eq(listed(B, &e), 1);
	cr_expect_eq(e.category, CATEGORY_FOUND);
	cr_expect_eq(e.basis, BASIS_LAW_31);
	cr_expect_str_eq(rejects, "\xef\xbb\xbf\"证件类型\",\"证件号码\","
	    "\"类别\",\"法律依据\",\"案号\",\"起始日期\",\"截止日期\","
	    "\"line\",\"reason\"\r\n");
	use("sanction");
	cr_expect_eq(listed(A, &e), 1, "it is durable");
}

/* The token is that of a request, under the list's key. */
Test(import, token_of_a_person)
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	char why[IMPORT_WHY_MAX];
	struct identity id;
	struct token t, want;
	size_t n;

	cr_assert_eq(identity_parse(&id, LK_ID_RESIDENT, A, 18, NULL,
	    CENTREKIT_DAY, NULL), 0);
	n = identity_token_input(&id, in);
	token_make(&want, keys, 0, TOKEN_PERSON, in, n);
	cr_expect_eq(import_token(&t, &o.document, "１１０１０５-", 19, keys,
	    CENTREKIT_DAY, 1, why), IMPORT_NUMBER);
	cr_expect_eq(import_token(&t, &o.document, "110105491231002", 15, keys,
	    CENTREKIT_DAY, 1, why), IMPORT_FINE, "the old form is the same");
	cr_expect(token_equal(&t, &want));
	cr_expect_eq(import_token(&t, &o.document, "11010519491231002x ", 19,
	    keys, CENTREKIT_DAY, 1, why), IMPORT_FINE);
	cr_expect(token_equal(&t, &want));
}

Test(import, again_changes_nothing)
{

	cr_assert_eq(IMPORT(plain), 0);
	cr_assert_eq(IMPORT(plain), 0);
	cr_expect_eq(r.taken, 0);
	cr_expect_eq(r.same, 2);
	cr_expect_eq(ledger_count(l), 2);
}

Test(import, columns_in_any_order_and_encoding)
{
	static const char s[] = "姓名|惩戒到期日期|证件号码（必填）|惩戒类别|依据\r\n"
	    "赵一|20290101|" A "|判决|法院\r\n";
	char buf[400], *p = (char *)(uintptr_t)s, *q = buf;
	size_t len = strlen(s), left = sizeof(buf);
	iconv_t cv = iconv_open("GB18030", "UTF-8");
	struct ledger_entry e;

	cr_assert_neq(iconv(cv, &p, &len, &q, &left), (size_t)-1);
	(void)iconv_close(cv);
	cr_assert_eq(import(buf, sizeof(buf) - left), 0, "%s", err);
	cr_expect_eq(r.taken, 1, "%s", rejects);
	cr_expect_str_eq(r.ignored, "姓名");
	cr_assert_eq(listed(A, &e), 1);
	cr_expect_eq(e.basis, BASIS_COURT);
	cr_expect_eq(r.doubts[IMPORT_NO_CASE], 1);
}

/* Every bad row by its reason; good rows around them are taken. */
Test(import, bad_rows)
{
	static const char s[] = "id_type,number,category,basis,case,from,until\n"
	    "resident," A ",convicted,court,1,,2029-01-01\n"
	    "resident,11010519491231002,convicted,court,1,,\n"
	    "resident,110105194912310021,convicted,court,1,,\n"
	    "resident,110105194902300021,convicted,court,1,,\n"
	    "resident,1.10105E+17,convicted,court,1,,\n"
	    "resident,110105194912310000,convicted,court,1,,\n"
	    "resident,,convicted,court,1,,\n"
	    "residnt," B ",convicted,court,1,,\n"
	    "resident," B ",convict,court,1,,\n"
	    "resident," B ",involved,court,1,,\n"
	    "resident," B ",,court,1,,\n"
	    "resident," B ",convicted,cort,1,,\n"
	    "resident," B ",convicted,,1,,\n"
	    "resident," B ",convicted,court,1,2026-02-30,\n"
	    "resident," B ",convicted,court,1,26-02-03,\n"
	    "resident," B ",convicted,court,1,46023,\n"
	    "resident," B ",convicted,court,1,2026-02-03,2025-02-03\n"
	    "resident,\"" B ",convicted,court,1,2026-02-03,\n"
	    "passport,E12345678,found,police,1,,2029-01-01\n"
	    "resident," C ",found,police,1,,2029-01-01\n";

	cr_assert_eq(IMPORT(s), 0, "%s", err);
	cr_expect_eq(r.rows, 20);
	cr_expect_eq(r.taken, 1, "%s", rejects);
	cr_expect_eq(r.rejected, 19);
	cr_expect_eq(r.reason[IMPORT_NUMBER], 5);
	cr_expect_eq(r.reason[IMPORT_DAMAGED], 2);
	cr_expect_eq(r.reason[IMPORT_NO_NUMBER], 1);
	cr_expect_eq(r.reason[IMPORT_TYPE], 1);
	cr_expect_eq(r.reason[IMPORT_CATEGORY], 3);
	cr_expect_eq(r.reason[IMPORT_BASIS], 2);
	cr_expect_eq(r.reason[IMPORT_DATE], 4);
	cr_expect_eq(r.reason[IMPORT_UNREADABLE], 1);
}

/* A mended reject file is imported as it is. */
Test(import, reject_file_comes_back)
{
	struct ledger_entry e;
	char *p, *text;

	cr_assert_eq(IMPORT("证件号码,类别,依据,备注\n"
	    "110105194912310021,判决,法院,\"甲, 乙\"\n" B ",判决,法院,\n"), 0);
	cr_expect_eq(r.taken, 1);
	cr_expect_eq(r.rejected, 1);
	cr_expect(strstr(rejects, "\"=\"\"110105194912310021\"\"\",\"判决\","
	    "\"法院\",\"甲, 乙\",2,\"The check character") != NULL, "%s",
	    rejects);
	text = strdup(rejects);
	p = strstr(text, "110105194912310021");
	p[17] = 'X';
	cr_assert_eq(IMPORT(text), 0, "%s", err);
	free(text);
	cr_expect_eq(r.taken, 1, "%s", rejects);
	cr_expect_eq(r.rejected, 0);
	cr_expect_str_eq(r.ignored, "备注");
	cr_expect_eq(listed(A, &e), 1);
	cr_expect_str_eq(rejects, "\xef\xbb\xbf\"证件号码\",\"类别\",\"依据\","
	    "\"备注\",\"line\",\"reason\"\r\n");
}

Test(import, unreadable_rows_come_back_too)
{

	cr_assert_eq(IMPORT("number,category,basis\n" A ",\"convicted,court\n"
	    B ",convicted,court\n"), 0);
	cr_expect_eq(r.taken, 1);
	cr_expect(strstr(rejects, "\"" A ",\"\"convicted,court\",,,2,\"a quote") !=
	    NULL, "%s", rejects);
}

Test(import, listed_otherwise)
{
	struct ledger_entry e;

	cr_assert_eq(IMPORT("number,category,basis,case\n"
	    A ",investigation,police,7\n" A ",convicted,court,8\n"
	    A ",investigation,police,7\n"), 0);
	cr_expect_eq(r.taken, 1);
	cr_expect_eq(r.same, 1);
	cr_expect_eq(r.reason[IMPORT_OTHER], 1);
	cr_expect(strstr(rejects, "serial 1, under investigation") != NULL,
	    "%s", rejects);
	o.replace = 1;
	cr_assert_eq(IMPORT("number,category,basis,case\n"
	    A ",convicted,court,8\n"), 0);
	cr_expect_eq(r.taken, 1);
	cr_expect_eq(listed(A, &e), 1);
	cr_expect_eq(e.category, CATEGORY_CONVICTED);
}

Test(import, cleared_on_appeal)
{
	struct ledger_entry e;

	cr_assert_eq(IMPORT(plain), 0);
	cr_assert_eq(listed(A, &e), 1);
	e.action = LEDGER_CLEAR;
	(void)strcpy(e.case_no, "appeal-1");
	cr_assert_eq(ledger_add(l, &e, 0, err), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0);
	o.replace = 1;
	cr_assert_eq(IMPORT(plain), 0);
	cr_expect_eq(r.reason[IMPORT_CLEARED], 1);
	cr_expect_eq(r.same, 1);
}

Test(import, cards_without_a_heading)
{
	struct ledger_entry e;

	use("cards");
	o.category = CATEGORY_INVOLVED;
	o.basis = BASIS_POLICE;
	cr_assert_eq(IMPORT("6222021234567890127\n6222 0212 3456 7890\n"
	    "6.22202E+18\n6222021234567890000\n=\"6222021234567890000\"\n"
	    "abc\n卡号\n"), 0, "%s", err);
	cr_expect_eq(r.rows, 7);
	cr_expect_eq(r.taken, 3, "%s", rejects);
	cr_expect_eq(r.reason[IMPORT_DAMAGED], 2);
	cr_expect_eq(r.reason[IMPORT_NUMBER], 2);
	cr_expect_eq(listed("6222-0212-3456-7890", &e), 1);
	cr_expect_eq(e.category, CATEGORY_INVOLVED);
	cr_expect(strstr(rejects, "\n\"6222021234567890000\",4,") != NULL,
	    "%s", rejects);
}

/* The wrong column: it would join no card, and look like one that is listed. */
Test(import, a_person_is_no_card)
{

	use("cards");
	o.category = CATEGORY_INVOLVED;
	o.basis = BASIS_POLICE;
	cr_assert_eq(IMPORT("11010519491231002X\n110105194912310038\n"
	    "110105194912310039\n440524188001010014\n"), 0, "%s", err);
	/* The third has another check digit, the last fits a card's too. */
	cr_expect_eq(r.taken, 2, "%s", rejects);
	cr_expect_eq(r.reason[IMPORT_NUMBER], 2);
	cr_expect(strstr(rejects, "number of an identity card") != NULL, "%s",
	    rejects);
}

/* A reject file that nobody has mended is rejected again. */
Test(import, damage_stays_damage)
{
	char *text;

	use("cards");
	o.category = CATEGORY_INVOLVED;
	o.basis = BASIS_POLICE;
	cr_assert_eq(IMPORT("卡号\n6222021234567890000\n6.2E+18\n"), 0);
	text = strdup(rejects);
	cr_assert_eq(IMPORT(text), 0);
	free(text);
	cr_expect_eq(r.taken, 0);
	cr_expect_eq(r.reason[IMPORT_DAMAGED], 2);
}

Test(import, phones)
{
	struct ledger_entry e;

	use("phones");
	o.category = CATEGORY_INVOLVED;
	o.basis = BASIS_POLICE;
	cr_assert_eq(IMPORT("手机号\n13800138000\n+86 138-0013-8001\n"
	    "１３８００１３８００２\n1.38E+10\n13800138000/13900139000\n无\n"
	    "86-13800138000\n"), 0, "%s", err);
	cr_expect_eq(r.taken, 3, "%s", rejects);
	cr_expect_eq(r.same, 1);
	cr_expect_eq(r.reason[IMPORT_DAMAGED], 1);
	cr_expect_eq(r.reason[IMPORT_NUMBER], 2);
	cr_expect_eq(listed("13800138001", &e), 1);
	cr_expect_eq(listed("0086 13800138002", &e), 1);
}

/* Zeros at the end are a doubt, and damage where the file has shown some. */
Test(import, zeros_that_fit)
{

	char number[] = "110105194912100000", text[300];
	int i;

	for (i = 1; i < 100 && identity_check_digit(number) != '0'; i++) {
		number[13] = (char)('0' + i / 10);
		number[14] = (char)('0' + i % 10);
	}
	cr_assert_eq(identity_check_digit(number), '0');
	(void)snprintf(text, sizeof(text), "number,category,basis\n"
	    "%s,deceased,civil\n", number);
	cr_assert_eq(IMPORT(text), 0);
	cr_expect_eq(r.taken, 1);
	cr_expect_eq(r.doubts[IMPORT_ZEROS], 1);
	(void)snprintf(text, sizeof(text), "number,category,basis\n"
	    "1.1E+17,deceased,civil\n%s,deceased,civil\n=\"%s\",deceased,"
	    "civil\n", number, number);
	cr_assert_eq(IMPORT(text), 0);
	cr_expect_eq(r.reason[IMPORT_DAMAGED], 2, "%s", rejects);
	cr_expect_eq(r.same, 1);
}

Test(import, passports_need_a_country)
{

	cr_assert_eq(IMPORT("证件类型,号码,国籍,类别,依据\n"
	    "护照,E12345678,KOR,deceased,civil\n护照,E12345678,,deceased,civil\n"
	    "护照,E12345678,USA,deceased,civil\n"), 0);
	cr_expect_eq(r.taken, 2, "%s", rejects);
	cr_expect_eq(r.rejected, 1);
}

Test(import, terms_of_the_law)
{

	cr_assert_eq(IMPORT("number,category,basis,case,from,until\n"
	    A ",convicted,joint2024,1,2026-01-02,2028-01-01\n"
	    B ",found,joint2024,1,2026-01-02,2028-01-01\n"
	    D ",convicted,joint2024,1,2022-01-02,2025-01-01\n"), 0);
	cr_expect_eq(r.taken, 3);
	cr_expect_eq(r.doubts[IMPORT_TERM], 1);
	cr_expect_eq(r.doubts[IMPORT_OVER], 1);
}

Test(import, dry_run_takes_nothing)
{
	struct ledger_entry e;

	o.dry = 1;
	cr_assert_eq(IMPORT(plain), 0);
	cr_expect_eq(r.taken, 2);
	cr_expect_eq(listed(A, &e), 0);
	cr_expect_eq(ledger_count(l), 0);
}

Test(import, files_that_cannot_be_used)
{

	cr_expect_eq(IMPORT(""), 1);
	cr_expect_eq(IMPORT("\n\n"), 1);
	cr_expect_eq(IMPORT("name,category\nzhao,convicted\n"), 1);
	cr_expect(strstr(err, "in.csv:1: no column is headed") != NULL, "%s",
	    err);
	cr_expect_eq(IMPORT("number,卡号\n1,2\n"), 1);
	cr_expect(strstr(err, "columns 1 and 2") != NULL, "%s", err);
	cr_expect_eq(ledger_count(l), 0);
}

/* Reasons in both languages, with their place. */
static char said[1000];

static void
bad(void *arg, uint64_t line, size_t column, const char *why)
{

	(void)arg;
	(void)snprintf(said, sizeof(said), "%d:%d: %s", (int)line, (int)column,
	    why);
}

Test(import, places_of_bad_rows)
{

	o.bad = bad;
	cr_assert_eq(IMPORT("category,number,basis\n\nconvictd," A ",court\n"),
	    0);
	cr_expect_str_eq(said, "3:1: there is no category \"convictd\"");
	o.english = 0;
	cr_assert_eq(IMPORT("category,number,basis\nconvicted," A ",法院x\n"),
	    0);
	cr_expect_str_eq(said, "2:3: 没有法律依据“法院x”");
	cr_expect(strstr(rejects, "\"行号\",\"原因\"") != NULL);
}

/* Columns that were mixed up do not put a number on disk. */
Test(import, case_numbers_hold_no_person)
{

	cr_assert_eq(IMPORT("number,category,basis,case\n" A ",convicted,court,"
	    "案" B "\n" B ",convicted,court,A330106000000202611001\n"), 0);
	cr_expect_eq(r.taken, 1);
	cr_expect_eq(r.reason[IMPORT_CASE], 1);
}

/* No reason repeats a number. */
Test(import, reasons_hold_no_number)
{

	o.bad = bad;
	cr_assert_eq(IMPORT("number,category,basis\n110105194912310021,"
	    "convicted,court\n"), 0);
	cr_expect_eq(r.rejected, 1);
	cr_expect_null(strstr(said, "1101051949"), "%s", said);
}

/* Nor does one repeat a number that stands in the wrong column. */
Test(import, mixed_up_columns_are_not_repeated)
{
	static const char *const heads[] = { "type", "category", "basis",
		"from" };
	char text[200];
	size_t i;

	o.bad = bad;
	o.category = CATEGORY_FOUND;
	o.basis = BASIS_COURT;
	for (i = 0; i < 4; i++) {
		(void)snprintf(text, sizeof(text), "number,%s,name " D "\n" B
		    "," A ",x\n", heads[i]);
		cr_assert_eq(IMPORT(text), 0, "%s", err);
		cr_expect_eq(r.rejected, 1, "%s", heads[i]);
		cr_expect_null(strstr(said, "1101051949"), "%s", said);
		cr_expect_null(strstr(r.ignored, D), "%s", r.ignored);
	}
	cr_assert_eq(IMPORT("number,from\n" B ",2026-13-01 10:00:00\n"), 0);
	cr_expect(strstr(said, "2026-13-01 10:00:00") != NULL, "%s", said);
}

/* One date. */
static int
day_of_text(const char *text)
{
	int32_t day;

	return (import_date(&day, text, strlen(text)) == 0 ? day : -1);
}

Test(import, dates)
{
	static const char *const same[] = { "2026-01-02", "2026/1/2",
		"2026/01/02", "2026.1.2", "20260102", "2026年1月2日",
		"2026年01月02日", "２０２６-０１-０２", "2026-01-02 00:00:00",
		"2026/1/2 0:00", "2026-01-02T00:00:00" };
	static const char *const none[] = { "", "-", "无", "长期" };
	static const char *const wrong[] = { "2026-13-01", "2026-02-29",
		"26-01-02", "2026", "202601", "46023", "2026-01-02x",
		"02/01/2026", "2026年1月2", "1969-01-01", "2200-01-01",
		"2026-01-02 25:00", "2026-1-2-3", "昨天" };
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		cr_expect_eq(day_of_text(same[i]), 20455, "%s", same[i]);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		cr_expect_eq(day_of_text(none[i]), 0, "%s", none[i]);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(day_of_text(wrong[i]), -1, "%s", wrong[i]);
}

Test(import, words)
{
	int i;

	for (i = 1; i < CATEGORIES; i++) {
		cr_expect_eq(import_category(category_name(i),
		    strlen(category_name(i))), i);
		cr_expect_eq(import_category(category_text(i, 0),
		    strlen(category_text(i, 0))), i);
	}
	for (i = 1; i < BASES; i++) {
		cr_expect_eq(import_basis(basis_name(i), strlen(basis_name(i))),
		    i);
		cr_expect_eq(import_basis(basis_text(i, 0),
		    strlen(basis_text(i, 0))), i);
	}
	cr_expect_eq(import_basis("银发〔2016〕261号", strlen(
	    "银发〔2016〕261号")), BASIS_NOTICE_2016);
	cr_expect_eq(import_id_type("港澳居民来往内地通行证", 33),
	    LK_ID_HM_TRAVEL);
	cr_expect_eq(import_id_type("HM-Travel", 9), LK_ID_HM_TRAVEL);
	cr_expect_eq(import_id_type("x", 1), 0);
}
