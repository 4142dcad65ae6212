#ifndef LIANGKA_REPORTREGISTER_H_
#define LIANGKA_REPORTREGISTER_H_

/*
 * The outlet register that a report takes names and areas from.
 */

#include <stddef.h>

struct outlets;
struct tool;

/**
 * reportregister_read(t, path, dir, o, used, cap): Read the register at path, as published or
 * as people send it; where path is NULL, the one that the daemon whose data directory is dir
 * has adopted, if there is one.  *o is for outlets_free(), NULL where there is none; used
 * (cap bytes) then is "", else the file or its directory.  Return ARGS_GO, or an exit code after saying
 * what is wrong; a daemon's register that cannot be read is passed over.
 */
int reportregister_read(const struct tool *t, const char *path,
    const char *dir, struct outlets **o, char *used, size_t cap);

#endif /* !LIANGKA_REPORTREGISTER_H_ */
