#ifndef LIANGKA_ENTRYREF_H_
#define LIANGKA_ENTRYREF_H_

/*
 * INDEX on a command line: one entry of the record, named by its seq, or a decision
 * by its id or reference.  Digits alone are a seq; a reference of digits alone is
 * told from it by its hyphen.
 */

#include <stdint.h>

struct entry;
struct tool;

#define ENTRYREF_NODE_MAX 32

struct entryref {
	const char *text;	/* as given */
	uint64_t seq;
	int form;		/* 0: a seq; 1, 2: see refid_parse() */
	uint8_t prefix[4];	/* of the leaf hash, in a decision id */
	char node[ENTRYREF_NODE_MAX]; /* in a decision id; else "" */
};

/**
 * entryref_parse(t, text, ref): Read an INDEX.  Return ARGS_GO, or an exit code after
 * saying what is wrong.
 */
int entryref_parse(const struct tool *t, const char *text,
    struct entryref *ref);

/**
 * entryref_load(t, dir, ref, e): Read the entry from the record in dir (see
 * audit/package.h) and see that it is the one that was named.  Return ARGS_GO, or an
 * exit code after saying what is wrong.
 */
int entryref_load(const struct tool *t, const char *dir,
    const struct entryref *ref, struct entry *e);

#endif /* !LIANGKA_ENTRYREF_H_ */
