#ifndef TOOL_H_
#define TOOL_H_

/*
 * The program liangka, run by a test as a person would.
 */

#include <stdarg.h>
#include <stddef.h>

/**
 * tool_run(dir, out, err, cap, word, ap): Run liangka with the arguments word, ap...
 * up to NULL, and return its exit code.  What it wrote is in out and err, cap bytes
 * each, terminated; dir takes the files for that.
 */
int tool_run(const char *dir, char *out, char *err, size_t cap,
    const char *word, va_list ap);

#endif /* !TOOL_H_ */
