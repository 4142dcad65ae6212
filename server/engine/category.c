#include <string.h>

#include "category.h"

#define PERSON	1u
#define CARD	2u
#define PHONE	4u

static const struct {
	const char *name;
	const char *zh;
	const char *en;
	int severity;
	unsigned subjects;
} categories[CATEGORIES] = {
	{ "", "", "", 0, 0 },
	{ "convicted", "联合惩戒（判决）", "sanctioned after judgment", 9, PERSON },
	{ "found", "联合惩戒（认定）", "sanctioned after a finding", 8, PERSON },
	{ "investigation", "案件核查中", "under investigation", 6,
	    PERSON | CARD | PHONE },
	{ "stop_payment", "账户止付", "account under stop payment", 6,
	    PERSON | CARD },
	{ "frozen", "账户冻结", "account frozen", 7, PERSON | CARD },
	{ "lost_document", "证件挂失", "document reported lost", 3, PERSON },
	{ "victim", "身份冒用受害人", "victim of identity theft", 2, PERSON },
	{ "self_protection", "本人申请保护", "protection at own request", 2,
	    PERSON },
	{ "deceased", "已故", "deceased", 5, PERSON },
	{ "canary", "监测条目", "canary", 1, PERSON | CARD | PHONE },
	{ "involved", "涉案", "involved in a case", 7, CARD | PHONE },
};

static const struct {
	const char *name;
	const char *zh;
	const char *en;
} bases[BASES] = {
	{ "", "", "" },
	{ "joint2024", "《电信网络诈骗及其关联违法犯罪联合惩戒办法》",
	    "Joint Sanctions Measures of 2024" },
	{ "law31", "《反电信网络诈骗法》第三十一条",
	    "Anti-Telecom Fraud Law, Art. 31" },
	{ "notice2016", "2016年通知的认定", "finding under the notice of 2016" },
	{ "notice2019", "2019年通知的认定", "finding under the notice of 2019" },
	{ "court", "法院裁判", "court judgment or order" },
	{ "police", "公安机关决定", "decision of the police" },
	{ "request", "本人申请", "the citizen's own request" },
	{ "issuer", "发证机关通报", "told by the document's issuer" },
	{ "civil", "民政登记", "civil register" },
	{ "centre", "反诈中心", "the anti-fraud centre" },
};

/* The word for a category. */
const char *
category_name(int c)
{

	return (c > 0 && c < CATEGORIES ? categories[c].name : "");
}

/* The category of a word. */
int
category_find(const char *word, size_t len)
{
	int i;

	for (i = 1; i < CATEGORIES; i++)
		if (strlen(categories[i].name) == len &&
		    memcmp(categories[i].name, word, len) == 0)
			return (i);
	return (0);
}

/* The word for a legal basis. */
const char *
basis_name(int b)
{

	return (b > 0 && b < BASES ? bases[b].name : "");
}

/* The legal basis of a word. */
int
basis_find(const char *word, size_t len)
{
	int i;

	for (i = 1; i < BASES; i++)
		if (strlen(bases[i].name) == len &&
		    memcmp(bases[i].name, word, len) == 0)
			return (i);
	return (0);
}

/* A category for people. */
const char *
category_text(int c, int english)
{

	if (c <= 0 || c >= CATEGORIES)
		return ("");
	return (english ? categories[c].en : categories[c].zh);
}

/* A legal basis for people. */
const char *
basis_text(int b, int english)
{

	if (b <= 0 || b >= BASES)
		return ("");
	return (english ? bases[b].en : bases[b].zh);
}

/* How grave it is. */
int
category_severity(int c)
{

	return (c > 0 && c < CATEGORIES ? categories[c].severity : 0);
}

/* Must it not be told to whom it is about? */
int
category_secret(int c)
{

	switch (c) {
	case CATEGORY_NONE:
	case CATEGORY_CONVICTED:
	case CATEGORY_FOUND:
	case CATEGORY_LOST_DOCUMENT:
	case CATEGORY_VICTIM:
	case CATEGORY_SELF_PROTECTION:
	case CATEGORY_DECEASED:
	case CATEGORY_INVOLVED:
		return (0);
	default:
		return (1);
	}
}

/* What can be listed so. */
unsigned
category_subjects(int c)
{

	return (c > 0 && c < CATEGORIES ? categories[c].subjects : 0);
}
