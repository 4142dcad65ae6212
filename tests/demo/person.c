#include <stdio.h>
#include <string.h>

#include "civil.h"
#include "person.h"
#include "plugin.h"

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "黄",
    "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗",
    "郑", "梁", "谢", "宋", "唐", "许", "韩", "邓", "冯", "曹", "彭", "曾", "肖",
    "田", "董", "潘", "袁", "蔡", "蒋", "余", "于", "杜", "叶", "程", "魏", "苏",
    "吕", "丁", "任", "卢", "姚", "沈", "钟", "姜", "崔", "谭", "陆", "范", "汪",
    "廖", "欧阳", "诸葛", "司马"};
static const char *const given[] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊",
    "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "兰", "霞", "平", "刚",
    "桂", "英", "华", "玉", "建", "国", "文", "秀", "珍", "云", "海", "燕", "鹏",
    "宇", "浩", "子", "轩", "雨", "欣", "怡", "晨", "梓", "涵", "思", "嘉", "志",
    "春", "梅", "红", "波", "辉", "斌", "凤", "龙", "雪", "佳", "琪", "翔", "博"};
static const char *const streets[] = {"人民路", "解放路", "建设路", "和平路", "中山路",
    "新华路", "文化路", "幸福路", "团结路", "光明路", "学院路", "工业路", "滨河路",
    "环城东路", "环城西路", "迎宾大道", "育才路", "胜利街", "东风街", "友谊街"};

#define PICK(r, table) \
	((table)[prng_below(r, sizeof(table) / sizeof((table)[0]))])

/* Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 of GB 11643-1999. */
char
person_check_digit(const char *first17)
{
	static const int weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10,
	    5, 8, 4, 2};
	int sum = 0;

	for (int i = 0; i < 17; i++)
		sum += (first17[i] - '0') * weight[i];
	return ("10X98765432"[sum % 11]);
}

/* Area, birth date, sequence, check digit. */
static void
number_make(char out[40], struct prng *r, int32_t area, int64_t birth)
{
	int y, m, d;

	civil_date(birth, &y, &m, &d);
	snprintf(out, 40, "%06d%04d%02d%02d%03d", (int)area % 1000000,
	    y % 10000, m % 100, d % 100, prng_between(r, 1, 995));
	out[17] = person_check_digit(out);
	out[18] = '\0';
}

/* A birth such that the age in years is reached on the day. */
static int64_t
birth_of(struct prng *r, int64_t day, int age)
{

	return (day - (int64_t)age * 1461 / 4 - prng_between(r, 2, 360));
}

/* Eight digits behind a prefix that was never given out. */
void
person_phone(char out[24], struct prng *r)
{

	snprintf(out, 24, "100%08u", prng_below(r, 100000000));
}

/* City and county, a street that every city has, a door. */
void
person_address(char *out, size_t size, struct prng *r, const struct area *area)
{
	const char *street = PICK(r, streets);
	int house = prng_between(r, 1, 399), unit = prng_between(r, 1, 6);
	int door = prng_between(r, 1, 18) * 100 + prng_between(r, 1, 4);

	snprintf(out, size, "%s%.*s%s%d号%d单元%d室", area->city,
	    area->name_len, area->name, street, house, unit, door);
}

/* Draw a county of the wanted kind; abolished ones only for the older. */
static const struct area *
pick_area(struct prng *r, const struct areas *t, int local, int age)
{
	for (;;) {
		const struct area *a = &t->a[prng_below(r, (unsigned)t->count)];
		if ((a->code / 100 == TOWN_PREFECTURE) != local ||
		    (a->historical && age < 30))
			continue;
		return (a);
	}
}

/* One or two characters after the surname. */
static void
name_make(char *out, size_t size, struct prng *r)
{
	const char *family = PICK(r, surnames), *first = PICK(r, given);
	const char *second = prng_chance(r, 700) ? PICK(r, given) : "";

	snprintf(out, size, "%s%s%s", family, first, second);
}

