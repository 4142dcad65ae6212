#include <stdio.h>
#include <string.h>

#include "engine/normal.h"
#include "plugin.h"

#include "screen_impl.h"

#define HEADING_MAX 120	/* bytes of a heading that can be one */

struct spelling {
	const char *text;	/* as normal_card() makes it, without _ . / and brackets */
	int code;
};

static const struct spelling headings[] = {
	{ "ID", SCREEN_C_NUMBER }, { "IDNO", SCREEN_C_NUMBER },
	{ "IDNUMBER", SCREEN_C_NUMBER }, { "IDCARD", SCREEN_C_NUMBER },
	{ "IDCARDNO", SCREEN_C_NUMBER }, { "CERTNO", SCREEN_C_NUMBER },
	{ "CERTIFICATENO", SCREEN_C_NUMBER }, { "DOCUMENTNO", SCREEN_C_NUMBER },
	{ "身份证", SCREEN_C_NUMBER }, { "身份证号", SCREEN_C_NUMBER },
	{ "身份证号码", SCREEN_C_NUMBER }, { "证件号", SCREEN_C_NUMBER },
	{ "证件号码", SCREEN_C_NUMBER }, { "证件编号", SCREEN_C_NUMBER },
	{ "公民身份号码", SCREEN_C_NUMBER }, { "客户证件号码", SCREEN_C_NUMBER },
	{ "开户证件号码", SCREEN_C_NUMBER },
	{ "IDTYPE", SCREEN_C_TYPE }, { "CERTTYPE", SCREEN_C_TYPE },
	{ "DOCUMENTTYPE", SCREEN_C_TYPE }, { "证件类型", SCREEN_C_TYPE },
	{ "证件种类", SCREEN_C_TYPE }, { "证件类别", SCREEN_C_TYPE },
	{ "客户证件类型", SCREEN_C_TYPE }, { "开户证件类型", SCREEN_C_TYPE },
	{ "COUNTRY", SCREEN_C_COUNTRY }, { "IDCOUNTRY", SCREEN_C_COUNTRY },
	{ "NATIONALITY", SCREEN_C_COUNTRY }, { "国籍", SCREEN_C_COUNTRY },
	{ "国家", SCREEN_C_COUNTRY }, { "签发国", SCREEN_C_COUNTRY },
	{ "国家地区", SCREEN_C_COUNTRY },
	{ "PHONE", SCREEN_C_PHONE }, { "PHONENO", SCREEN_C_PHONE },
	{ "PHONENUMBER", SCREEN_C_PHONE }, { "MOBILE", SCREEN_C_PHONE },
	{ "MOBILENO", SCREEN_C_PHONE }, { "TEL", SCREEN_C_PHONE },
	{ "TELEPHONE", SCREEN_C_PHONE }, { "CONTACTPHONE", SCREEN_C_PHONE },
	{ "手机", SCREEN_C_PHONE }, { "手机号", SCREEN_C_PHONE },
	{ "手机号码", SCREEN_C_PHONE }, { "电话", SCREEN_C_PHONE },
	{ "电话号码", SCREEN_C_PHONE }, { "联系电话", SCREEN_C_PHONE },
	{ "联系方式", SCREEN_C_PHONE }, { "联系手机", SCREEN_C_PHONE },
	{ "预留手机号", SCREEN_C_PHONE }, { "预留电话", SCREEN_C_PHONE },
	{ "CARD", SCREEN_C_CARD }, { "CARDNO", SCREEN_C_CARD },
	{ "CARDNUMBER", SCREEN_C_CARD }, { "CARDREF", SCREEN_C_CARD },
	{ "ACCOUNT", SCREEN_C_CARD }, { "ACCOUNTNO", SCREEN_C_CARD },
	{ "ACCOUNTNUMBER", SCREEN_C_CARD }, { "ACCTNO", SCREEN_C_CARD },
	{ "卡号", SCREEN_C_CARD }, { "银行卡号", SCREEN_C_CARD },
	{ "账号", SCREEN_C_CARD }, { "帐号", SCREEN_C_CARD },
	{ "账户号", SCREEN_C_CARD }, { "银行账号", SCREEN_C_CARD },
	{ "卡号账号", SCREEN_C_CARD },
	{ "INSTITUTION", SCREEN_C_INSTITUTION }, { "INST", SCREEN_C_INSTITUTION },
	{ "BANK", SCREEN_C_INSTITUTION }, { "BANKCODE", SCREEN_C_INSTITUTION },
	{ "OPERATOR", SCREEN_C_INSTITUTION }, { "机构", SCREEN_C_INSTITUTION },
	{ "机构代码", SCREEN_C_INSTITUTION }, { "机构编号", SCREEN_C_INSTITUTION },
	{ "开户机构", SCREEN_C_INSTITUTION }, { "运营商", SCREEN_C_INSTITUTION },
	{ "PRODUCT", SCREEN_C_PRODUCT }, { "ACCOUNTTYPE", SCREEN_C_PRODUCT },
	{ "产品", SCREEN_C_PRODUCT }, { "产品类型", SCREEN_C_PRODUCT },
	{ "账户类型", SCREEN_C_PRODUCT }, { "账户类别", SCREEN_C_PRODUCT },
	{ "账户种类", SCREEN_C_PRODUCT }, { "卡种", SCREEN_C_PRODUCT },
	{ "业务类型", SCREEN_C_PRODUCT },
	{ "OPENED", SCREEN_C_OPENED }, { "OPENDATE", SCREEN_C_OPENED },
	{ "OPENEDAT", SCREEN_C_OPENED }, { "OPENINGDATE", SCREEN_C_OPENED },
	{ "开户日期", SCREEN_C_OPENED }, { "开户时间", SCREEN_C_OPENED },
	{ "开户日", SCREEN_C_OPENED }, { "开卡日期", SCREEN_C_OPENED },
	{ "开卡时间", SCREEN_C_OPENED }, { "入网日期", SCREEN_C_OPENED },
	{ "入网时间", SCREEN_C_OPENED }, { NULL, 0 }
};

