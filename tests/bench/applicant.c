#include <string.h>
#include <time.h>

#include "applicant.h"

#define DAYS 18000u		/* of births */
#define BORN -5478		/* the first: 1955-01-02, days from 1970 */

/* Counties of several provinces (GB/T 2260), one of them abolished. */
static const char areas[16][7] = {"330102", "330106", "330127", "330203",
    "330302", "320102", "310104", "340102", "350102", "360103", "410102",
    "420106", "430102", "440305", "510104", "610113"};
static const char surnames[16][4] = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵",
    "吴", "周", "徐", "孙", "马", "朱", "胡", "郭"};
static const char given[16][4] = {"伟", "芳", "娜", "敏", "静", "丽", "强", "磊",
    "军", "洋", "勇", "艳", "杰", "娟", "涛", "明"};
static const char address[] = "浙江省杭州市上城区解放路000号00单元0000室";

/* Write decimal digits. */
void
applicant_digits(char *p, unsigned width, uint64_t v)
{

	while (width-- > 0) {
		p[width] = (char)('0' + v % 10);
		v /= 10;
	}
}

/* All dates of birth, reckoned once. */
static const char *
birth(unsigned day)
{
	static char table[DAYS][8];
	struct tm tm;
	time_t t;
	unsigned i;

	if (table[0][0] == '\0')
		for (i = 0; i < DAYS; i++) {
			t = (time_t)(BORN + (int)i) * 86400;
			gmtime_r(&t, &tm);
			applicant_digits(table[i], 4,
			    (uint64_t)tm.tm_year + 1900);
			applicant_digits(table[i] + 4, 2,
			    (uint64_t)tm.tm_mon + 1);
			applicant_digits(table[i] + 6, 2,
			    (uint64_t)tm.tm_mday);
		}
	return (table[day]);
}

/* The check digit of GB 11643: ISO 7064 MOD 11-2. */
static char
check_digit(const char *first17)
{
	static const int weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10,
	    5, 8, 4, 2};
	int i, sum = 0;

	for (i = 0; i < 17; i++)
		sum += (first17[i] - '0') * weight[i];
	return ("10X98765432"[sum % 11]);
}

/* Write down a person. */
void
applicant_make(struct applicant *a, uint32_t n)
{
	uint64_t h = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	h ^= h >> 29;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	h ^= h >> 32;
	memcpy(a->id_no, areas[n % 16], 6);
	memcpy(a->id_no + 6, birth(n / 16 % DAYS), 8);
	applicant_digits(a->id_no + 14, 3, n / 16 / DAYS + 1);
	a->id_no[17] = check_digit(a->id_no);
	memcpy(a->name, surnames[h & 15], 3);
	memcpy(a->name + 3, given[h >> 4 & 15], 3);
	memcpy(a->name + 6, given[h >> 8 & 15], 3);
	memcpy(a->phone, "100", 3);
	applicant_digits(a->phone + 3, 8, h >> 12);
	memcpy(a->address, address, sizeof(a->address));
	_Static_assert(sizeof(address) == APPLICANT_ADDRESS + 1, "its length");
	applicant_digits(a->address + 36, 3, h >> 16 & 511);
	applicant_digits(a->address + 42, 2, 1 + (h >> 25 & 7));
	applicant_digits(a->address + 50, 4, 101 + (h >> 28 & 1023));
}
