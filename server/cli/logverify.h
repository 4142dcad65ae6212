#ifndef LIANGKA_LOGVERIFY_H_
#define LIANGKA_LOGVERIFY_H_

/*
 * What `log verify` says: findings, remarks, logs found good, progress; as text or as
 * JSON, one object a line.
 */

#include <stdint.h>

#include "audit/verify.h"

#include "tool.h"

struct logverify {
	const struct tool *t;
	int shows;		/* progress is shown */
	int64_t told;		/* when last, ms */
	int trusted;		/* the key is the package's own */
	uint64_t logs;
	uint64_t entries;	/* looked at now */
	uint64_t size;		/* of all logs */
};

/**
 * logverify_finding, logverify_remark, logverify_log, logverify_progress: the
 * callbacks of verify_run(); arg is a struct logverify.
 */
void logverify_finding(void *arg, const struct verify_finding *f);
void logverify_remark(void *arg, const char *zh, const char *en);
void logverify_log(void *arg, const struct verify_log *l);
void logverify_progress(void *arg, const char *name, uint64_t done,
    uint64_t of);

/**
 * logverify_end(s, findings): Take the progress away and write the result.
 */
void logverify_end(struct logverify *s, uint64_t findings);

#endif /* !LIANGKA_LOGVERIFY_H_ */
