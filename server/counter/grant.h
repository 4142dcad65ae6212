#ifndef LIANGKA_GRANT_H_
#define LIANGKA_GRANT_H_

/*
 * Who may do what: (listener, peer uid) -> institutions and rights, as the
 * configuration says.  A grant is one [institution] or [operator] section.
 */

#include <stddef.h>
#include <stdint.h>

#define RIGHT_CHECK 0x1u    /* CHECK, REVIEW */
#define RIGHT_CONFIRM 0x2u  /* CONFIRM, CANCEL, RETIRE, VOID; RESOLVE at the */
			    /* counter */
#define RIGHT_REPORT 0x4u   /* REPORT */
#define RIGHT_REVIEW 0x8u   /* RESOLVE for the institution */
#define RIGHT_INTAKE 0x10u  /* INTAKE; may name any institution */
#define RIGHT_RELAY 0x20u   /* may name any institution */
#define RIGHT_ADMIN 0x40u   /* CLOCK */
#define RIGHT_DESK 0x80u    /* DECIDE: the centre's word on a held case; DESK */

struct grant {
	char id[32];		/* institution or operator */
	int any;		/* an operator: not bound to one institution */
	uint32_t rights;
	int32_t area;		/* of its outlets where none is named; 0 unknown */
};

/* One connection's authority: the grants its listener and uid give it. */
struct peer {
	uint32_t uid;
	size_t n;
	const struct grant *const *grants;
	const char *node;	/* the node below whose certificate it showed; NULL: */
				/* a program on this machine */
	int joined;		/* that node has said how far it is: JOIN */
};

/* The area of one outlet. */
struct outlet_area {
	char institution[32];
	char outlet[32];
	int32_t area;
};

/**
 * grant_right(name, len): Return the RIGHT_ bit of e.g. "confirm", 0 for an
 * unknown name.  grant_right_names() lists them for messages.
 */
uint32_t grant_right(const char *name, size_t len);
const char *grant_right_names(void);

/**
 * grant_for(p, institution, right): Return the grant by which p may use `right`
 * for this institution, or NULL.  right 0 asks for any.
 */
const struct grant *grant_for(const struct peer *p, const char *institution,
    uint32_t right);

/**
 * grant_only(p): Return the single institution of p, or NULL when it has several
 * or none of its own.
 */
const struct grant *grant_only(const struct peer *p);

/**
 * outlet_area_sort(list, n), outlet_area_find(list, n, institution, outlet): Sort
 * the list; look one outlet up in the sorted list: its area, else that of its
 * institution (an element whose outlet is ""), 0 when that is not there either.
 */
void outlet_area_sort(struct outlet_area *list, size_t n);
int32_t outlet_area_find(const struct outlet_area *list, size_t n,
    const char *institution, const char *outlet);

#endif /* !LIANGKA_GRANT_H_ */