/* Everything but what they hold. */
void
person_make(struct person *p, struct prng *r, const struct areas *areas,
    int64_t day, int age_lo, int age_hi, enum person_origin origin)
{
	memset(p, 0, sizeof(*p));
	p->id_type = LK_ID_RESIDENT;
	p->age = prng_between(r, age_lo, age_hi);
	p->local = origin == PERSON_LOCAL ||
	    (origin == PERSON_MIXED && prng_chance(r, 700));
	const struct area *a = pick_area(r, areas, p->local, p->age);
	number_make(p->id_no, r, a->code, birth_of(r, day, p->age));
	name_make(p->name, sizeof(p->name), r);
	person_phone(p->phone, r);
	/* Who came from elsewhere lives here by now. */
	const struct area *home = pick_area(r, areas, 1, 0);
	person_address(p->address, sizeof(p->address), r, home);
}

/* A name in capitals, as it stands on a passport. */
static void
name_foreign(char *out, size_t size, struct prng *r)
{
	static const char *const family[] = {"DOE", "NGUYEN", "KIM", "GARCIA",
	    "SILVA", "MULLER", "IVANOVA", "OKAFOR", "SATO", "SMITH"};
	static const char *const first[] = {"ANNA", "JOHN", "MINH", "LUIS",
	    "SARA", "PAUL", "YUKI", "ADA", "MAX", "LENA"};

	const char *f = PICK(r, family);
	snprintf(out, size, "%s %s", f, PICK(r, first));
}

/* Numbers in the form of each document. */
void
person_document(struct person *p, struct prng *r, int64_t day, int32_t id_type)
{
	static const char *const countries[] = {"VNM", "KOR", "ESP", "BRA",
	    "DEU", "RUS", "NGA", "JPN", "GBR", "THA"};
	int64_t birth = birth_of(r, day, p->age);
	unsigned n = prng_below(r, 90000000) + 10000000;

	p->id_type = id_type;
	p->local = 0;
	switch (id_type) {
	case LK_ID_PASSPORT:
		snprintf(p->country, sizeof(p->country), "%s",
		    PICK(r, countries));
		snprintf(p->id_no, sizeof(p->id_no), "%c%u",
		    (char)('A' + prng_below(r, 26)), n);
		break;
	case LK_ID_PERMANENT:
		number_make(p->id_no, r, 933000 + prng_between(r, 1, 899),
		    birth);
		break;
	case LK_ID_PERMANENT_OLD:
		snprintf(p->id_no, sizeof(p->id_no), "%s%04u%08u",
		    PICK(r, countries), prng_below(r, 9000) + 1000, n);
		break;
	case LK_ID_HM_RESIDENCE:
		number_make(p->id_no, r, prng_chance(r, 700) ? 810000 : 820000,
		    birth);
		return;
	case LK_ID_TW_RESIDENCE:
		number_make(p->id_no, r, 830000, birth);
		return;
	case LK_ID_HM_TRAVEL:
		snprintf(p->id_no, sizeof(p->id_no), "%c%u",
		    prng_chance(r, 700) ? 'H' : 'M', n);
		return;
	default:
		snprintf(p->id_no, sizeof(p->id_no), "%u", n);
		return;
	}
	name_foreign(p->name, sizeof(p->name), r);
}

/* Without the century and the check digit. */
void
person_short(char out[40], const char *id_no)
{

	snprintf(out, 40, "%.6s%.9s", id_no, id_no + 8);
}

/* Weights 3^i mod 31 over the alphabet without I O S V Z. */
void
person_company(char out[40], struct prng *r)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	int sum = 0, weight = 1;

	snprintf(out, 40, "91330100MA%07u",
	    prng_below(r, 9000000) + 1000000);
	for (int i = 0; i < 17; i++) {
		sum += (int)(strchr(alphabet, out[i]) - alphabet) * weight;
		weight = weight * 3 % 31;
	}
	out[17] = alphabet[(31 - sum % 31) % 31];
	out[18] = '\0';
}

/* Only citizen numbers have two forms here. */
void
person_key(char out[48], int32_t id_type, const char *id_no)
{
	int citizen = id_type >= LK_ID_RESIDENT && id_type <= LK_ID_HOUSEHOLD;

	if (citizen && strlen(id_no) == 15 &&
	    strspn(id_no, "0123456789") == 15) {
		snprintf(out, 48, "%.6s19%.9s", id_no, id_no + 6);
		out[17] = person_check_digit(out);
		out[18] = '\0';
		return;
	}
	snprintf(out, 48, "%s", id_no);
}