static const struct spelling products[] = {
	{ "BANK1", LK_PRODUCT_BANK1 }, { "BANK2", LK_PRODUCT_BANK2 },
	{ "BANK3", LK_PRODUCT_BANK3 }, { "CREDIT", LK_PRODUCT_CREDIT },
	{ "SOCIAL", LK_PRODUCT_SOCIAL }, { "PAYMENT", LK_PRODUCT_PAYMENT },
	{ "ECNY", LK_PRODUCT_ECNY }, { "SIM", LK_PRODUCT_SIM },
	{ "SIM2", LK_PRODUCT_SIM2 }, { "IOT", LK_PRODUCT_IOT },
	{ "FIXED", LK_PRODUCT_FIXED }, { "CORPORATE", LK_PRODUCT_CORPORATE },
	{ "1", LK_PRODUCT_BANK1 }, { "2", LK_PRODUCT_BANK2 },
	{ "3", LK_PRODUCT_BANK3 }, { "4", LK_PRODUCT_CREDIT },
	{ "5", LK_PRODUCT_SOCIAL }, { "6", LK_PRODUCT_PAYMENT },
	{ "7", LK_PRODUCT_ECNY }, { "20", LK_PRODUCT_SIM },
	{ "21", LK_PRODUCT_SIM2 }, { "22", LK_PRODUCT_IOT },
	{ "23", LK_PRODUCT_FIXED }, { "40", LK_PRODUCT_CORPORATE },
	{ "I类", LK_PRODUCT_BANK1 }, { "II类", LK_PRODUCT_BANK2 },
	{ "III类", LK_PRODUCT_BANK3 }, { "I类户", LK_PRODUCT_BANK1 },
	{ "II类户", LK_PRODUCT_BANK2 }, { "III类户", LK_PRODUCT_BANK3 },
	{ "Ⅰ类", LK_PRODUCT_BANK1 }, { "Ⅱ类", LK_PRODUCT_BANK2 },
	{ "Ⅲ类", LK_PRODUCT_BANK3 }, { "Ⅰ类户", LK_PRODUCT_BANK1 },
	{ "Ⅱ类户", LK_PRODUCT_BANK2 }, { "Ⅲ类户", LK_PRODUCT_BANK3 },
	{ "Ⅰ类账户", LK_PRODUCT_BANK1 }, { "Ⅱ类账户", LK_PRODUCT_BANK2 },
	{ "Ⅲ类账户", LK_PRODUCT_BANK3 }, { "一类户", LK_PRODUCT_BANK1 },
	{ "二类户", LK_PRODUCT_BANK2 }, { "三类户", LK_PRODUCT_BANK3 },
	{ "一类", LK_PRODUCT_BANK1 }, { "二类", LK_PRODUCT_BANK2 },
	{ "三类", LK_PRODUCT_BANK3 }, { "借记卡", LK_PRODUCT_BANK1 },
	{ "信用卡", LK_PRODUCT_CREDIT }, { "贷记卡", LK_PRODUCT_CREDIT },
	{ "社保卡", LK_PRODUCT_SOCIAL }, { "社会保障卡", LK_PRODUCT_SOCIAL },
	{ "支付账户", LK_PRODUCT_PAYMENT }, { "数字人民币", LK_PRODUCT_ECNY },
	{ "数字人民币钱包", LK_PRODUCT_ECNY }, { "电话卡", LK_PRODUCT_SIM },
	{ "手机卡", LK_PRODUCT_SIM }, { "SIM卡", LK_PRODUCT_SIM },
	{ "副卡", LK_PRODUCT_SIM2 }, { "物联网卡", LK_PRODUCT_IOT },
	{ "固话", LK_PRODUCT_FIXED }, { "固定电话", LK_PRODUCT_FIXED },
	{ "对公账户", LK_PRODUCT_CORPORATE }, { "单位账户", LK_PRODUCT_CORPORATE },
	{ "对公", LK_PRODUCT_CORPORATE }, { NULL, 0 }
};

