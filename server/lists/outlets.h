#ifndef LIANGKA_OUTLETS_H_
#define LIANGKA_OUTLETS_H_

/*
 * The outlet register (a target, kind "outlets"): UTF-8 CSV with the header
 *
 *	institution,outlet,name,area,hours,contact,status,from,until,reason
 *
 * area: 6 digits; hours: "08:30-17:00" or empty; status: open, suspended or closed;
 * from, until: days of a suspension (YYYY-MM-DD, UTC+8, inclusive, until may be empty);
 * reason: why it is suspended.  One row for each (institution, outlet), sorted.
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

/**
 * outlets_read(name, text, len, err): Read a register; name stands in messages as
 * name:row:column.  Return it, for outlets_free(), or NULL.
 */
struct outlets *outlets_read(const char *name, const char *text, size_t len,
    char *err);
void outlets_free(struct outlets *o);

/**
 * outlets_count(o), outlets_at(o, i): all, sorted.  outlets_find(o, institution, outlet):
 * one, or NULL.  outlet_suspended(x, day): is it suspended on that day?
 */
size_t outlets_count(const struct outlets *o);
const struct outlet *outlets_at(const struct outlets *o, size_t i);
const struct outlet *outlets_find(const struct outlets *o,
    const char *institution, const char *outlet);
int outlet_suspended(const struct outlet *x, int32_t day);

#endif /* !LIANGKA_OUTLETS_H_ */
