#ifndef LIANGKA_OUTLETS_H_
#define LIANGKA_OUTLETS_H_

/*
 * The outlet register (a target, kind "outlets"): UTF-8 CSV (RFC 4180, a row is a line)
 * with the header
 *
 *	institution,outlet,name,area,hours,contact,status,from,until,reason
 *
 * institution, outlet: 1 to 31 bytes, as hosts send them; an institution has no '.',
 * so that INSTITUTION.OUTLET has one meaning; area: 6 digits; hours: "08:30-17:00" or
 * empty; status: open, suspended or closed; from, until: days of a suspension
 * (YYYY-MM-DD, UTC+8, inclusive, until may be empty); reason: why it is suspended.  Only
 * a suspended outlet has these three.  One row for each (institution, outlet), ascending
 * by their bytes.
 *
 * Threads: any; what was read never changes.
 */

#include <stddef.h>
#include <stdint.h>

struct outlets;

enum outlet_status { OUTLET_OPEN, OUTLET_SUSPENDED, OUTLET_CLOSED };

struct outlet {
	const char *institution;
	const char *outlet;
	const char *name;
	const char *hours;
	const char *contact;
	const char *reason;
	int32_t area;
	int32_t from, until;	/* days since 1970, UTC+8; 0: none */
	int status;
};

#define OUTLETS_ERROR_MAX 512
#define OUTLETS_MAX_TEXT (64u << 20)

/* Longest texts, in bytes without the NUL. */
#define OUTLET_ID_MAX	31
#define OUTLET_NAME_MAX	120
#define OUTLET_CONTACT_MAX 64
#define OUTLET_REASON_MAX 200

/**
 * outlets_read(name, text, len, err): Read a register; name stands in messages as
 * name:row:column, counted from 1.  Return it, for outlets_free(), or NULL with one
 * sentence in err (OUTLETS_ERROR_MAX bytes).  It keeps no pointer to text.
 */
struct outlets *outlets_read(const char *name, const char *text, size_t len,
    char *err);
void outlets_free(struct outlets *o);

/**
 * outlets_count(o), outlets_at(o, i): all, sorted.  outlets_find(o, institution, outlet):
 * one, or NULL; neither allocates nor locks.  outlet_suspended(x, day): is it suspended on
 * that day (days since 1970, UTC+8)?  outlet_status_name(status): "open", ...
 */
size_t outlets_count(const struct outlets *o);
const struct outlet *outlets_at(const struct outlets *o, size_t i);
const struct outlet *outlets_find(const struct outlets *o,
    const char *institution, const char *outlet);
int outlet_suspended(const struct outlet *x, int32_t day);
const char *outlet_status_name(int status);

/**
 * outlets_split(name, institution, outlet): Take INSTITUTION.OUTLET apart, at the first
 * '.'.  Return 0, or -1 when it is no such name; both hold OUTLET_ID_MAX + 1 bytes.
 */
int outlets_split(const char *name, char *institution, char *outlet);

/**
 * outlets_print(v, n, len): Return the text of a register of these n rows, which need not
 * be sorted, for free(); NULL when out of memory.
 */
char *outlets_print(const struct outlet *v, size_t n, size_t *len);

/* Bad rows of an import. */
struct outlets_sink {
	/* text: name:row:column: what is wrong, below OUTLETS_ERROR_MAX bytes */
	void (*bad)(void *arg, const char *text);
	void *arg;
	int english;	/* language of what is said, in err too */
};

/**
 * outlets_import(name, text, len, sink, err): Read a register as people send it: any
 * encoding, separator and spreadsheet that csvfile.h knows; columns in any order, headed
 * in English or Chinese (机构 网点 名称 区划 营业时间 联系方式 状态 停业起 停业止 原因), of which
 * those but the first four may be missing; rows in any order; status in Chinese too, or
 * empty for open; days as 2026/1/2 too.  Return the register; or NULL, with the number of
 * bad rows or what else is wrong in err: a register is taken whole or not at all, since an
 * outlet left out is one that nobody knows.
 */
struct outlets *outlets_import(const char *name, const char *text, size_t len,
    const struct outlets_sink *sink, char *err);

#endif /* !LIANGKA_OUTLETS_H_ */
