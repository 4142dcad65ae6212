#ifndef LIANGKA_LISTIMPORT_H_
#define LIANGKA_LISTIMPORT_H_

/*
 * What came of an import, for whoever gave the command.
 */

#include <stdint.h>

struct import_result;
struct tool;

struct listimport {
	const char *path, *name;	/* the file; its last part */
	const char *list;
	uint32_t subject;		/* enum list_subject */
	const char *reject;		/* the reject file */
	int encoding;			/* enum csvfile_encoding */
	int dry;
};

/**
 * listimport_tell(t, r, x): Write the counts, with the reasons of what was rejected.
 */
void listimport_tell(const struct tool *t, const struct listimport *r,
    const struct import_result *x);

#endif /* !LIANGKA_LISTIMPORT_H_ */