/* The form in which words are compared. */
static size_t
fold(const char *text, size_t len, char form[NORMAL_MAX])
{
	size_t n, i, k = 0;

	n = normal_card(text, len, form);
	for (i = 0; i < n; i++)
		if (strchr("_./()\"'*:", form[i]) == NULL)
			form[k++] = form[i];
	return (k);
}

/* The code of a word, or 0. */
static int
find(const struct spelling *s, const char *text, size_t len)
{
	char form[NORMAL_MAX];
	size_t n;

	if (len == 0 || len > HEADING_MAX)
		return (0);
	n = fold(text, len, form);
	for (; s->text != NULL; s++)
		if (strlen(s->text) == n && memcmp(s->text, form, n) == 0)
			return (s->code);
	return (0);
}

/* The product of a word. */
int
screen_product(const char *text, size_t len)
{

	return (find(products, text, len));
}

/* Note a heading that is not known. */
static void
ignore(struct screen_totals *t, const struct csvfile_cell *c)
{
	size_t n = strlen(t->ignored), digits = 0, i;

	for (i = 0; i < c->len; i++)
		digits += c->text[i] >= '0' && c->text[i] <= '9';
	if (c->len > 0 && digits <= 6 && n + c->len + 3 < sizeof(t->ignored))
		(void)snprintf(&t->ignored[n], sizeof(t->ignored) - n, "%s%s",
		    n > 0 ? ", " : "", c->text);
}

/* Is this the column to copy? */
static int
is_copy(const struct screen_options *o, const struct csvfile_cell *c)
{

	return (o->copy != NULL && strlen(o->copy) == c->len &&
	    memcmp(o->copy, c->text, c->len) == 0);
}

/* Note that column i is of this kind. */
static int
place(struct screen_run *run, int kind, size_t i, const char *text)
{
	size_t *at = &run->columns.at[kind];

	if (*at != SIZE_MAX)
		return (screen_fail(run, SCREEN_USELESS, run->o->english ?
		    "%s: columns %zu and %zu are headed alike (%.60s): remove "
		    "one or rename it" :
		    "%s：第 %zu 列与第 %zu 列含义相同（%.60s），请删去一列或改名",
		    run->o->name, *at + 1, i + 1, text));
	*at = i;
	run->columns.kind[i] = (uint8_t)kind;
	if (i + 1 > run->columns.n)
		run->columns.n = i + 1;
	return (0);
}

/* Does the first row hold a number as accounts have them?  Then it is no heading. */
static int
holds_number(const struct csvfile_row *row)
{
	size_t i, k, digits;

	for (i = 0; i < row->n; i++) {
		for (k = digits = 0; k < row->cell[i].len; k++)
			digits += row->cell[i].text[k] >= '0' &&
			    row->cell[i].text[k] <= '9';
		if (digits >= 11)
			return (1);
	}
	return (0);
}

/* Find the columns by the first row. */
int
screen_columns_read(struct screen_run *run, const struct csvfile_row *row)
{
	struct screen_columns *c = &run->columns;
	size_t i;
	int kind;

	memset(c, 0, sizeof(*c));
	memset(c->at, 0xff, sizeof(c->at));
	c->copy = SIZE_MAX;
	if (holds_number(row))
		return (screen_fail(run, SCREEN_USELESS, run->o->english ?
		    "%s: the first row is an account: put a row above it that "
		    "names the columns (id_no, card ...)" :
		    "%s：首行是账户数据：请在其上加一行列名，如 证件号码、卡号",
		    run->o->name));
	for (i = 0; i < row->n; i++) {
		kind = find(headings, row->cell[i].text, row->cell[i].len);
		if (kind != SCREEN_C_NONE) {
			if (place(run, kind, i, row->cell[i].text) != 0)
				return (-1);
		} else if (!is_copy(run->o, &row->cell[i]))
			ignore(run->t, &row->cell[i]);
		if (is_copy(run->o, &row->cell[i]) && c->copy == SIZE_MAX) {
			c->copy = i;
			if (i + 1 > c->n)
				c->n = i + 1;
		}
	}
	if (c->at[SCREEN_C_NUMBER] == SIZE_MAX)
		return (screen_fail(run, SCREEN_USELESS, run->o->english ?
		    "%s: no column is headed as the number of a document "
		    "(id_no, 证件号码, 身份证号 ...): the first row must name the "
		    "columns" :
		    "%s：没有证件号码列：首行须为列名，如 证件号码、身份证号 或 id_no",
		    run->o->name));
	if (run->o->copy != NULL && c->copy == SIZE_MAX)
		return (screen_fail(run, SCREEN_USELESS, run->o->english ?
		    "%s: there is no column headed %.60s to copy" :
		    "%s：没有名为 %.60s 的列可供抄录", run->o->name,
		    run->o->copy));
	return (0);
}
