#ifndef LIANGKA_POLICYFILE_H_
#define LIANGKA_POLICYFILE_H_

/*
 * The policy file: read, compiled, hashed, and kept in the data directory before
 * it is put into force, so that every entry can be replayed with the rules that
 * made it.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

struct conf_sink;
struct policy;

struct policyfile {
	struct policy *policy;	/* the caller's to policy_free() or give away */
	uint8_t hash[32];	/* SHA-256 of the file */
	char *text;
	size_t len;
};

/**
 * policyfile_read(p, file, sink, err, errlen): Read and compile.  Return 0; or -1
 * with a sentence in err when the file cannot be read, or "" there when its
 * errors went to sink.  policyfile_drop(p): free what p holds, the policy only if
 * it is still there.
 */
int policyfile_read(struct policyfile *p, const char *file,
    const struct conf_sink *sink, char *err, size_t errlen);
void policyfile_drop(struct policyfile *p);

/**
 * policyfile_keep(p, data, err, errlen): Make <data>/log/policy/<hash>.policy hold
 * the file, durably: log/ alone is a whole audit package.  Nothing is done when it does
 * so already.  Return 0 and leave err alone, or -1 with a sentence in err.
 */
int policyfile_keep(const struct policyfile *p, const char *data, char *err,
    size_t errlen);

#endif /* !LIANGKA_POLICYFILE_H_ */
