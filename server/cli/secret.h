#ifndef LIANGKA_SECRET_H_
#define LIANGKA_SECRET_H_

#include <stddef.h>

struct tool;

/**
 * secret_read(t, name, buf, size): Read one line from t->in into buf: asked for
 * with the option's name and not shown where that is a terminal.  Return ARGS_GO,
 * or an exit code after saying what is wrong.
 */
int secret_read(struct tool *t, const char *name, char *buf, size_t size);

#endif /* !LIANGKA_SECRET_H_ */
