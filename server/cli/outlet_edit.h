#ifndef LIANGKA_OUTLET_EDIT_H_
#define LIANGKA_OUTLET_EDIT_H_

/*
 * The outlet register of a centre, as the "outlet" commands read and change it.
 */

#include "lists/outlets.h"

#include "registers.h"

/* The register, and the rows that it will have. */
struct outlet_edit {
	struct centre centre;
	const char *path;	/* for messages */
	struct outlets *now;	/* NULL: there is none yet */
	struct outlet *row;	/* of it, in order, to be changed */
	size_t n;
};

/**
 * outlet_edit_open(t, by, write, must, e): Open the centre and read its register, which
 * must be there if `must` is not 0.  Return ARGS_GO, or an exit code after saying what is
 * wrong.  outlet_edit_close(e): free all.
 */
int outlet_edit_open(const struct tool *t, const struct registers_by *by,
    int write, int must, struct outlet_edit *e);
void outlet_edit_close(struct outlet_edit *e);

/**
 * outlet_edit_row(t, e, name): The row of INSTITUTION.OUTLET; NULL after saying that
 * there is none.
 */
struct outlet *outlet_edit_row(const struct tool *t,
    const struct outlet_edit *e, const char *name);

/**
 * outlet_edit_save(t, e, by, row, n, what, why): Put these n rows in the place of the
 * register.  Return ARGS_GO or an exit code.
 */
int outlet_edit_save(const struct tool *t, struct outlet_edit *e,
    const struct registers_by *by, const struct outlet *row, size_t n,
    const char *what, const char *why);

/**
 * outlet_edit_status(t, x): What people read of its state today.
 * outlet_edit_publish(t): Say that it takes effect when it is published.
 */
const char *outlet_edit_status(const struct tool *t, const struct outlet *x);
void outlet_edit_publish(const struct tool *t);

#endif /* !LIANGKA_OUTLET_EDIT_H_ */
