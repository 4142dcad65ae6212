#ifndef LIANGKA_ALERT_JOURNAL_H_
#define LIANGKA_ALERT_JOURNAL_H_

/*
 * The journal as the service that tells of alerts reads it: a data directory beside its
 * running daemon, or a package (audit/package.h).  It is opened anew at each look, so a
 * restart of the daemon, a segment that was trimmed and the log of a new year are seen.
 *
 * Threads: one at a time per struct.
 */

#include "alert_send.h"

struct alert_journal;

/**
 * alert_journal_new(where): Read what lies at `where`.  Nothing is looked at yet.  NULL
 * when out of memory.  alert_journal_free(j): NULL is allowed.
 * alert_journal_source(j, source): Fill in the calls.
 */
struct alert_journal *alert_journal_new(const char *where);
void alert_journal_free(struct alert_journal *j);
void alert_journal_source(struct alert_journal *j,
    struct alert_source *source);

#endif /* !LIANGKA_ALERT_JOURNAL_H_ */
