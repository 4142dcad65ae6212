#ifndef CLITEST_H_
#define CLITEST_H_

/*
 * The liangka program inside a test: one command line, what it read, and what it
 * wrote.
 */

#include <stddef.h>

struct cli_run {
	int rc;
	char *out;	/* standard output, terminated */
	char *err;	/* standard error, terminated */
};

/**
 * cli(input, word, ..., NULL): Run "liangka word ..." in English, not on a
 * terminal, with the text `input` (NULL: none) on its standard input, at the
 * moment CLI_NOW.  Return what came of it, valid until the next call but three.
 */
#define CLI_NOW INT64_C(1795327200000) /* 2026-11-22 14:00 in Beijing */
const struct cli_run *cli(const char *input, const char *word, ...)
    __attribute__((sentinel));

#endif /* !CLITEST_H_ */
