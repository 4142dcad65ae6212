#include <criterion/criterion.h>

#include <string.h>

#include "engine/day.h"
#include "engine/identity.h"
#include "plugin.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* The tests' today is 2024-12-01, a Sunday. */
#define TODAY	20058

/* Parse a string on the tests' today. */
static int
parse(struct identity *id, int type, const char *text, const char *country,
    struct identity_error *err)
{

	return (identity_parse(id, type, text, strlen(text), country, TODAY,
	    err));
}

/* Parse and return the fault only. */
static int
fault_of(int type, const char *text, const char *country)
{
	struct identity_error err;
	struct identity id;

	parse(&id, type, text, country, &err);
	return (err.fault);
}

static const struct {
	int type;
	const char *text, *country;
	int family;
	const char *number, *in_country;
	const char *birth;		/* NULL: does not say */
	int area;
} good[] = {
	/* The examples of GB 11643-1999, and the four kinds of paper. */
	{ 1, "11010519491231002X", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 1, "440524188001010014", NULL, 1, "440524188001010014", "",
	    "1880-01-01", 440524 },
	{ 2, "11010519491231002X", "", 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 3, "11010519491231002X", "CHN", 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 4, "11010519491231002X", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	/* A leap day; the sandbox's area; an area nobody knows. */
	{ 1, "110105200002290013", NULL, 1, "110105200002290013", "",
	    "2000-02-29", 110105 },
	{ 1, "000000199001010018", NULL, 1, "000000199001010018", "",
	    "1990-01-01", 0 },
	/* Residence permits and the permanent residence of 2023. */
	{ 5, "810000199408230021", NULL, 1, "810000199408230021", "",
	    "1994-08-23", 810000 },
	{ 6, "830000199201300022", NULL, 1, "830000199201300022", "",
	    "1992-01-30", 830000 },
	{ 9, "931840199012310124", NULL, 1, "931840199012310124", "",
	    "1990-12-31", 310000 },
	/* 15 digits: 1949 with its century, and a centenarian (N6). */
	{ 1, "110105491231002", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 2, "110105491231002", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 3, "110105491231002", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 4, "110105491231002", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 1, "110105801231996", NULL, 1, "110105188012319968", "",
	    "1880-12-31", 110105 },
	{ 1, "110105801231999", NULL, 1, "110105188012319992", "",
	    "1880-12-31", 110105 },
	{ 1, "110105801231995", NULL, 1, "110105198012319959", "",
	    "1980-12-31", 110105 },
	/* Spelling: N2, N3, N4. */
	{ 1, "11010519491231002x", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 1, " \t11010519491231002X\r\n", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 1, "\u3000\u00a011010519491231002X\u3000", NULL, 1,
	    "11010519491231002X", "", "1949-12-31", 110105 },
	{ 1, "\ufeff1101051949\u200b1231002X\u202c", NULL, 1,
	    "11010519491231002X", "", "1949-12-31", 110105 },
	{ 1, "１１０１０５１９４９１２３１００２Ｘ", NULL, 1,
	    "11010519491231002X", "", "1949-12-31", 110105 },
	{ 1, "１１０１０５１９４９１２３１００２ｘ", NULL, 1,
	    "11010519491231002X", "", "1949-12-31", 110105 },
	{ 1, "11010519491231002Ⅹ", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	{ 1, "11010519491231002ⅹ", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	/* Military cards: opaque, of CHN whatever the caller says. */
	{ 4, "军字第2001988号", NULL, 6, "军字第2001988号", "CHN", NULL, 0 },
	{ 4, " 军字第 2001988 号", "USA", 6, "军字第2001988号", "CHN", NULL,
	    0 },
	{ 4, "(a)-1/23.45", NULL, 6, "A12345", "CHN", NULL, 0 },
	{ 4, "110105-19491231-002X", NULL, 1, "11010519491231002X", "",
	    "1949-12-31", 110105 },
	/* Travel permits: the issue count is dropped (N7, N8). */
	{ 7, "H12345678", NULL, 3, "H12345678", "", NULL, 0 },
	{ 7, "h1234567800", NULL, 3, "H12345678", "", NULL, 0 },
	{ 7, "H1234567803", NULL, 3, "H12345678", "", NULL, 0 },
	{ 7, "Ｍ１２３４５６７８", NULL, 3, "M12345678", "", NULL, 0 },
	{ 8, "05616820", NULL, 4, "05616820", "", NULL, 0 },
	{ 8, "0561682001", NULL, 4, "05616820", "", NULL, 0 },
	{ 8, "0561682001(D)", NULL, 4, "05616820", "", NULL, 0 },
	{ 8, "0561682001（1）", NULL, 4, "05616820", "", NULL, 0 },
	{ 8, "0561682002(1B)", NULL, 4, "05616820", "", NULL, 0 },
	{ 8, "0561682002b", NULL, 4, "05616820", "", NULL, 0 },
	{ 8, "0561682002BC", NULL, 4, "05616820", "", NULL, 0 },
	{ 10, "CAN110059012310", NULL, 2, "CAN110059012310", "", NULL, 0 },
	{ 10, "can110059012310 ", NULL, 2, "CAN110059012310", "", NULL, 0 },
	/* Passports: separators go, the country stays. */
	{ 11, "E12345678", "CHN", 5, "E12345678", "CHN", NULL, 0 },
	{ 11, "e 1234-5678", " chn ", 5, "E12345678", "CHN", NULL, 0 },
	{ 11, "AB123", "ＧＢＲ", 5, "AB123", "GBR", NULL, 0 },
	{ 11, "12345678901234567890", "USA", 5, "12345678901234567890",
	    "USA", NULL, 0 },
	{ 11, "12345‐6789", "USA", 5, "123456789", "USA", NULL, 0 },
	/* The check character of a citizen by chance, but no birth date. */
	{ 11, "123456789012345677", "USA", 5, "123456789012345677", "USA", NULL, 0 },
	/* Organisations; the first is the example of GB 32100-2015. */
	{ 12, "91350100M000100Y43", NULL, 7, "91350100M000100Y43", "", NULL,
	    350100 },
	{ 12, "9144030071526726xg", NULL, 7, "9144030071526726XG", "", NULL,
	    440300 },
	{ 12, "914403001922038216", NULL, 7, "914403001922038216", "", NULL,
	    440300 },
	{ 12, "91110108551385082Q", NULL, 7, "91110108551385082Q", "", NULL,
	    110108 },
	/* Others. */
	{ 99, "A123456(7)", "HKG", 6, "A1234567", "HKG", NULL, 0 },
	{ 99, "证字第0042号", "CHN", 6, "证字第0042号", "CHN", NULL, 0 },
	{ 99, "㐀〇𠀀A001", "CHN", 6, "㐀〇𠀀A001", "CHN", NULL, 0 },
	{ 99, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHI1", "FRA", 6,
	    "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHI1", "FRA", NULL, 0 },
};

Test(identity, accepts)
{

	for (size_t i = 0; i < N(good); i++) {
		struct identity_error err;
		struct identity id;
		int32_t birth = IDENTITY_NO_BIRTH;

		cr_assert_eq(parse(&id, good[i].type, good[i].text,
		    good[i].country, &err), 0, "row %zu: fault %d at %d", i,
		    err.fault, err.where);
		cr_expect_eq(err.fault, IDENTITY_VALID);
		cr_expect_eq(err.where, -1);
		cr_expect_eq(err.expected, 0);
		cr_expect_eq(id.family, good[i].family, "row %zu", i);
		cr_expect_eq(id.id_type, good[i].type, "row %zu", i);
		cr_expect_str_eq(id.number, good[i].number, "row %zu", i);
		cr_expect_eq(id.nlen, strlen(good[i].number), "row %zu", i);
		cr_expect_str_eq(id.country, good[i].in_country, "row %zu", i);
		cr_expect_eq(id.area, good[i].area, "row %zu", i);
		if (good[i].birth != NULL)
			day_parse(&birth, good[i].birth, 10);
		cr_expect_eq(id.birth, birth, "row %zu", i);
	}
}

static const struct {
	int type;
	const char *text, *country;
	int fault, where, expected;
} bad[] = {
	{ 0, "11010519491231002X", NULL, IDENTITY_TYPE_UNKNOWN, -1, 0 },
	{ 13, "11010519491231002X", NULL, IDENTITY_TYPE_UNKNOWN, -1, 0 },
	{ -1, "11010519491231002X", NULL, IDENTITY_TYPE_UNKNOWN, -1, 0 },
	{ 257, "11010519491231002X", NULL, IDENTITY_TYPE_UNKNOWN, -1, 0 },
	{ 355, "A1234567", "CHN", IDENTITY_TYPE_UNKNOWN, -1, 0 },
	{ 1, "", NULL, IDENTITY_EMPTY, -1, 0 },
	{ 1, " \u3000\t", NULL, IDENTITY_EMPTY, -1, 0 },
	{ 99, "\ufeff", "CHN", IDENTITY_EMPTY, -1, 0 },
	/* Encoding: GB18030, overlong, surrogate, too high, cut, stray. */
	{ 1, "1101\xa3\xb1", NULL, IDENTITY_ENCODING, 4, 0 },
	{ 1, "1\xc0\xb1", NULL, IDENTITY_ENCODING, 1, 0 },
	{ 1, "\xe0\x80\xb1", NULL, IDENTITY_ENCODING, 0, 0 },
	{ 1, "\xf0\x80\x80\xb1", NULL, IDENTITY_ENCODING, 0, 0 },
	{ 1, "12\xed\xa0\x80", NULL, IDENTITY_ENCODING, 2, 0 },
	{ 1, "\xf4\x90\x80\x80", NULL, IDENTITY_ENCODING, 0, 0 },
	{ 1, "\xf5\x80\x80\x80", NULL, IDENTITY_ENCODING, 0, 0 },
	{ 1, "123\xef\xbc", NULL, IDENTITY_ENCODING, 3, 0 },
	{ 1, "123\xef\xbcz", NULL, IDENTITY_ENCODING, 3, 0 },
	{ 1, "\x80", NULL, IDENTITY_ENCODING, 0, 0 },
	/* Length. */
	{ 1, "1", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 1, "11010519491231002", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 1, "11010519491231002X1", NULL, IDENTITY_LENGTH, 18, 18 },
	{ 1, "１１０１０５１９４９１２３１００２Ｘ１", NULL, IDENTITY_LENGTH, 54,
	    18 },
	{ 1, "11010549123100", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 5, "810000940823002", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 6, "830000920130002", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 9, "931840901231012", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 4, "1101051949123100", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 4, "11010519491231002X1", NULL, IDENTITY_LENGTH, 18, 18 },
	{ 4, "1101051949123100201", NULL, IDENTITY_LENGTH, 18, 18 },
	{ 1, "0000000000000000000000000000000000000000000000000000000000000000"
	    "1", NULL, IDENTITY_LENGTH, 64, 0 },
	/* Characters; an inner space is one, but not in opaque numbers. */
	{ 1, "110105 19491231002X", NULL, IDENTITY_CHARACTER, 6, 0 },
	{ 1, "11010519491231 02X", NULL, IDENTITY_CHARACTER, 14, 0 },
	{ 1, "O1010519491231002X", NULL, IDENTITY_CHARACTER, 0, 0 },
	{ 1, "1101051949123100X2", NULL, IDENTITY_CHARACTER, 16, 0 },
	{ 1, "11010519491231002A", NULL, IDENTITY_CHARACTER, 17, 0 },
	{ 1, "１１０１０５１９４９１２３１００２ａ", NULL, IDENTITY_CHARACTER, 51,
	    0 },
	{ 1, "11010549123100X", NULL, IDENTITY_CHARACTER, 14, 0 },
	{ 1, "11010519491231002\u0425", NULL, IDENTITY_CHARACTER, 17, 0 },
	/* Check character. */
	{ 1, "110105194912310020", NULL, IDENTITY_CHECK, -1, 0 },
	{ 1, "440524188001010015", NULL, IDENTITY_CHECK, -1, 0 },
	{ 5, "810000199408230022", NULL, IDENTITY_CHECK, -1, 0 },
	{ 9, "931840199012310125", NULL, IDENTITY_CHECK, -1, 0 },
	{ 12, "91350100M000100Y44", NULL, IDENTITY_CHECK, -1, 0 },
	/* Dates. */
	{ 1, "110105200002300011", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "11010519990229001X", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105190002290011", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105199013010011", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105199000010011", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105199001000011", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105179912310011", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105000001010011", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105490229002", NULL, IDENTITY_DATE, 6, 0 },
	{ 1, "110105000229002", NULL, IDENTITY_DATE, 6, 0 },
	{ 9, "931840199002300124", NULL, IDENTITY_DATE, 6, 0 },
	/* Type and number contradict each other. */
	{ 1, "810000199408230021", NULL, IDENTITY_WRONG_TYPE, -1, 5 },
	{ 4, "810000199408230021", NULL, IDENTITY_WRONG_TYPE, -1, 5 },
	{ 6, "810000199408230021", NULL, IDENTITY_WRONG_TYPE, -1, 5 },
	{ 9, "810000199408230021", NULL, IDENTITY_WRONG_TYPE, -1, 5 },
	{ 2, "830000199201300022", NULL, IDENTITY_WRONG_TYPE, -1, 6 },
	{ 5, "830000199201300022", NULL, IDENTITY_WRONG_TYPE, -1, 6 },
	{ 3, "931840199012310124", NULL, IDENTITY_WRONG_TYPE, -1, 9 },
	{ 5, "931840199012310124", NULL, IDENTITY_WRONG_TYPE, -1, 9 },
	{ 5, "11010519491231002X", NULL, IDENTITY_WRONG_TYPE, -1, 1 },
	{ 6, "11010519491231002X", NULL, IDENTITY_WRONG_TYPE, -1, 1 },
	{ 9, "11010519491231002X", NULL, IDENTITY_WRONG_TYPE, -1, 1 },
	{ 1, "820000491231002", NULL, IDENTITY_WRONG_TYPE, -1, 5 },
	{ 99, "11010519491231002X", "CHN", IDENTITY_WRONG_TYPE, -1, 1 },
	{ 99, "110105-19491231-002x", "CHN", IDENTITY_WRONG_TYPE, -1, 1 },
	{ 11, "810000199408230021", "GBR", IDENTITY_WRONG_TYPE, -1, 5 },
	/* What spreadsheets do. */
	{ 1, "1.10105E+17", NULL, IDENTITY_DAMAGED, -1, 0 },
	{ 1, "1.10105e17", NULL, IDENTITY_DAMAGED, -1, 0 },
	{ 11, "1E+17", "CHN", IDENTITY_DAMAGED, -1, 0 },
	{ 99, "1.10105E+017", "CHN", IDENTITY_DAMAGED, -1, 0 },
	{ 1, "110105194912310000", NULL, IDENTITY_DAMAGED, -1, 0 },
	/* Travel permits. */
	{ 7, "A12345678", NULL, IDENTITY_CHARACTER, 0, 0 },
	{ 7, "12345678", NULL, IDENTITY_CHARACTER, 0, 0 },
	{ 7, "H1234567A", NULL, IDENTITY_CHARACTER, 8, 0 },
	{ 7, "H", NULL, IDENTITY_LENGTH, -1, 0 },
	{ 7, "H1234567", NULL, IDENTITY_LENGTH, -1, 0 },
	{ 7, "H123456780", NULL, IDENTITY_LENGTH, -1, 0 },
	{ 7, "H12345678012", NULL, IDENTITY_LENGTH, 11, 0 },
	{ 7, "H00000000", NULL, IDENTITY_FILLER, -1, 0 },
	{ 8, "0561682", NULL, IDENTITY_LENGTH, -1, 8 },
	{ 8, "056168200", NULL, IDENTITY_LENGTH, 8, 8 },
	{ 8, "05616820011", NULL, IDENTITY_LENGTH, 8, 8 },
	{ 8, "0561682A", NULL, IDENTITY_CHARACTER, 7, 0 },
	{ 8, "0561682001BCD", NULL, IDENTITY_CHARACTER, 12, 0 },
	{ 8, "0561682001B1", NULL, IDENTITY_CHARACTER, 11, 0 },
	{ 8, "0561682001()", NULL, IDENTITY_CHARACTER, 10, 0 },
	{ 8, "0561682001(ABC)", NULL, IDENTITY_CHARACTER, 10, 0 },
	{ 8, "0561682001(A", NULL, IDENTITY_CHARACTER, 10, 0 },
	{ 8, "0561682001(-)", NULL, IDENTITY_CHARACTER, 11, 0 },
	{ 8, "0561682001(", NULL, IDENTITY_CHARACTER, 10, 0 },
	{ 8, "00000000", NULL, IDENTITY_FILLER, -1, 0 },
	{ 8, "0000000001", NULL, IDENTITY_FILLER, -1, 0 },
	{ 10, "CAN11005901231", NULL, IDENTITY_LENGTH, -1, 15 },
	{ 10, "CAN1100590123100", NULL, IDENTITY_LENGTH, 15, 15 },
	{ 10, "CA0110059012310", NULL, IDENTITY_CHARACTER, 2, 0 },
	{ 10, "CANA10059012310", NULL, IDENTITY_CHARACTER, 3, 0 },
	{ 10, "CAN11005901231X", NULL, IDENTITY_CHARACTER, 14, 0 },
	{ 10, "CAN000000000000", NULL, IDENTITY_FILLER, -1, 0 },
	/* Passports and their country. */
	{ 11, "E12345678", NULL, IDENTITY_NO_COUNTRY, -1, 0 },
	{ 11, "E12345678", " ", IDENTITY_NO_COUNTRY, -1, 0 },
	{ 11, "E12345678", "CN", IDENTITY_BAD_COUNTRY, -1, 0 },
	{ 11, "E12345678", "CHNA", IDENTITY_BAD_COUNTRY, -1, 0 },
	{ 11, "E12345678", "C1N", IDENTITY_BAD_COUNTRY, -1, 0 },
	{ 11, "E12345678", "156", IDENTITY_BAD_COUNTRY, -1, 0 },
	{ 11, "E12345678", "中国人", IDENTITY_BAD_COUNTRY, -1, 0 },
	{ 11, "E12345678", "\xd6\xd0", IDENTITY_BAD_COUNTRY, -1, 0 },
	{ 11, "E123", "CHN", IDENTITY_LENGTH, -1, 0 },
	{ 11, "123456789012345678901", "CHN", IDENTITY_LENGTH, 20, 0 },
	{ 11, "E 1-2 3", "CHN", IDENTITY_LENGTH, -1, 0 },
	{ 11, "- -", "CHN", IDENTITY_FILLER, -1, 0 },
	{ 11, "E1234567中", "CHN", IDENTITY_CHARACTER, 8, 0 },
	{ 11, "E 1234567*", "CHN", IDENTITY_CHARACTER, 9, 0 },
	{ 11, "UNKNOWN", "CHN", IDENTITY_FILLER, -1, 0 },
	{ 11, "000000000", "CHN", IDENTITY_FILLER, -1, 0 },
	/* Organisations. */
	{ 12, "91350100M000100Y4", NULL, IDENTITY_LENGTH, -1, 18 },
	{ 12, "91350100M000100Y433", NULL, IDENTITY_LENGTH, 18, 18 },
	{ 12, "91350100M00O100Y43", NULL, IDENTITY_CHARACTER, 11, 0 },
	{ 12, "9I350100M000100Y43", NULL, IDENTITY_CHARACTER, 1, 0 },
	{ 12, "91350100S000100Y43", NULL, IDENTITY_CHARACTER, 8, 0 },
	{ 12, "91350100V000100Y43", NULL, IDENTITY_CHARACTER, 8, 0 },
	{ 12, "91350100Z000100Y43", NULL, IDENTITY_CHARACTER, 8, 0 },
	{ 12, "91A50100M000100Y43", NULL, IDENTITY_CHARACTER, 2, 0 },
	{ 12, "91350A00M000100Y43", NULL, IDENTITY_CHARACTER, 5, 0 },
	{ 12, "91350100中000100Y43", NULL, IDENTITY_CHARACTER, 8, 0 },
	{ 12, "000000000000000000", NULL, IDENTITY_FILLER, -1, 0 },
	/* Others. */
	{ 99, "A1234567", "", IDENTITY_NO_COUNTRY, -1, 0 },
	{ 99, "无", "CHN", IDENTITY_FILLER, -1, 0 },
	{ 99, "000000", "CHN", IDENTITY_FILLER, -1, 0 },
	{ 99, "A12", "CHN", IDENTITY_LENGTH, -1, 0 },
	{ 99, "证字第12号", "CHN", IDENTITY_LENGTH, -1, 0 },
	{ 99, "A123#", "CHN", IDENTITY_CHARACTER, 4, 0 },
	{ 99, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ1", "FRA",
	    IDENTITY_LENGTH, -1, 0 },
	{ 99, "()-", "CHN", IDENTITY_FILLER, -1, 0 },
	{ 4, "无", NULL, IDENTITY_FILLER, -1, 0 },
	{ 4, "A12", NULL, IDENTITY_LENGTH, -1, 0 },
	{ 4, "军1", NULL, IDENTITY_LENGTH, -1, 0 },
	{ 4, "军字第１２３４５#", NULL, IDENTITY_CHARACTER, 24, 0 },
};

Test(identity, refuses)
{
	static const struct identity none;

	for (size_t i = 0; i < N(bad); i++) {
		struct identity_error err;
		struct identity id;

		memset(&id, 0x5a, sizeof(id));
		cr_expect_eq(parse(&id, bad[i].type, bad[i].text,
		    bad[i].country, &err), -1, "row %zu", i);
		cr_expect_eq(err.fault, bad[i].fault, "row %zu: fault %d", i,
		    err.fault);
		cr_expect_eq(err.where, bad[i].where, "row %zu: where %d", i,
		    err.where);
		cr_expect_eq(err.expected, bad[i].expected,
		    "row %zu: expected %d", i, err.expected);
		cr_expect_eq(memcmp(&id, &none, sizeof(id)), 0, "row %zu", i);
	}
}

Test(identity, future_begins_tomorrow)
{
	struct identity_error err;
	struct identity id;
	const char *today = "11010520241201001X";
	const char *tomorrow = "110105202412020015";

	cr_expect_eq(parse(&id, 1, today, NULL, &err), 0);
	cr_expect_eq(id.birth, TODAY);
	cr_expect_eq(parse(&id, 1, tomorrow, NULL, &err), -1);
	cr_expect_eq(err.fault, IDENTITY_FUTURE);
	cr_expect_eq(err.where, 6);
	cr_expect_eq(identity_parse(&id, 1, tomorrow, 18, NULL, TODAY + 1,
	    &err), 0);
}

/*
 * The text need not end in a NUL, a NUL within it is a character, and nothing
 * is wanted of an absent text.
 */
Test(identity, length_is_the_callers)
{
	struct identity_error err;
	struct identity id;

	cr_expect_eq(identity_parse(&id, 1, "11010519491231002X99", 18, NULL,
	    TODAY, NULL), 0);
	cr_expect_eq(identity_parse(&id, 1, "1101051949\000231002X", 18, NULL,
	    TODAY, &err), -1);
	cr_expect_eq(err.fault, IDENTITY_CHARACTER);
	cr_expect_eq(err.where, 10);
	cr_expect_eq(identity_parse(&id, 1, NULL, 0, NULL, TODAY, &err), -1);
	cr_expect_eq(err.fault, IDENTITY_EMPTY);
	cr_expect_eq(identity_parse(&id, 1, "1", 1, NULL, TODAY, NULL), -1);
}

Test(identity, long_texts)
{
	struct identity_error err;
	struct identity id;
	char text[400];

	memset(text, ' ', sizeof(text));
	memcpy(text, "11010519491231002X", 18);
	cr_expect_eq(identity_parse(&id, 1, text, 256, NULL, TODAY, &err), 0);
	cr_expect_eq(identity_parse(&id, 1, text, 257, NULL, TODAY, &err), -1);
	cr_expect_eq(err.fault, IDENTITY_LENGTH);
	cr_expect_eq(err.where, 256);
	text[200] = '1';
	cr_expect_eq(identity_parse(&id, 1, text, 256, NULL, TODAY, &err), -1);
	cr_expect_eq(err.fault, IDENTITY_LENGTH);
	cr_expect_eq(err.where, 200);
}

/* Valid numbers with a check character, one that ends in X among them. */
static const struct {
	int type;
	const char *text;
} checked[] = {
	{ 1, "11010519491231002X" }, { 1, "440524188001010014" },
	{ 1, "110105200002290013" }, { 5, "810000199408230021" },
	{ 6, "830000199201300022" }, { 9, "931840199012310124" },
	{ 12, "91350100M000100Y43" }, { 12, "9144030071526726XG" },
	{ 12, "91110108551385082Q" },
};

/* A wrong character anywhere is noticed: MOD 11-2 and mod 31 find every one. */
Test(identity, any_changed_character_is_refused)
{
	const char *all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t i = 0; i < N(checked); i++)
		for (size_t at = 0; at < 18; at++)
			for (const char *c = all; *c != '\0'; c++) {
				char text[19];

				memcpy(text, checked[i].text, 19);
				if (text[at] == *c)
					continue;
				text[at] = *c;
				cr_assert_neq(fault_of(checked[i].type, text,
				    NULL), IDENTITY_VALID, "%s", text);
			}
}

/* So is a swap of two neighbours. */
Test(identity, swapped_neighbours_are_refused)
{

	for (size_t i = 0; i < N(checked); i++)
		for (size_t at = 0; at < 17; at++) {
			char text[19], c;

			memcpy(text, checked[i].text, 19);
			c = text[at];
			text[at] = text[at + 1];
			text[at + 1] = c;
			if (c == text[at])
				continue;
			cr_assert_neq(fault_of(checked[i].type, text, NULL),
			    IDENTITY_VALID, "%s", text);
		}
}

/* A lost or a doubled character is refused. */
Test(identity, lost_and_doubled_characters_are_refused)
{

	for (size_t i = 0; i < N(checked); i++)
		for (size_t at = 0; at < 18; at++) {
			char text[20];

			memcpy(text, checked[i].text, at);
			memcpy(text + at, checked[i].text + at + 1, 18 - at);
			cr_assert_eq(fault_of(checked[i].type, text, NULL),
			    IDENTITY_LENGTH, "%s", text);
			memcpy(text, checked[i].text, at + 1);
			memcpy(text + at + 1, checked[i].text + at, 19 - at);
			cr_assert_eq(fault_of(checked[i].type, text, NULL),
			    IDENTITY_LENGTH, "%s", text);
		}
}

Test(identity, check_characters)
{

	cr_expect_eq(identity_check_digit("11010519491231002"), 'X');
	cr_expect_eq(identity_check_digit("44052418800101001"), '4');
	cr_expect_eq(identity_check_digit("1101051949123100A"), '\0');
	cr_expect_eq(identity_check_digit("/1010519491231002"), '\0');
	cr_expect_eq(identity_org_check("91350100M000100Y4"), '3');
	cr_expect_eq(identity_org_check("9144030071526726X"), 'G');
	cr_expect_eq(identity_org_check("00000000000000000"), '0');
	cr_expect_eq(identity_org_check("91350100M000100I4"), '\0');
	cr_expect_eq(identity_org_check("91350100m000100Y4"), '\0');
}

/* Every check character occurs, and each is accepted where it was computed. */
Test(identity, every_check_character)
{
	char text[19] = "110105199001010010";
	unsigned seen = 0;

	for (int seq = 0; seq < 1000; seq++) {
		text[14] = (char)('0' + seq / 100);
		text[15] = (char)('0' + seq / 10 % 10);
		text[16] = (char)('0' + seq % 10);
		text[17] = identity_check_digit(text);
		seen |= 1U << (text[17] == 'X' ? 10 : text[17] - '0');
		cr_assert_eq(fault_of(1, text, NULL), IDENTITY_VALID);
	}
	cr_expect_eq(seen, 0x7ff);
}

/* Parse a document that must be valid and return its token bytes. */
static size_t
token(uint8_t out[IDENTITY_TOKEN_INPUT], int type, const char *text,
    const char *country)
{
	struct identity id;

	cr_assert_eq(parse(&id, type, text, country, NULL), 0, "%s", text);
	return (identity_token_input(&id, out));
}

/* Say whether two papers are one person's to a token. */
static int
same(int type_a, const char *a, const char *country_a, int type_b,
    const char *b, const char *country_b)
{
	uint8_t ta[IDENTITY_TOKEN_INPUT], tb[IDENTITY_TOKEN_INPUT];
	size_t na = token(ta, type_a, a, country_a);
	size_t nb = token(tb, type_b, b, country_b);

	return (na == nb && memcmp(ta, tb, na) == 0);
}

Test(identity, one_person_one_token)
{
	const char *id = "11010519491231002X";

	for (int type = 1; type <= 4; type++) {
		cr_expect(same(1, id, NULL, type, id, "CHN"));
		cr_expect(same(1, id, NULL, type, "110105491231002", NULL));
		cr_expect(same(1, id, NULL, type, "１１０１０５４９１２３１００２",
		    NULL));
	}
	cr_expect(same(7, "H12345678", NULL, 7, "h1234567804", NULL));
	cr_expect(same(8, "05616820", NULL, 8, "0561682003(D)", NULL));
	cr_expect(same(11, "E1234567", "CHN", 11, "e 123-4567", "chn"));
	cr_expect(same(4, "军字第12345号", NULL, 99, "军字第12345号", "CHN"));
}

Test(identity, different_people_different_tokens)
{

	cr_expect_not(same(7, "H12345678", NULL, 7, "M12345678", NULL));
	cr_expect_not(same(7, "H12345678", NULL, 99, "H12345678", "CHN"));
	cr_expect_not(same(11, "12345678", "CHN", 8, "12345678", NULL));
	cr_expect_not(same(11, "E1234567", "CHN", 11, "E1234567", "GBR"));
	cr_expect_not(same(11, "E1234567", "CHN", 99, "E1234567", "CHN"));
	cr_expect_not(same(10, "CAN110059012310", NULL, 11,
	    "CAN110059012310", "CAN"));
	cr_expect_not(same(1, "11010519491231002X", NULL, 1,
	    "440524188001010014", NULL));
}

Test(identity, token_bytes_are_fixed)
{
	uint8_t out[IDENTITY_TOKEN_INPUT];
	struct identity id = { 0 };

	cr_expect_eq(token(out, 3, "11010519491231002x", NULL), 19);
	cr_expect_arr_eq(out, "\00111010519491231002X", 19);
	cr_expect_eq(token(out, 11, "E1234567", "GBR"), 12);
	cr_expect_arr_eq(out, "\005GBRE1234567", 12);
	cr_expect_eq(token(out, 99, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHI1",
	    "FRA"), IDENTITY_TOKEN_INPUT);
	cr_expect_eq(token(out, 12, "91350100M000100Y43", NULL), 19);
	cr_expect_arr_eq(out, "\00791350100M000100Y43", 19);
	cr_expect_eq(identity_token_input(&id, out), 0);
}

Test(identity, wipe)
{
	static const struct identity none;
	struct identity id;

	cr_assert_eq(parse(&id, 1, "11010519491231002X", NULL, NULL), 0);
	identity_wipe(&id);
	cr_expect_eq(memcmp(&id, &none, sizeof(id)), 0);
}

/*
 * Each fault has its own sentence in both languages, short enough for a screen,
 * with no digit run that could be an id.
 */
Test(identity, fault_texts)
{

	for (int f = 0; f < IDENTITY_FAULTS; f++)
		for (int lang = 0; lang < 2; lang++) {
			const char *s = identity_fault_text(f, lang);

			cr_assert_not_null(s);
			cr_expect(strlen(s) > 10 && strlen(s) <= 200, "%d: %zu",
			    f, strlen(s));
			cr_expect_eq(((unsigned char)s[0] < 0x80), lang);
			cr_expect_eq(strchr(s, '%'), NULL);
			for (int g = 0; g < f; g++)
				cr_expect_str_neq(s,
				    identity_fault_text(g, lang));
		}
	cr_expect_not_null(identity_fault_text(-1, 0));
	cr_expect_not_null(identity_fault_text(IDENTITY_FAULTS, 1));
	cr_expect_str_neq(identity_fault_text(999, 0),
	    identity_fault_text(999, 1));
}

/* The table above meets every fault. */
Test(identity, every_fault_is_tested)
{
	unsigned seen = 1U << IDENTITY_VALID | 1U << IDENTITY_FUTURE;

	for (size_t i = 0; i < N(bad); i++)
		seen |= 1U << bad[i].fault;
	cr_expect_eq(seen, (1U << IDENTITY_FAULTS) - 1);
}

/*
 * What was accepted is accepted again in its normal form, with the same result.
 */
Test(identity, normal_form_is_stable)
{

	for (size_t i = 0; i < N(good); i++) {
		struct identity a, b;

		cr_assert_eq(parse(&a, good[i].type, good[i].text,
		    good[i].country, NULL), 0);
		cr_assert_eq(parse(&b, good[i].type, a.number, a.country,
		    NULL), 0, "row %zu", i);
		cr_expect_eq(memcmp(&a, &b, sizeof(a)), 0, "row %zu", i);
	}
}
