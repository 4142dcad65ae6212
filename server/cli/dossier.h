#ifndef LIANGKA_DOSSIER_H_
#define LIANGKA_DOSSIER_H_

/*
 * All papers on one decision: a page for people, and beside it, in an archive, what a
 * stranger needs to check it with tools of his own.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "audit/casefile.h"
#include "audit/explain.h"
#include "audit/prove.h"

#include "refid.h"

struct tool;

#define DOSSIER_PARTS_MAX 4096	/* files of one archive */

/* One file of the archive. */
struct dossier_part {
	char name[80];
	char *data;		/* for free() */
	size_t len;
};

struct dossier {
	const struct tool *t;
	const struct casefile *c;
	struct explain x;
	int explained;		/* x is there: the policy was */
	struct prove prove;
	int proved;		/* prove is there */
	char vkey[8193];	/* of the log, as it lies beside it; "" unknown */
	char id[80];		/* decision id, "" where the node is unknown */
	char ref[REFID_MAX];
	struct dossier_part *part;
	size_t n;
	int failed;		/* out of memory */
};

/**
 * dossier_make(d, t, p, c, err): Make all papers on the case c, which must outlive d.
 * Return 0, or -1 with a sentence in err (PACKAGE_ERROR_MAX bytes): the log
 * contradicts itself, or memory ran out.  dossier_free(d): free the papers.
 */
int dossier_make(struct dossier *d, const struct tool *t, struct package *p,
    const struct casefile *c, char *err);
void dossier_free(struct dossier *d);

/**
 * dossier_page(d): Return the page among the papers.  dossier_tar(d, f): write the
 * archive of all of them; return 0 or -1.
 */
const struct dossier_part *dossier_page(const struct dossier *d);
int dossier_tar(const struct dossier *d, FILE *f);

/**
 * dossier_html(d, f): Write the page (dossier_html.c).  dossier_rule(d, rule, len):
 * the text of a rule in the policy file, comments before it left out; NULL when it
 * is not found.  dossier_readme(d, f): how to check it all (dossier_readme.c).
 */
void dossier_html(const struct dossier *d, FILE *f);
const char *dossier_rule(const struct dossier *d, int rule, size_t *len);
void dossier_readme(const struct dossier *d, FILE *f);

#endif /* !LIANGKA_DOSSIER_H_ */
